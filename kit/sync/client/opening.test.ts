import { expect, test } from 'bun:test';
import { breather, SLICE_MS } from './breathe.ts';
import type { Client } from './client.ts';
import { tasks, TestBrowser, World } from './test-world.ts';

const titles = ({ mana }: Client) => mana.query(tasks).rows.map(({ title }) => title);
const add = ({ mana }: Client, title: string) => mana.write('Add', (tx) => tx.create(tasks, { title }));

/** A browser with 1,000 tasks on its disk, in several pages, and a tab that knows them. */
async function start() {
	const world = new World();
	const browser = new TestBrowser(world);
	const client = await browser.open();
	await world.pass(2_000);
	client.mana.write('Import', (tx) => {
		for (let i = 0; i < 1_000; i++) tx.create(tasks, { title: `${i}`, rank: i });
	});
	await world.pass(20_000);
	expect(client.mana.sync).toMatchObject({ phase: 'live', unsent: 0 });
	return { world, browser, client };
}

/** Opens a tab that stops after so many steps until it is let go on. */
async function openUntil(browser: TestBrowser, steps: number) {
	const reached = Promise.withResolvers<void>();
	const goOn = Promise.withResolvers<void>();
	let left = steps;
	browser.breathe = async () => {
		if (--left !== 0) return;
		reached.resolve();
		await goOn.promise;
	};
	const opening = browser.open();
	await reached.promise;
	return { opening, goOn: () => goOn.resolve() };
}

test('a tab gives the thread away between pages that it reads and parts that it puts into memory, and shows all of it at once', async () => {
	const { browser, world, client } = await start();
	let steps = 0;
	browser.breathe = async () => void steps++;
	const other = await browser.open();
	expect(steps).toBeGreaterThan(6);
	expect(titles(other)).toEqual(titles(client));
	await world.pass(2_000);
	expect(other.mana.sync).toMatchObject({ phase: 'live', leader: false });
});

test.each([1, 4, 7])('what other tabs say while one opens is not lost, after %i steps', async (steps) => {
	const { browser, world, client } = await start();
	const { opening, goOn } = await openUntil(browser, steps);
	add(client, 'written meanwhile');
	await world.pass(10_000); // it is confirmed, and pages are written
	goOn();
	const other = await opening;
	await world.pass(10_000);
	expect(titles(other)).toHaveLength(1_001);
	expect(titles(other)).toEqual(titles(client));
	add(other, 'from the new one');
	await world.pass(5_000);
	expect(titles(client)).toHaveLength(1_002);
});

test('a tab that opens while the space is taken away has nothing of it in the end', async () => {
	const { browser, world, client } = await start();
	const { opening, goOn } = await openUntil(browser, 4);
	client.upstream!.revoked();
	await world.pass(2_000);
	goOn();
	const other = await opening;
	await world.pass(5_000);
	expect(titles(other)).toEqual([]);
	expect(await browser.disk.run('read', ['pages'], (tx) => tx.list('pages', 'personal'))).toEqual([]);
});

test('a tab that opens when the one that leads is gone leads itself', async () => {
	const { browser, world, client } = await start();
	const { opening, goOn } = await openUntil(browser, 4);
	add(client, 'last');
	await world.pass(2_000);
	browser.kill(client);
	await world.pass(5_000);
	goOn();
	const other = await opening;
	await world.pass(10_000);
	expect(other.mana.sync).toMatchObject({ phase: 'live', leader: true, unsent: 0 });
	expect(titles(other)).toHaveLength(1_001);
});

test('long work goes on for a slice, and then waits for its turn', async () => {
	let now = 0;
	let pauses = 0;
	const breathe = breather(
		() => now,
		async () => void pauses++,
	);
	now = SLICE_MS - 1;
	expect(breathe()).toBeNull();
	now = SLICE_MS;
	await breathe();
	expect(pauses).toBe(1);
	now = 2 * SLICE_MS - 1;
	expect(breathe()).toBeNull();
});

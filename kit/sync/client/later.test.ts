import { expect, test } from 'bun:test';
import type { Client } from './client.ts';
import type { Later } from './later.ts';
import { PERSONAL } from './store.ts';
import { tasks, TestBrowser, World } from './test-world.ts';

const titles = ({ mana }: Client) => mana.query(tasks).rows.map(({ title }) => title);
const add = ({ mana }: Client, title: string) => mana.write('Add', (tx) => tx.create(tasks, { title }));
const held = ({ server }: World) => [...server.cells.values()].map(({ value }) => value);

/** A page in which one part cannot be loaded until `back` is called, as when it is offline before the service worker has it. */
async function start(part: keyof Later) {
	const world = new World();
	const browser = new TestBrowser(world);
	const { later } = browser;
	let missing = true;
	browser.later = {
		...later,
		async [part]() {
			if (missing) throw new TypeError('Failed to fetch dynamically imported module');
			return later[part]();
		},
	};
	const client = await browser.open();
	await world.pass(2_000);
	const back = () => (missing = false);
	return { world, browser, client, back };
}

test('a disk that fails while what goes on without it is missing loses nothing that is written meanwhile', async () => {
	const { world, browser, client, back } = await start('volatile');
	browser.disk.fault = (request) => {
		if (request === 'put') throw new Error('broken');
	};
	add(client, 'first').saved.catch(() => undefined);
	await world.pass(5_000);
	let saved = false;
	add(client, 'second').saved.then(() => (saved = true), () => undefined); // prettier-ignore
	await world.pass(5_000);
	expect(titles(client)).toEqual(['first', 'second']);
	expect(saved).toBe(false);
	expect(browser.reported.length).toBeGreaterThan(2);
	back();
	await world.pass(10_000);
	expect(client.mana.sync).toMatchObject({ durable: false, phase: 'live', unsent: 0 });
	expect(saved).toBe(true);
	expect(held(world)).toEqual(expect.arrayContaining(['first', 'second']));
});

test('what was refused waits where deciding on it cannot be loaded, and is sent when somebody asks again', async () => {
	const { world, client, back } = await start('decisions');
	world.server.refuse = (value) => (value === 'bad' ? 'Expected something good.' : null);
	add(client, 'bad');
	await world.pass(2_000);
	const { transaction } = client.mana.refused()[0]!;
	world.server.refuse = () => null;
	expect(await client.mana.resolve(transaction.n, 'retry').catch((error: Error) => error.name)).toBe('TypeError');
	expect(client.mana.refused()).toHaveLength(1);
	expect(titles(client)).toEqual(['bad']);
	back();
	await Promise.all([client.mana.resolve(transaction.n, 'retry'), client.mana.resolve(transaction.n, 'retry')]);
	await world.pass(2_000);
	expect(client.mana.refused()).toEqual([]);
	expect(held(world).filter((value) => value === 'bad')).toHaveLength(1);
});

test('a page that cannot be read is left where it is while what drops it is missing, and mended at the next visit', async () => {
	const { world, browser, client, back } = await start('repair');
	add(client, 'on the server');
	await world.pass(10_000);
	await client.close();
	await browser.disk.run('write', ['pages'], async (tx) => tx.put('pages', [PERSONAL, 1], new Uint8Array([255, 255])));
	const meanwhile = await browser.open();
	await world.pass(5_000);
	expect(meanwhile.mana.sync).toMatchObject({ durable: false, phase: 'live' });
	expect(titles(meanwhile)).toEqual(['on the server']);
	add(meanwhile, 'written meanwhile');
	await world.pass(5_000);
	browser.kill(meanwhile);
	back();
	const again = await browser.open();
	await world.pass(5_000);
	expect(again.mana.sync).toMatchObject({ durable: true, phase: 'live', digest: { found: 1, mended: 1 } });
	expect(titles(again).sort()).toEqual(['on the server', 'written meanwhile']);
});

import { collection, field, olderOf, recentOf, routed, type RecordId } from '@mana/model';
import { expect, test } from 'bun:test';
import type { Client } from './client.ts';
import { PERSONAL } from './store.ts';
import { TestBrowser, World } from './test-world.ts';

const jobs = collection(
	'test/jobs',
	{ app: 1, number: 2 },
	{ title: field.text(1, { fallback: '' }), done: routed(field.instant(2)) },
	{ keeps: { field: 'done', days: 90 } },
);
const DAY = 86_400_000;

/** A browser that keeps everything and one that keeps what the model says, of one person. */
async function start() {
	const world = new World();
	world.models = [jobs];
	const [desk, phone] = [new TestBrowser(world), new TestBrowser(world)];
	desk.models = phone.models = [jobs];
	const a = await desk.open();
	await world.pass(2_000);
	await a.mana.kept.keepAll(jobs, true);
	await world.pass(2_000);
	const add = (title: string, daysAgo: number | null) => {
		let id!: RecordId;
		a.mana.write('Add', (tx) => {
			id = tx.create(jobs, { title, ...(daysAgo !== null && { done: world.now - daysAgo * DAY }) });
		});
		return id;
	};
	return { world, desk, phone, a, add };
}

function titles({ mana }: Client): string[] {
	return mana
		.query(jobs)
		.rows.map(({ title }) => title)
		.sort();
}

test('a device keeps what is open and what was done lately, and says that there may be more', async () => {
	const { world, phone, a, add } = await start();
	for (const [title, daysAgo] of [
		['open', null],
		['lately', 10],
		['long ago', 400],
	] as const)
		add(title, daysAgo);
	await world.pass(1_000);
	const b = await phone.open();
	await world.pass(2_000);
	expect(titles(b)).toEqual(['lately', 'open']);
	expect(titles(a)).toEqual(['lately', 'long ago', 'open']);
	expect(b.mana.query(jobs).partial).toBe(true);
	expect(a.mana.query(jobs).partial).toBe(false);
	const [openOnes] = recentOf(jobs, world.now);
	expect(b.mana.query(jobs, { within: [openOnes!] }).partial).toBe(false);
});

test('what comes into the part comes whole, what leaves it goes, also from the disk', async () => {
	const { world, phone, a, add } = await start();
	const old = add('long ago', 400);
	const open = add('open', null);
	await world.pass(1_000);
	let b = await phone.open();
	await world.pass(2_000);
	a.mana.write('Reopen', (tx) => tx.update(jobs, old, { done: null }));
	a.mana.write('Done', (tx) => tx.update(jobs, open, { done: world.now - 500 * DAY }));
	await world.pass(2_000);
	expect(titles(b)).toEqual(['long ago']);
	for (const again of ['from the journal', 'from pages']) {
		phone.kill(b);
		b = await phone.open();
		expect([again, titles(b)]).toEqual([again, ['long ago']]);
		await world.pass(20_000);
	}
});

test('older ones are fetched when somebody wants to see them, and go again after a day', async () => {
	const { world, phone, add } = await start();
	add('long ago', 400);
	await world.pass(1_000);
	const b = await phone.open();
	await world.pass(2_000);
	const shown = b.mana.kept.show(olderOf(jobs, world.now));
	await world.pass(3_000);
	expect(await shown).toBe(true);
	expect(titles(b)).toEqual(['long ago']);
	expect(b.mana.query(jobs).partial).toBe(false);
	world.now += 25 * 3_600_000;
	await world.pass(5_000);
	expect(titles(b)).toEqual([]);
});

test('offline nothing older can be had, which is said, and it comes when there is a network', async () => {
	const { world, phone, add } = await start();
	const old = add('long ago', 400);
	await world.pass(1_000);
	const b = await phone.open();
	await world.pass(2_000);
	phone.online = false;
	phone.cut();
	await world.pass(1_000);
	const opened = b.mana.kept.open(jobs, old);
	await world.pass(1_000);
	expect(await opened).toBe(false);
	phone.online = true;
	b.wake();
	await world.pass(5_000);
	expect(b.mana.get(jobs, old)?.title).toBe('long ago');
});

test('own writes stay visible until they are accepted, whatever the part says, and then leave', async () => {
	const { world, phone, a, add } = await start();
	const job = add('open', null);
	await world.pass(1_000);
	let b = await phone.open();
	await world.pass(2_000);
	phone.online = false;
	phone.cut();
	await world.pass(1_000);
	b.mana.write('Rename', (tx) => tx.update(jobs, job, { title: 'renamed' }));
	a.mana.write('Done', (tx) => tx.update(jobs, job, { done: world.now - 400 * DAY }));
	await world.pass(1_000);
	phone.kill(b); // so that nothing of it can be taken back
	b = await phone.open();
	await world.pass(1_000);
	expect(titles(b)).toEqual(['renamed']);
	phone.online = true;
	b.wake();
	await world.pass(10_000);
	expect(titles(b)).toEqual([]);
	expect(b.mana.sync).toMatchObject({ phase: 'live', unsent: 0 });
	expect(a.mana.get(jobs, job)).toMatchObject({ title: 'renamed' });
});

test('what can be taken back stays, up to date, as long as it can', async () => {
	const { world, phone, a, add } = await start();
	const job = add('open', null);
	await world.pass(1_000);
	const b = await phone.open();
	await world.pass(2_000);
	b.mana.write('Rename', (tx) => tx.update(jobs, job, { title: 'renamed' }));
	await world.pass(1_000);
	a.mana.write('Done', (tx) => tx.update(jobs, job, { done: world.now - 400 * DAY }));
	await world.pass(5_000);
	expect(b.mana.get(jobs, job)?.done).not.toBeNull();
	expect(b.mana.history.undo()).toBe(true);
	await world.pass(2_000);
	expect(a.mana.get(jobs, job)?.title).toBe('open');
});

test('narrower and wider, in all tabs, offline and across reloads', async () => {
	const { world, desk, a, add } = await start();
	for (const [title, daysAgo] of [
		['open', null],
		['long ago', 400],
	] as const)
		add(title, daysAgo);
	await world.pass(1_000);
	a.mana.history.undo();
	a.mana.history.redo();
	desk.kill(a);
	let one = await desk.open();
	const two = await desk.open();
	await world.pass(3_000);
	await two.mana.kept.keepAll(jobs, false);
	await world.pass(3_000);
	expect([titles(one), titles(two)]).toEqual([['open'], ['open']]);
	desk.online = false;
	desk.cut();
	await world.pass(1_000);
	await one.mana.kept.keepAll(jobs, true);
	expect([one.mana.kept.all(jobs), titles(one)]).toEqual([true, ['open']]);
	desk.kill(one);
	one = await desk.open();
	desk.online = true;
	two.wake();
	await world.pass(15_000);
	expect(titles(one).sort()).toEqual(['long ago', 'open']);
	expect(titles(two).sort()).toEqual(['long ago', 'open']);
	expect(two.mana.query(jobs).partial).toBe(false);
});

test('a tab keeps nothing that left the part while another one could not read the disk and began anew', async () => {
	const { world, phone, a, add } = await start();
	const open = add('open', null);
	add('stays', null);
	await world.pass(1_000);
	const b = await phone.open();
	await world.pass(2_000);
	phone.online = false;
	phone.cut();
	a.mana.write('Done', (tx) => tx.update(jobs, open, { done: world.now - 500 * DAY }));
	await phone.disk.run('write', ['journal'], async (tx) => {
		for (const { at } of await tx.list('journal', PERSONAL)) tx.put('journal', [PERSONAL, at], new Uint8Array([1]));
	});
	const c = await phone.open();
	for (let passed = 0; passed < 20 && !c.mana.sync.leader; passed++) await world.pass(500);
	expect([c.mana.sync.leader, titles(b), titles(c)]).toEqual([true, ['open', 'stays'], []]);
	phone.online = true;
	c.wake();
	await world.pass(2_000);
	expect([titles(b), titles(c)]).toEqual([['stays'], ['stays']]);
});

import { expect, test } from 'bun:test';
import type { Client } from '../client.ts';
import { tasks, TestBrowser, World } from '../test-world.ts';

/** As many as one transaction may create. */
const MANY = 1_200;

/** Two browsers, the second with two tabs of which the first leads. */
async function opened() {
	const world = new World();
	const [writer, reader] = [new TestBrowser(world), new TestBrowser(world)];
	const a = await writer.open();
	const b = await reader.open();
	await world.pass(1_000);
	const c = await reader.open();
	await world.pass(1_000);
	return { world, reader, a, tabs: [b, c] };
}

function writeMany({ mana }: Client, title: string): void {
	mana.write(title, (tx) => {
		for (let at = 0; at < MANY; at++) tx.create(tasks, { title, rank: at });
	});
}

test('a large checkpoint is taken in by slices, in every tab, and nobody sees a part of it', async () => {
	const { world, reader, a, tabs } = await opened();
	const lists = tabs.map(({ mana }) => mana.query(tasks, { order: (one, other) => (other.rank ?? 0) - (one.rank ?? 0) }));
	const heard = lists.map((list) => {
		const lengths: number[] = [];
		list.subscribe(() => lengths.push(list.rows.length));
		return lengths;
	});
	const seen = new Set<string>();
	let rests = 0;
	world.rest = async () => {
		rests++;
		for (const [at, { mana }] of tabs.entries()) {
			const { length } = lists[at]!.rows;
			seen.add(`${at}: ${length}`);
			if (rests % 100 === 0) expect(mana.query(tasks).rows.length).toBe(length);
		}
	};
	writeMany(a, 'many');
	await world.pass(2_000);
	expect(heard).toEqual([[MANY], [MANY]]);
	// The second tab is told when the first has it on the disk.
	expect([...seen].sort()).toEqual(['0: 0', `0: ${MANY}`, '1: 0']);
	expect(lists.map(({ rows }) => rows[0]!.rank)).toEqual([MANY - 1, MANY - 1]);
	expect(rests).toBeGreaterThan((2 * MANY) / 6); // six looks at the clock are a slice

	// What goes on the disk is of one moment, though it is written while more is done.
	let more = 0;
	world.rest = async () => {
		if (more++ < 3) a.mana.write('one more', (tx) => void tx.create(tasks, { title: 'more', rank: more }));
		await Promise.resolve();
	};
	await world.pass(12_000);
	world.rest = () => Promise.resolve();
	await world.pass(12_000);
	const rows = lists[0]!.rows;
	expect(rows.length).toBe(MANY + 3);
	for (const tab of tabs) reader.kill(tab);
	reader.online = false;
	const again = await reader.open();
	expect(again.mana.query(tasks).rows).toEqual(rows.toSorted((one, other) => (one.id < other.id ? -1 : 1)));
	expect(reader.reported).toEqual([]);
});

test('what is heard while a large checkpoint is got ready comes after it, and a broken connection ends it', async () => {
	const { world, reader, a, tabs } = await opened();
	const [b] = tabs;
	const orders: string[] = [];
	b!.mana
		.query(tasks)
		.subscribe(() => orders.push(b!.mana.query(tasks, { where: ({ title }) => title === 'last' }).rows.length.toString()));
	let rests = 0;
	world.rest = async () => {
		if (++rests === 20) a.mana.write('last', (tx) => void tx.create(tasks, { title: 'last' }));
		if (rests === 40) reader.cut();
	};
	writeMany(a, 'many');
	await world.pass(5_000);
	expect(rests).toBeGreaterThan(40);
	await world.pass(60_000);
	for (const { mana } of tabs) expect(mana.query(tasks).rows.length).toBe(MANY + 1);
	expect(b!.mana.sync.phase).toBe('live');
	expect(reader.reported).toEqual([]);
});

test('a page that takes long over it does not think that the server has stopped', async () => {
	const { world, a, tabs } = await opened();
	const [b] = tabs;
	const hellos = () => world.server.frames.filter(({ type }) => type === 'hello').length;
	const before = hellos();
	let minutes = 0;
	world.rest = async () => {
		if (minutes++ < 5) await world.after(60_000);
	};
	writeMany(a, 'many');
	await world.pass(1_000);
	while (b!.mana.query(tasks).rows.length < MANY) await world.pass(1_000);
	expect(minutes).toBeGreaterThan(5);
	expect(hellos()).toBe(before);
	expect(b!.mana.sync.phase).toBe('live');
});

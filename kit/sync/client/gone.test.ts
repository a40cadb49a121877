import { expect, test } from 'bun:test';
import { namedRecordId, systemFields } from '@mana/model';
import type { Cell } from '../cell.ts';
import { placeKey } from '../merge.ts';
import { decodeChunk, encodeChunk } from '../snapshot/chunk.ts';
import type { TidyRequest } from '../space/index.ts';
import { isTombstone } from '../tombstone.ts';
import { aheadOf } from './large/ahead.ts';
import type { Client } from './client.ts';
import { neededFrom } from './ground.ts';
import { Replica } from './replica.ts';
import { tasks, TestBrowser, World } from './test-world.ts';

const FLAGS: ReadonlySet<number> = new Set([systemFields.deletedAt.number, systemFields.purged.number]);

/** A server with two browsers, one of which is away while something is purged, and forgotten if that is asked for. */
async function start() {
	const world = new World();
	const browsers = [new TestBrowser(world), new TestBrowser(world)] as const;
	const [a, b] = [await browsers[0].open(), await browsers[1].open()];
	await world.pass(2_000);
	const id = (() => {
		let made = namedRecordId('');
		a.mana.write('Add', (tx) => void (made = tx.create(tasks, { title: 'Milk', tags: ['x'] })));
		return made;
	})();
	await world.pass(2_000);
	const tidy = async (more: Partial<TidyRequest>) => {
		await world.server.committer.submit({ kind: 'tidy', space: world.server.space.id, purge: [], forget: [], fold: [], ...more });
		await world.pass(2_000);
	};
	return {
		world,
		browsers,
		a,
		b,
		id,
		async purge() {
			a.mana.write('Trash', (tx) => tx.trash(tasks, id));
			await world.pass(2_000);
			const due = [...world.server.cells.values()].filter(({ field, value }) => FLAGS.has(field) && value !== null);
			await tidy({ purge: due });
		},
		forget: () => tidy({ forget: [...world.server.cells.values()].filter(isTombstone) }),
	};
}

const names = ({ mana }: Client) => [...mana.replica.names()].map(({ record }) => record);

test('a purged record goes from the memory and the pages of every device, its tombstone with it', async () => {
	const { world, browsers, a, b, id, purge } = await start();
	a.mana.write('Add', (tx) => tx.create(tasks, { title: 'Stays' }));
	await world.pass(20_000);
	expect(names(b)).toContain(id);
	await purge();
	await world.pass(20_000);
	for (const client of [a, b]) expect(names(client)).toHaveLength(1);
	const again = await browsers[1].open();
	expect(names(again)).toHaveLength(1);
	await again.close();
});

test('what was written about it meanwhile is refused, kept, and sent again as something new', async () => {
	const { world, browsers, b, id, purge } = await start();
	browsers[1].online = false;
	browsers[1].cut();
	b.mana.write('Edit', (tx) => tx.update(tasks, id, { title: 'Oat milk' }));
	await purge();
	browsers[1].online = true;
	b.wake();
	await world.pass(10_000);
	expect(b.mana.refused()).toMatchObject([{ code: 'gone', label: 'Edit' }]);
	await b.mana.resolve(b.mana.refused()[0]!.transaction.n, 'retry');
	await world.pass(5_000);
	expect(b.mana.refused()).toEqual([]);
	const [row] = b.mana.query(tasks).rows;
	expect(row).toMatchObject({ title: 'Oat milk' });
	expect(row!.id).not.toBe(id);
	expect(row!.createdAt).not.toBeNull();
	expect([...world.server.cells.values()].filter(({ record }) => record === id).map(isTombstone)).toEqual([true]);
});

test('who was away until all of it was forgotten takes the state anew; what it wrote about it waits, the rest is sent', async () => {
	const { world, browsers, b, id, purge, forget } = await start();
	browsers[1].online = false;
	browsers[1].cut();
	b.mana.write('Edit', (tx) => tx.update(tasks, id, { title: 'Oat milk' }));
	b.mana.write('Add', (tx) => tx.create(tasks, { title: 'Bread' }));
	const before = b.device;
	await purge();
	await forget();
	expect(world.server.space.horizon).toBeGreaterThan(0);
	expect([...world.server.cells.values()].some(({ record }) => record === id)).toBe(false);
	browsers[1].online = true;
	b.wake();
	await world.pass(20_000);
	expect(b.mana.sync).toMatchObject({ phase: 'live', unsent: 0, refused: 1 });
	expect(b.mana.refused()).toMatchObject([{ code: 'gone', label: 'Edit' }]);
	expect(b.device).not.toBe(before);
	const held = [...world.server.cells.values()];
	expect(held.some(({ value }) => value === 'Bread')).toBe(true);
	expect(held.some(({ record }) => record === id)).toBe(false);
	const reopened = await browsers[1].open();
	expect(reopened.mana.refused()).toMatchObject([{ code: 'gone' }]);
	await reopened.mana.resolve(reopened.mana.refused()[0]!.transaction.n, 'drop');
	await world.pass(2_000);
	expect(names(reopened)).not.toContain(id);
});

test('who was away and wrote nothing about it just loses it, and stays the device that it was', async () => {
	const { world, browsers, b, id, purge, forget } = await start();
	browsers[1].online = false;
	browsers[1].cut();
	const before = b.device;
	await purge();
	await forget();
	browsers[1].online = true;
	b.wake();
	await world.pass(20_000);
	expect(b.mana.sync).toMatchObject({ phase: 'live', problem: null });
	expect(names(b)).not.toContain(id);
	expect(b.mana.refused()).toEqual([]);
	b.mana.write('Add', (tx) => tx.create(tasks, { title: 'Bread' }));
	await world.pass(2_000);
	expect(b.mana.sync.unsent).toBe(0);
	expect(b.device).toBe(before);
});

test('who wrote before anything was heard asks from where the server still says what it has forgotten, not from the start', () => {
	const [record, other] = [namedRecordId('record'), namedRecordId('other')];
	const place = (of = record) => ({ collection: tasks.number, record: of, field: 8, key: '' });
	const replica = new Replica();
	replica.merge([{ ...place(), field: systemFields.purged.number, value: true, actor: 0, stamp: 50 }]);
	const from = (seq: number, of?: typeof record) =>
		neededFrom(
			replica,
			{ epoch: 1, leaving: [] },
			{ ops: [{ ...place(of), value: 'x' }], ground: { epoch: 1, seq, held: [null] } },
		);
	expect([from(0), from(1), from(7)]).toEqual([1, 1, 7]);
	expect(from(0, other)).toBe(Infinity);
});

test('after a restore nobody brings back pieces of what the backup knows to be gone', () => {
	const record = namedRecordId('record');
	const cell = (field: number, value: Cell['value'], actor: number, stamp: number, of = record): Cell => ({
		collection: tasks.number,
		record: of,
		field,
		key: '',
		value,
		actor,
		stamp,
	});
	const tombstone = cell(systemFields.purged.number, true, 0, 50);
	const other = namedRecordId('other');
	const held = [cell(8, 'title', 3, 60), cell(8, 'other', 3, 60, other)];
	expect(aheadOf(held, [tombstone]).flatMap(({ ops }) => ops.map(({ record }) => record))).toEqual([other]);
});

test('a tombstone outlives the chunk that still holds its record, and nothing that comes in whatever order brings the record back', () => {
	const record = namedRecordId('record');
	const cell = (field: number, value: Cell['value'], actor: number, stamp: number): Cell => ({
		collection: tasks.number,
		record,
		field,
		key: '',
		value,
		actor,
		stamp,
	});
	const old = decodeChunk(encodeChunk(tasks.number, [cell(8, 'title', 1, 5)]));
	const tombstone = cell(systemFields.purged.number, true, 0, 50);
	const inOrder = new Replica();
	inOrder.mergeChunks([old]);
	inOrder.merge([tombstone]);
	const asItCame = new Replica();
	asItCame.mergeChunks([decodeChunk(encodeChunk(tasks.number, [tombstone])), old]);
	for (const replica of [inOrder, asItCame]) {
		replica.sweep();
		expect(replica.row(tasks, record)).toBeUndefined();
		expect([...replica.allCells()].map(placeKey)).toEqual([placeKey(tombstone)]);
	}
	// Somebody made a record anew under the same id, long after the server forgot the old one.
	inOrder.merge([cell(8, 'again', 2, 40)]);
	expect(inOrder.row(tasks, record)).toMatchObject({ title: 'again' });
	const alone = new Replica();
	alone.merge([cell(8, 'title', 1, 5), tombstone]);
	alone.sweep();
	expect([...alone.names()]).toEqual([]);
});

for (const reloaded of [true, false])
	test(`who writes over what was refused as gone${reloaded ? ', after the page was loaded anew,' : ''} and takes that back, sends nothing of it`, async () => {
		const { world, browsers, b, id, purge, forget } = await start();
		browsers[1].online = false;
		browsers[1].cut();
		b.mana.write('Edit', (tx) => tx.update(tasks, id, { title: 'Oat milk', tags: { add: ['y'] } }));
		await purge();
		await forget();
		browsers[1].online = true;
		b.wake();
		await world.pass(20_000);
		if (reloaded) browsers[1].kill(b);
		const page = reloaded ? await browsers[1].open() : b;
		await world.pass(5_000);
		expect(page.mana.refused()).toMatchObject([{ code: 'gone', label: 'Edit' }]);
		expect(page.mana.get(tasks, id)).toMatchObject({ title: 'Oat milk' });

		const other = { title: 'Bread' };
		let added = id;
		page.mana.write('Write over', (tx) => {
			tx.update(tasks, id, { title: 'Rice milk' });
			added = tx.create(tasks, other);
		});
		await world.pass(2_000);
		const before = world.server.frames.length;
		expect(page.mana.history.undo()).toBe(true); // what else the action did is taken back
		expect(page.mana.history.skipped).toEqual([{ collection: tasks.number, record: id, field: tasks.fields.title.number }]);
		await world.pass(5_000);
		const sent = world.server.frames.slice(before).flatMap((frame) => (frame.type === 'push' ? frame.transactions : []));
		expect(sent.flatMap(({ ops }) => ops).map(({ record }) => record)).toEqual([added]);
		expect([...world.server.cells.values()].map(({ value }) => value)).not.toContain('Oat milk');
		expect(page.mana.refused()).toHaveLength(1);
		expect(page.mana.sync.unsent).toBe(0);
		expect(browsers[1].reported).toEqual([]);
	});

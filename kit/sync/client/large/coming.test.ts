import { describe, expect, test } from 'bun:test';
import { collection, field, newRecordId, type RecordId } from '@mana/model';
import fc from 'fast-check';
import type { Cell } from '../../cell.ts';
import { decodeChunk, encodeChunk } from '../../snapshot/chunk.ts';
import type { Pending } from '../pending.ts';
import { ReplicaQuery } from '../query.ts';
import { Replica } from '../replica.ts';
import { Coming } from './coming.ts';
import { slices } from './pace.ts';

const tasks = collection('todo/tasks', { app: 1, number: 1 }, { title: field.text(1, { fallback: '' }), rank: field.integer(2) });
const { title, rank } = tasks.fields;
const ids = Array.from({ length: 12 }, (_, at) => newRecordId(1_000 + at, (bytes) => bytes.fill(at)));

/** A replica as it stands: every confirmed cell, every row, and an ordered list that somebody follows. */
function followed() {
	const replica = new Replica();
	const told: string[][] = [];
	const order = (a: { rank: number | null }, b: { rank: number | null }) => (a.rank ?? 0) - (b.rank ?? 0);
	const list = new ReplicaQuery(
		replica,
		tasks,
		{ order, where: (row) => row.title !== 'hidden' && row.deletedAt === null },
		{ isPartial: () => false, look: () => () => undefined, index: () => expect.unreachable() },
	);
	list.subscribe(() => told.push(list.rows.map((row) => row.title)));
	const all = () => ({
		cells: [...replica.allCells()].map((cell) => JSON.stringify(cell)).sort(),
		rows: ids.map((id) => replica.row(tasks, id)),
		list: list.rows,
		seen: replica.seenStamp,
	});
	return { replica, told, list, all };
}

const cells = (most: number) =>
	fc.array(
		fc.record({
			collection: fc.constant(tasks.number),
			record: fc.constantFrom(...ids),
			field: fc.constantFrom(title.number, rank.number),
			key: fc.constant(''),
			value: fc.integer({ min: 0, max: 5 }),
			stamp: fc.integer({ min: 1, max: 50 }),
			actor: fc.integer({ min: 1, max: 3 }),
		}),
		{ maxLength: most },
	);
const asCells = (made: readonly { field: number; value: number }[]) =>
	made.map((cell) =>
		cell.field === title.number ? { ...cell, value: cell.value === 0 ? 'hidden' : `t${cell.value}` } : cell,
	) as Cell[];

/** What a person does meanwhile: writes, or takes back what was written. */
const deeds = fc.array(
	fc.record({ at: fc.nat(30), record: fc.constantFrom(...ids), value: fc.integer({ min: 0, max: 5 }), back: fc.boolean() }),
	{ maxLength: 6 },
);

function written(record: RecordId, value: number, stamp: number): Pending {
	const op = { collection: tasks.number, record, field: rank.number, key: '', value };
	return {
		n: null,
		stamp,
		ops: [op],
		preconditions: [],
		label: '',
		at: 0,
		by: { page: 'p', count: 1 },
		ackedSeq: null,
		refused: null,
	};
}

describe('what is got ready beside what is shown', () => {
	test('is shown as merging it would have shown it, whatever the person does meanwhile, and not before', () => {
		fc.assert(
			fc.property(cells(20), cells(10), cells(40), deeds, (earlier, packed, later, meanwhile) => {
				const [one, other] = [followed(), followed()];
				for (const { replica } of [one, other]) replica.merge(asCells(earlier));
				const inChunk = [...Map.groupBy(asCells(packed), ({ record, field }) => `${record} ${field}`).values()].map(
					([cell]) => cell!,
				);
				const chunks =
					inChunk.length === 0
						? []
						: [
								decodeChunk(
									encodeChunk(
										tasks.number,
										inChunk.sort((a, b) => (a.record < b.record ? -1 : a.record > b.record ? 1 : a.field - b.field)),
									),
								),
							];
				const cells = asCells(later);
				const coming = new Coming(one.replica, chunks, cells);
				one.replica.expect(coming);
				const steps = coming.make();
				const pending: Pending[][] = [[], []];
				const shownBefore = one.told.length;
				let deedsTold = 0;
				for (let at = 0, done = false; !done || at <= 30; at++) {
					for (const { record, value, back } of meanwhile.filter((deed) => deed.at === at)) {
						deedsTold++;
						for (const [side, { replica }] of [one, other].entries()) {
							const gone = back ? pending[side]!.shift() : undefined;
							if (gone) replica.remove(gone);
							else {
								const write = written(record, value, 100 + at);
								pending[side]!.push(write);
								replica.add(write);
							}
						}
					}
					// Nobody sees anything of it yet.
					expect(one.all()).toEqual(other.all());
					if (!done) done = steps.next().done!;
				}
				expect(one.told.length - shownBefore).toBeLessThanOrEqual(deedsTold);
				other.replica.batch(() => {
					other.replica.mergeChunks(chunks);
					other.replica.merge(cells);
				});
				expect(one.replica.show(coming)).toBe(true);
				expect(one.all()).toEqual(other.all());
				expect(one.told.at(-1)).toEqual(other.told.at(-1));
			}),
		);
	});

	test('is void once what is confirmed changes: then it has to be merged', () => {
		const { replica } = followed();
		const cell = { collection: tasks.number, record: ids[0]!, field: title.number, key: '', value: 'a', stamp: 1, actor: 1 };
		for (const change of [
			() => replica.merge([{ ...cell, value: 'b', stamp: 2 }]),
			() => replica.evict([cell]),
			() => replica.replace([]),
		]) {
			const coming = new Coming(replica, [], [cell]);
			replica.expect(coming);
			change();
			expect([...coming.make()]).toEqual([]);
			expect(replica.show(coming)).toBe(false);
		}
	});

	test('leaves who followed too late without anything ready, and tells them all the same', () => {
		const { replica, list } = followed();
		const cells = ids.map((record, at) => ({
			collection: tasks.number,
			record,
			field: rank.number,
			key: '',
			value: -at,
			stamp: 1,
			actor: 1,
		}));
		const coming = new Coming(replica, [], cells);
		replica.expect(coming);
		for (const _step of coming.make());
		const heard: number[] = [];
		replica.subscribe((touched) => heard.push(touched.get(tasks.number)?.size ?? 0));
		replica.show(coming);
		expect(heard).toEqual([ids.length]);
		expect(list.rows.map(({ id }) => id)).toEqual(ids.toReversed());
	});
});

describe('slices', () => {
	test('keep the thread no longer than 8 ms, and give way in between', async () => {
		// A clock that counts: each step costs what it says.
		let now = 0;
		let began = 0;
		const kept: number[] = [];
		const pace = slices(
			() => now,
			async () => {
				kept.push(now - began);
				await Promise.resolve();
				began = now;
			},
		);
		const answer = await pace(
			(function* () {
				for (let step = 0; step < 5_000; step++) {
					now += step % 7 === 0 ? 1.5 : 0.05;
					yield;
				}
				return 'done';
			})(),
		);
		expect(answer).toBe('done');
		expect(Math.max(...kept)).toBeLessThanOrEqual(8);
		expect(kept.length).toBeGreaterThan(5_000 / 7 / 6);
	});

	test('reject with what a step throws', async () => {
		const pace = slices(
			() => 0,
			() => Promise.resolve(),
		);
		const broken = pace(
			(function* (): Generator<void, never> {
				yield;
				throw new Error('no');
			})(),
		);
		await expect(broken).rejects.toThrow('no');
	});
});

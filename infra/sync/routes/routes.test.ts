import { between, fieldNumber, lww, namedRecordId, routeKey, since, type Value, type Window } from '@mana/model';
import { collectionNumbered } from '@mana/schema/registry/models';
import { eachEngine } from '@mana/store/testing';
import { type Cell, decodeFrame, placeKey, type Scope, ScopeIndex, type SpaceId, stampAt } from '@mana/sync';
import { catchUp, Committer } from '@mana/sync/space/index';
import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { rules } from '../rules.ts';
import { PostgresSpaces } from '../spaces/postgres.ts';
import type { SpaceKeeper } from '../spaces/space-keeper.ts';
import { SqliteSpaces } from '../spaces/sqlite.ts';
import { migrations, type SyncTables } from '../store.ts';
import { newDevice, newRecord } from '../testing.ts';
import { backfillRoutes } from './backfill.ts';

const NOW = Date.UTC(2026, 5, 1);
const tasks = collectionNumbered(513)!;
const done = tasks.fields['completedAt']!;
const STAGE = fieldNumber(8, lww);
/** Rules under which collection 514 routes by a field that may hold anything. */
const anything = { ...rules, validate: () => null, routes: (collection: number) => (collection === 514 ? [STAGE] : []) };

const values: fc.Arbitrary<Value> = fc.oneof(
	fc.constantFrom(null, true, false, '', 0, -1, 'ä', 'z', '\u{10400}', '\uff5e', new Uint8Array([1])),
	fc.maxSafeInteger(),
	fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
	fc.string({ unit: 'grapheme', maxLength: 40 }),
);

eachEngine('routes', (engine) => {
	async function open() {
		const store = await engine.open<SyncTables>({ migrations });
		const spaces: SpaceKeeper =
			store.engine === 'sqlite' ? new SqliteSpaces(store.raw, () => NOW) : new PostgresSpaces(store.raw, () => NOW);
		return { store, spaces, space: await spaces.personal('ada', NOW) };
	}

	function writerOn(spaces: SpaceKeeper, space: SpaceId, under = rules) {
		const committer = new Committer({ store: spaces, rules: under, now: () => NOW, committed: () => undefined });
		const who = { space, device: newDevice(), person: 'ada' };
		let n = 0;
		return async (cells: readonly Omit<Cell, 'stamp' | 'actor'>[]) => {
			n++;
			await committer.submit({ kind: 'push', ...who, known: n - 1, transactions: [{ n, stamp: stampAt(NOW) + n, ops: cells }] });
		};
	}

	async function inWindow(spaces: SpaceKeeper, space: SpaceId, window: Window, chunk: number): Promise<string[]> {
		const found: string[] = [];
		for (let after = null, more = true; more;) {
			const part = (await spaces.readWindow(space, window, after, chunk))!;
			found.push(...part.cells.map(({ record }) => record));
			more = part.next !== null;
			after = part.next as never;
		}
		return [...new Set(found)].sort();
	}

	test('SQL and the predicate say the same of every window, whatever stands in the field, in parts of any size', async () => {
		const { spaces, space } = await open();
		const write = writerOn(spaces, space, anything);
		const now = new Map<string, Value>();
		const ids = Array.from({ length: 12 }, (_, i) => namedRecordId(`route/${i}`));
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.tuple(fc.constantFrom(...ids), values), { minLength: 1, maxLength: 4 }),
				values,
				values,
				fc.integer({ min: 1, max: 40 }),
				async (writes, a, b, chunk) => {
					for (const [record, value] of writes) {
						await write([{ collection: 514, record, field: STAGE, key: '', value }]);
						now.set(record, value);
					}
					const [from, to] = [routeKey(a), routeKey(b)];
					const expected = [...now]
						.filter(([, value]) => routeKey(value) >= from && routeKey(value) < to)
						.map(([record]) => record);
					const found = await inWindow(spaces, space, { collection: 514, field: STAGE, from, to }, chunk);
					expect(found).toEqual(expected.sort());
				},
			),
			{ numRuns: 60 },
		);
	});

	test('a record nobody gave a value stands with nothing, and leaves when it gets one', async () => {
		const { spaces, space } = await open();
		const write = writerOn(spaces, space);
		const record = newRecord();
		const open_ = { collection: tasks.number, field: done.number, from: '', to: '0' };
		await write([{ collection: tasks.number, record, field: tasks.fields['title']!.number, key: '', value: 'milk' }]);
		expect(await inWindow(spaces, space, open_, 9)).toEqual([record]);
		await write([{ collection: tasks.number, record, field: done.number, key: '', value: NOW }]);
		expect(await inWindow(spaces, space, open_, 9)).toEqual([]);
		expect(await inWindow(spaces, space, since(tasks, done, NOW), 9)).toEqual([record]);
		expect(await inWindow(spaces, space, between(tasks, done, 0, NOW), 9)).toEqual([]);
	});

	test('I9, I10: a replica that keeps a window has what the plain question over the cells has, after every commit', async () => {
		const { store, spaces, space } = await open();
		const write = writerOn(spaces, space, anything);
		const windows = [{ collection: 514, field: STAGE, from: routeKey(2), to: routeKey(5) }];
		const scope: Scope = { apps: null, collections: [], windows, records: [] };
		const index = new ScopeIndex(scope);
		const ids = Array.from({ length: 6 }, (_, i) => namedRecordId(`route/${i}`));
		let replica = new Map<string, Cell>();
		let cursor = { epoch: 0, seq: 0 };
		const one = fc.record({
			collection: fc.constantFrom(514, 514, 515),
			record: fc.constantFrom(...ids),
			field: fc.constantFrom(STAGE, fieldNumber(9, lww)),
			key: fc.constant(''),
			value: fc.integer({ min: 0, max: 6 }),
		});
		await fc.assert(
			fc.asyncProperty(fc.uniqueArray(one, { selector: placeKey, minLength: 1, maxLength: 4 }), async (cells) => {
				await write(cells);
				for await (const part of catchUp(spaces, space, cursor, 3, undefined, { scope, lack: null })) {
					for (const frame of part.frames.map(decodeFrame)) {
						if (frame.type === 'move')
							for (const { record, collection } of frame.records)
								replica = new Map([...replica].filter(([, cell]) => cell.record !== record || cell.collection !== collection));
						if (frame.type === 'delta') for (const cell of frame.cells) replica.set(placeKey(cell), cell);
					}
					if (part.complete) cursor = { epoch: (await spaces.readSince(space, 0, 1))!.epoch, seq: part.to };
				}
				const all = await store.db.selectFrom('cell').select(['record', 'collection', 'field', 'key']).execute();
				const routes = await store.db.selectFrom('route').selectAll().execute();
				const expected = all.filter((cell) => {
					const standing = routes.find(({ record, collection }) => record === cell.record && collection === cell.collection);
					return index.holds(cell as Cell, new Map(standing ? [[standing.field, standing.key]] : []));
				});
				expect([...replica.keys()].sort()).toEqual(expected.map((cell) => placeKey(cell as Cell)).sort());
			}),
			{ numRuns: 60 },
		);
	});

	test('what was written before a field routed is found afterwards, once', async () => {
		const { store, spaces, space } = await open();
		const write = writerOn(spaces, space, { ...rules, routes: () => [] });
		const [open_, closed] = [newRecord(), newRecord()];
		const title = { collection: tasks.number, field: tasks.fields['title']!.number, key: '', value: 'milk' };
		await write([{ ...title, record: open_ }]);
		await write([
			{ ...title, record: closed },
			{ collection: tasks.number, record: closed, field: done.number, key: '', value: NOW },
		]);
		expect(await backfillRoutes(store, [tasks])).toBe(2);
		expect(await backfillRoutes(store, [tasks])).toBe(0);
		const routes = await store.db.selectFrom('route').select(['record', 'key', 'seq', 'born']).orderBy('seq').execute();
		expect(routes).toEqual([
			{ record: open_, key: '', seq: 1, born: 1 },
			{ record: closed, key: routeKey(NOW), seq: 2, born: 2 },
		]);
	});
});

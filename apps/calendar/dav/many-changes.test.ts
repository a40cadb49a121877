import { keepChange } from '@mana/dav/records/keep-change';
import { type RecordTables, recordMigrations } from '@mana/dav/records/tables';
import { type Collection, type Draft, newRecordId, type RecordId, writeDraft } from '@mana/model';
import { projectionMigrations } from '@mana/service/projection/tables';
import { openStore, type Store } from '@mana/store';
import { type Cell, newSpaceId, type SpaceId, stampAt } from '@mana/sync';
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { events, guestId, guests } from '../model.ts';
import { Waiting, withParts } from '../waiting.server.ts';
import { eventKind } from './kind.server.ts';

const random = (bytes: Uint8Array) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>);
const ids = Array.from({ length: 6 }, () => newRecordId(Date.now(), random));
const homes = Array.from({ length: 2 }, () => newRecordId(Date.now(), random));

let home: string;
let store: Store<RecordTables>;
let asked = 0;
beforeAll(async () => {
	home = await mkdtemp(join(tmpdir(), 'mana-many-'));
	store = await openStore<RecordTables>({ service: 'calendar-server', home, databaseUrl: undefined, migrations: projectionMigrations, clock: { now: Date.now } }); // prettier-ignore
	await store.migrate('records', recordMigrations);
});
afterAll(async () => {
	await store.close();
	await rm(home, { recursive: true });
});

const cellsOf = <C extends Collection>(collection: C, record: RecordId, draft: Draft<C>, at: number): Cell[] =>
	writeDraft(collection, draft).map((entry) => ({
		...entry,
		collection: collection.number,
		record,
		stamp: stampAt(at),
		seq: 1,
		actor: 1,
	}));

/** Takes over a change as calendar-server does. @returns how many questions the database was asked */
async function keep(space: SpaceId, cells: readonly Cell[], seq = 1): Promise<number> {
	asked = 0;
	const counted = store.db.withPlugin({
		transformQuery: ({ node }) => {
			asked++;
			return node;
		},
		transformResult: async ({ result }) => result,
	});
	await counted
		.transaction()
		.execute((within) => keepChange(within, [eventKind], { space, cells, epoch: 1, seq, complete: true }, () => 'reading'));
	return asked;
}

const kept = async (space: SpaceId) => ({
	records: await store.db.selectFrom('mana_record').selectAll().where('space', '=', space).orderBy('id').execute(),
	objects: await store.db.selectFrom('mana_object').selectAll().where('space', '=', space).orderBy('id').execute(),
	ties: await store.db.selectFrom('mana_tie').selectAll().where('space', '=', space).orderBy('by').orderBy('record').execute(),
});

describe('what changed together', () => {
	const event = fc.record({
		title: fc.constantFrom('Tea', 'Walk'),
		start: fc.constantFrom('2027-01-01T10:00', null),
		calendar: fc.constantFrom(...homes, null),
		series: fc.constantFrom(ids[0]!, null, null),
		calendarName: fc.constantFrom('a.ics', 'b.ics', ''),
		tags: fc.subarray(homes),
	});
	// A change has each record once, as it is after it.
	const step = fc.uniqueArray(
		fc.oneof(
			fc.tuple(fc.constantFrom(...ids), event).map(([id, draft]) => ({ id, draft, guest: null })),
			fc.tuple(fc.constantFrom(...ids), fc.constantFrom('ana@x', 'bob@x')).map(([id, guest]) => ({ id, draft: null, guest })),
		),
		{ minLength: 1, maxLength: 8, selector: ({ id, guest }) => `${id} ${guest}` },
	);

	test('is kept as it is kept record by record, and nothing is said to have left what is there', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 3 }), async (steps) => {
				const [space, at_once, singly] = [null, newSpaceId(Date.now(), random), newSpaceId(Date.now(), random)];
				for (const [seq, changes] of steps.entries()) {
					const cells = changes.map(({ id, draft, guest }, at) =>
						draft
							? cellsOf(events, id, { ...draft, series: draft.series === id ? null : draft.series }, seq * 10 + at)
							: cellsOf(guests, guestId(id, guest!), { event: id, address: guest! }, seq * 10 + at),
					);
					await keep(at_once, cells.flat(), seq + 1);
					for (const one of cells) await keep(singly, one, seq + 1);
				}
				const [together, apart] = [await kept(at_once), await kept(singly)];
				const bare = ({ records, objects, ties }: typeof together) => ({
					records: records.map(({ registers, ...row }) => ({
						...row,
						space,
						registers: (JSON.parse(registers) as unknown[][]).map((one) => JSON.stringify(one)).toSorted(),
					})),
					objects: objects.map((row) => ({ ...row, space })),
					ties: ties.map((row) => ({ ...row, space })),
				});
				expect(bare(together)).toEqual(bare(apart));
				const left = await store.db.selectFrom('mana_left').selectAll().where('space', '=', at_once).execute();
				const here = new Set(together.objects.map(({ home: where, name }) => `${where}/${name}`));
				expect(left.filter(({ home: where, name }) => here.has(`${where}/${name}`))).toEqual([]);
			}),
			{ numRuns: 40 },
		);
	});

	test('says of a name that two had that it is left only when both are gone', async () => {
		const space = newSpaceId(Date.now(), random);
		const at = (home: number, name: string) => ({
			title: 'Tea',
			start: '2027-01-01T10:00',
			calendar: homes[home]!,
			calendarName: name,
		});
		const left = async () => (await store.db.selectFrom('mana_left').select('name').where('space', '=', space).execute()).map(({ name }) => name); // prettier-ignore
		await keep(space, [...cellsOf(events, ids[0]!, at(0, 'b.ics'), 1), ...cellsOf(events, ids[1]!, at(0, 'b.ics'), 1)]);
		await keep(space, cellsOf(events, ids[1]!, at(1, 'a.ics'), 2), 2);
		expect(await left()).toEqual([]);
		await keep(space, cellsOf(events, ids[0]!, at(1, 'c.ics'), 3), 3);
		expect(await left()).toEqual(['b.ics']);
	});

	test('costs as many questions for five hundred events as for one', async () => {
		const space = newSpaceId(Date.now(), random);
		const change = (count: number) =>
			Array.from({ length: count }, (_, at) =>
				cellsOf(events, newRecordId(Date.now(), random), { title: `${at}`, start: '2027-01-01T10:00' }, 1),
			).flat();
		const one = await keep(space, change(1));
		expect(await keep(space, change(500), 2)).toBeLessThanOrEqual(one + 2);
	});

	test('is looked at where somebody else may have to hear of it: with guests, or parts of a series', async () => {
		const space = newSpaceId(Date.now(), random);
		const [alone, invited, series, changed] = Array.from({ length: 4 }, () => newRecordId(Date.now(), random)) as [RecordId, RecordId, RecordId, RecordId]; // prettier-ignore
		const guest = guestId(invited, 'ana@x');
		const start = '2027-01-01T10:00';
		await keep(space, [
			...[alone, invited, series].flatMap((id) => cellsOf(events, id, { start }, 1)),
			...cellsOf(events, changed, { start, series, occurrence: start }, 1),
			...cellsOf(guests, guest, { event: invited, address: 'ana@x' }, 1),
		]);
		const all = [alone, invited, series, changed, guest];
		expect(await withParts(store.db, space, all)).toEqual([invited, series, changed, guest]);
	});
});

describe('what waits', () => {
	const space = newSpaceId(Date.now(), random);
	const every = async (_: SpaceId, some: readonly RecordId[]) => some;

	test('is looked at once, and what failed waits on with everything behind it', async () => {
		const waiting = new Waiting();
		waiting.add(space, ids.slice(0, 4));
		waiting.add(space, ids.slice(2, 5));
		const seen: RecordId[] = [];
		const settle = async (_: SpaceId, id: RecordId) => {
			if (id === ids[2] && !seen.includes(ids[5]!)) throw new Error('Away.');
			seen.push(id);
		};
		await expect(waiting.work(every, settle, () => true)).rejects.toThrow('Away.');
		expect(seen).toEqual(ids.slice(0, 2));
		seen.push(ids[5]!);
		await waiting.work(every, settle, () => true);
		expect(seen).toEqual([...ids.slice(0, 2), ids[5]!, ...ids.slice(2, 5)]);
	});

	test('is looked at again when it changes while it is looked at', async () => {
		const waiting = new Waiting();
		waiting.add(space, ids.slice(0, 1));
		let looks = 0;
		await waiting.work(every, async (_, id) => void (++looks === 1 && waiting.add(space, [id])), () => true); // prettier-ignore
		expect(looks).toBe(2);
	});

	test('lets everything else have a turn between hundreds', async () => {
		const waiting = new Waiting();
		waiting.add(
			space,
			Array.from({ length: 1_200 }, () => newRecordId(Date.now(), random)),
		);
		let [turns, done] = [0, false];
		const turn = (): void => {
			turns++;
			if (!done) setImmediate(turn);
		};
		setImmediate(turn);
		await waiting.work(every, async () => undefined, () => true); // prettier-ignore
		done = true;
		expect(turns).toBeGreaterThanOrEqual(2);
	});
});

import { Database } from 'bun:sqlite';
import { expect, test } from 'bun:test';
import { eachEngine } from '@mana/store/testing';
import { bucketOf, decodeFrame, type Digest, type Op, sameSum, type SpaceId, stampAt, sumOfCell, type Sum } from '@mana/sync';
import { Committer, digestAnswers, sumsOf } from '@mana/sync/space/index';
import { PostgresChunks } from '../snapshots/postgres.ts';
import { SqliteChunks } from '../snapshots/sqlite.ts';
import { PostgresSpaces } from '../spaces/postgres.ts';
import { valueToBytes } from '../spaces/bytes.ts';
import { SqliteSpaces } from '../spaces/sqlite.ts';
import { rules } from '../rules.ts';
import { migrations, type SyncStore, type SyncTables } from '../store.ts';
import { COLLECTION, newDevice, newRecord, op } from '../testing.ts';
import { Digests } from './digests.ts';
import { PostgresSums } from './postgres.ts';
import { SqliteSums } from './sqlite.ts';
import { NONE, WHOLE } from './tables.ts';
import { countInThread } from './threaded.ts';

const NOW = Date.UTC(2026, 5, 1);
/** A collection of another app, of which no model is known: app 249, number 1. */
const ELSEWHERE = 0xf901;
const ADA = { person: 'ada', access: { role: 'owner', apps: null } } as const;

eachEngine('digests', (engine) => {
	async function open() {
		const store = await engine.open<SyncTables>({ migrations });
		const damaged: SpaceId[] = [];
		const { spaces, digests } = partsOf(store, (space) => void damaged.push(space));
		const space = await spaces.personal('ada', NOW);
		const committer = new Committer({ store: spaces, rules, now: () => NOW, committed: () => undefined });
		const device = newDevice();
		let n = 0;
		const write = async (...ops: Op[]) => {
			n++;
			const transactions = [{ n, stamp: stampAt(NOW) + n, ops, preconditions: [] }];
			await committer.submit({ kind: 'push', space, device, person: 'ada', known: n - 1, transactions });
		};
		const ask = async (question: Partial<Digest>) => {
			const full = {
				type: 'digest',
				space,
				epoch: 0,
				seq: 0,
				collection: 0,
				buckets: [],
				more: false,
				sums: [],
				cells: [],
			} as const;
			const frames: Digest[] = [];
			for await (const { frame } of digestAnswers(digests, { ...full, ...question }, ADA, undefined, 3))
				frames.push(decodeFrame(frame) as Digest);
			return frames;
		};
		return { store, spaces, digests, space, committer, write, ask, damaged };
	}

	/** The sums of what really stands in the store. */
	async function counted(spaces: SqliteSpaces | PostgresSpaces, space: SpaceId) {
		return sumsOf((await spaces.readSince(space, 0, 10_000))!.cells);
	}

	const listed = (sums: ReadonlyMap<number, Sum>) => [...sums].sort(([a], [b]) => a - b);

	test('every commit keeps the sums of what it leaves, whatever it overwrites', async () => {
		const { spaces, digests, space, committer, write } = await open();
		const records = [newRecord(), newRecord(), newRecord()];
		for (let i = 0; i < 30; i++)
			await write(op(records[i % 3]!, `text ${i}`), { ...op(records[(i + 1) % 3]!, i, 17), collection: COLLECTION + 256 });
		await committer.submit({ kind: 'mirror', space, person: 'ada' });
		const kept = (await digests.sums(space, 'ada'))!;
		expect(kept).toMatchObject({ seq: (await spaces.readSince(space, 0, 1))!.seq, access: { role: 'owner' } });
		expect(kept.sums.size).toBeGreaterThanOrEqual(2);
		expect(listed(kept.sums)).toEqual(listed(await counted(spaces, space)));
	});

	test('a space from before there were sums is counted when somebody asks, while others write', async () => {
		const { store, spaces, digests, space, write } = await open();
		for (let i = 0; i < 20; i++) await write(op(newRecord(), `text ${i}`));
		await store.db.updateTable('space').set({ digests: NONE }).execute();
		await store.db.deleteFrom('digest').execute();
		const record = newRecord();
		const writing = (async () => {
			for (let i = 0; i < 20; i++) await write(op(record, `later ${i}`));
		})();
		await Promise.all([digests.sums(space, 'ada'), digests.sums(space, 'ada'), writing]);
		await write(op(newRecord(), 'the last'));
		expect((await store.db.selectFrom('space').select('digests').executeTakeFirstOrThrow()).digests).toBe(WHOLE);
		expect(listed((await digests.sums(space, 'ada'))!.sums)).toEqual(listed(await counted(spaces, space)));
	});

	test('sums that are wrong are counted anew once somebody asked for the parts', async () => {
		const { store, spaces, digests, space, write, ask } = await open();
		for (let i = 0; i < 5; i++) await write(op(newRecord(), i));
		await store.db.updateTable('digest').set({ low: 7 }).execute();
		expect(listed((await digests.sums(space, 'ada'))!.sums)).not.toEqual(listed(await counted(spaces, space)));
		await ask({ collection: COLLECTION });
		expect(listed((await digests.sums(space, 'ada'))!.sums)).toEqual(listed(await counted(spaces, space)));
	});

	test('what changed on the disk without a commit is told, once, and nothing else is', async () => {
		const { store, digests, space, write, ask, damaged } = await open();
		for (let i = 0; i < 5; i++) await write(op(newRecord(), i));
		await digests.doubtSums(space);
		await digests.sums(space, 'ada');
		expect(damaged).toEqual([]);
		await store.db
			.updateTable('cell')
			.set({ value: valueToBytes(99) })
			.where('seq', '=', 3)
			.execute();
		await digests.sums(space, 'ada');
		expect(damaged).toEqual([]); // nobody looks before somebody finds a difference
		await ask({ collection: COLLECTION });
		await Promise.all([digests.sums(space, 'ada'), digests.sums(space, 'ada')]);
		expect(damaged).toEqual([space]);
		await ask({ collection: COLLECTION });
		await digests.sums(space, 'ada');
		expect(damaged).toEqual([space]);
	});

	test('narrows down from collections to buckets to cells', async () => {
		const { spaces, space, write, ask } = await open();
		const records = Array.from({ length: 40 }, newRecord);
		for (const record of records) await write(op(record, `title of ${record}`));
		await write({ ...op(newRecord(), 'elsewhere'), collection: COLLECTION + 256 });
		const { cells } = (await spaces.readSince(space, 0, 1000))!;
		const [whole] = await ask({});
		expect(whole!.sums.map(({ of }) => of).sort()).toEqual([COLLECTION, COLLECTION + 256]);
		const [parts] = await ask({ collection: COLLECTION });
		for (const { of, ...sum } of parts!.sums) {
			const own = cells.filter(({ collection, record }) => collection === COLLECTION && bucketOf(record) === of);
			expect(
				sameSum(
					sum,
					own.map(sumOfCell).reduce((a, b) => ({ low: (a.low + b.low) >>> 0, high: (a.high + b.high) >>> 0 })),
				),
			).toBe(true);
		}
		const buckets = [...new Set(records.slice(0, 3).map(bucketOf))].sort((a, b) => a - b);
		const answers = await ask({ collection: COLLECTION, buckets });
		expect(answers.at(-1)).toMatchObject({ more: false, seq: 41, buckets });
		const wanted = cells.filter(({ collection, record }) => collection === COLLECTION && buckets.includes(bucketOf(record)));
		const byRecord = (a: { record: string }, b: { record: string }) => (a.record < b.record ? -1 : 1);
		expect(answers.flatMap((answer) => answer.cells).sort(byRecord)).toEqual(
			wanted.map(({ seq: _seq, ...cell }) => cell).sort(byRecord),
		);
	});

	test('tells nothing of an app that the reader may not see, and nothing to who may see other things than was told', async () => {
		const { store, digests, space, write } = await open();
		await write(op(newRecord(), 1), { ...op(newRecord(), 2), collection: ELSEWHERE });
		await store.db
			.insertInto('member')
			.values({ space: 1, person: 'ben', role: 'viewer', apps: '249', name: '', since: 0 })
			.execute();
		const question = {
			type: 'digest',
			space,
			epoch: 0,
			seq: 0,
			collection: 0,
			buckets: [],
			more: false,
			sums: [],
			cells: [],
		} as const;
		const asBen = async (apps: number[] | null, more: Partial<Digest>) => {
			const reading = { person: 'ben', access: { role: 'viewer', apps } } as const;
			const frames: Digest[] = [];
			for await (const { frame } of digestAnswers(digests, { ...question, ...more }, reading))
				frames.push(decodeFrame(frame) as Digest);
			return frames;
		};
		expect((await asBen([249], {}))[0]!.sums.map(({ of }) => of)).toEqual([ELSEWHERE]);
		expect((await asBen([249], { collection: COLLECTION }))[0]!.sums).toEqual([]);
		expect((await asBen([249], { collection: COLLECTION, buckets: Array.from({ length: 256 }, (_, i) => i) }))[0]!.cells).toEqual(
			[],
		);
		await expect(asBen(null, {})).rejects.toThrow('right to read');
		await store.db.deleteFrom('member').where('person', '=', 'ben').execute();
		await expect(asBen([249], {})).rejects.toThrow('right to read');
	});
});

function partsOf(
	store: SyncStore,
	damaged: (space: SpaceId) => void,
): { spaces: SqliteSpaces | PostgresSpaces; digests: Digests } {
	if (store.engine === 'postgres') {
		const spaces = new PostgresSpaces(store.raw, () => NOW);
		const chunks = new PostgresChunks(store.raw, spaces);
		return {
			spaces,
			digests: new Digests(new PostgresSums(store.raw), (...question) => chunks.readRecords(...question), damaged),
		};
	}
	const { file } = store;
	const writer = new Database(file);
	writer.run('pragma busy_timeout = 10000');
	const chunks = new SqliteChunks(store.raw, () => NOW);
	const sums = new SqliteSums(store.raw, (space) => countInThread({ file, space }));
	return {
		spaces: new SqliteSpaces(writer, () => NOW),
		digests: new Digests(sums, (...question) => chunks.readRecords(...question), damaged),
	};
}

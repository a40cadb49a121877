import { expect, test } from 'bun:test';
import { eachEngine } from '@mana/store/testing';
import { counter, fieldNumber, foldedAt, lww, systemFields, text } from '@mana/model';
import { ENGINE, isTombstone, type Op, type SpaceId, stampAt } from '@mana/sync';
import { Committer, Forgotten, catchUp, type TidyRequest, type Tidied } from '@mana/sync/space/index';
import { rules } from '../rules.ts';
import { PostgresSpaces } from '../spaces/postgres.ts';
import { SqliteSpaces } from '../spaces/sqlite.ts';
import { Database } from 'bun:sqlite';
import { migrations, type SyncStore, type SyncTables } from '../store.ts';
import { COLLECTION, exchangeOnce, newDevice, newRecord, op, RawClient, startSync } from '../testing.ts';
import { openBeside } from '../testing-spaces.ts';
import { KEPT, tidySpaces } from './tidy.ts';

const START = Date.UTC(2026, 5, 1);
const DAY = 24 * 3600_000;
const trash = (record: Op['record'], value: number | null = 1) => op(record, value, systemFields.deletedAt.number);
const PARTS = [{ collection: COLLECTION, field: fieldNumber(9, lww) }];
const partOf = (record: Op['record'], whole: Op['record']) => op(record, whole, PARTS[0]!.field);
const purge = (record: Op['record']) => op(record, true, systemFields.purged.number);

eachEngine('tidying', (engine) => {
	/** A space whose days pass one by one. */
	async function open() {
		const store = await engine.open<SyncTables>({ migrations });
		let now = START;
		const spaces =
			store.engine === 'postgres'
				? new PostgresSpaces(store.raw, () => now)
				: new SqliteSpaces(new Database(store.file, { readwrite: true }), () => now);
		const committer = new Committer({ store: spaces, rules, now: () => now, committed: () => undefined });
		const space = await spaces.personal('ada', now);
		const device = newDevice();
		let n = 0;
		return {
			store,
			spaces,
			space,
			async write(...ops: Op[]) {
				const transactions = [{ n: ++n, stamp: stampAt(now) + n, ops }];
				await committer.submit({ kind: 'push', space, device, person: 'ada', known: n - 1, transactions });
			},
			/** Tidies every so many days. @returns what was purged and forgotten meanwhile */
			async pass(days: number, every = 1) {
				const total = { purged: 0, forgotten: 0, folded: 0 };
				for (let day = 0; day < days; day += every) {
					now += every * DAY;
					const tidier = { tidy: (request: TidyRequest) => committer.submit(request) as Promise<Tidied> };
					const done = await tidySpaces(store, tidier, PARTS, now, new AbortController().signal);
					total.purged += done.purged;
					total.forgotten += done.forgotten;
					total.folded += done.folded;
				}
				return total;
			},
			cells: async () => (await spaces.readSince(space, 0, 10_000))!.cells,
		};
	}

	test('a record goes thirty days after it was put in the trash, its tombstone half a year later', async () => {
		const world = await open();
		const [kept, old] = [newRecord(), newRecord()];
		await world.write(op(kept, 'stays'), op(old, 'goes'), trash(old));
		expect(await world.pass(30)).toEqual({ purged: 0, forgotten: 0, folded: 0 });
		expect(await world.pass(1)).toEqual({ purged: 1, forgotten: 0, folded: 0 });
		expect((await world.cells()).filter(({ record }) => record === old).map(isTombstone)).toEqual([true]);
		// Time is counted in what the space did: without a later write the age of the tombstone is known all the same.
		expect(await world.pass(KEPT.tombstoneMs / DAY - 1)).toEqual({ purged: 0, forgotten: 0, folded: 0 });
		expect(await world.pass(2)).toEqual({ purged: 0, forgotten: 1, folded: 0 });
		expect((await world.cells()).map(({ record }) => record)).toEqual([kept]);
	});

	test('what is a part of a record that goes is gone with it, however deep, and what became a part of another one stays', async () => {
		const world = await open();
		const [whole, other, part, deeper, moved] = [newRecord(), newRecord(), newRecord(), newRecord(), newRecord()];
		await world.write(op(whole, 'contact'), op(other, 'somebody else'), op(part, 'number'), partOf(part, whole));
		await world.write(partOf(deeper, part), partOf(moved, whole), op(moved, 'stays'), trash(whole));
		await world.pass(29);
		await world.write(partOf(moved, other));
		expect(await world.pass(3)).toEqual({ purged: 3, forgotten: 0, folded: 0 });
		const left = (await world.cells()).filter((cell) => !isTombstone(cell)).map(({ record }) => record);
		expect(new Set(left)).toEqual(new Set([other, moved]));
		expect(await world.pass(3)).toEqual({ purged: 0, forgotten: 0, folded: 0 });
	});

	test('how old something is the server’s clock says, not the one of the device', async () => {
		const world = await open();
		const record = newRecord();
		await world.write(op(record, 'x'));
		await world.pass(1);
		await world.write(trash(record, START - 400 * DAY));
		expect(await world.pass(29)).toEqual({ purged: 0, forgotten: 0, folded: 0 });
		expect(await world.pass(3)).toEqual({ purged: 1, forgotten: 0, folded: 0 });
	});

	test('what was taken out of the trash stays, and what was put there again waits again', async () => {
		const world = await open();
		const record = newRecord();
		await world.write(op(record, 'x'), trash(record));
		await world.pass(20);
		await world.write(trash(record, null));
		expect(await world.pass(20)).toEqual({ purged: 0, forgotten: 0, folded: 0 });
		await world.write(trash(record));
		expect(await world.pass(29)).toEqual({ purged: 0, forgotten: 0, folded: 0 });
		expect(await world.pass(3)).toEqual({ purged: 1, forgotten: 0, folded: 0 });
	});

	test('what somebody purged may be taken back for a day', async () => {
		const world = await open();
		const record = newRecord();
		await world.write(op(record, 'secret'), purge(record));
		expect(await world.pass(1)).toEqual({ purged: 0, forgotten: 0, folded: 0 });
		expect(await world.cells()).toHaveLength(2);
		expect(await world.pass(1)).toEqual({ purged: 1, forgotten: 0, folded: 0 });
		expect(await world.cells()).toHaveLength(1);
	});

	test('updates that were merged into another leave nothing a month later, and parts of counters first go into their sum', async () => {
		const world = await open();
		const record = newRecord();
		const number = { text: fieldNumber(5, text), counter: fieldNumber(6, counter) };
		const update = (key: string, value: Uint8Array | null) => ({ ...op(record, value, number.text), key });
		const count = (key: string, total: number) => ({ ...op(record, total, number.counter), key });
		const few = newRecord();
		await world.write(update('a', new Uint8Array([1])), update('b', new Uint8Array([2])));
		await world.write(update('a', null), update('b', null), update('c', new Uint8Array([1, 2])));
		for (let i = 0; i < 20; i++) await world.write(count(`${i % 2 === 0 ? '+' : '-'}tab${i}`, i + 1));
		await world.write({ ...count('+alone', 3), record: few });
		const sums = async () => (await world.cells()).map(({ key, value }) => [key, value]);
		expect(await world.pass(30)).toEqual({ purged: 0, forgotten: 0, folded: 0 });
		await world.write(count('+tab0', 50));
		expect(await world.pass(1)).toEqual({ purged: 0, forgotten: 2, folded: 19 });
		const folded = await sums();
		expect(folded).toContainEqual(['+', 99]);
		expect(folded).toContainEqual(['-', 110]);
		expect(folded).toContainEqual(['+tab0', 50]);
		expect(folded).toContainEqual(['-tab1', foldedAt(2)]);
		await world.write(count('-tab1', 5));
		expect(await sums()).toContainEqual(['-', 113]);
		expect(await world.pass(29)).toEqual({ purged: 0, forgotten: 0, folded: 0 });
		expect(await world.pass(3)).toEqual({ purged: 0, forgotten: 19, folded: 0 });
		const left = (await sums()).map(([key]) => key);
		expect(left.toSorted()).toEqual(['+', '+alone', '+tab0', '-', 'c']);
		expect((await world.spaces.readSince(world.space, 0, 1))!.horizon).toBeGreaterThan(0);
	});

	test('goes on until all of many records are gone', async () => {
		const world = await open();
		for (let i = 0; i < 5; i++)
			await world.write(...Array.from({ length: 100 }, () => newRecord()).flatMap((record) => [op(record, 'x'), trash(record)]));
		expect(await world.pass(32)).toEqual({ purged: 500, forgotten: 0, folded: 0 });
	});

	test('snapshots go with the tombstones, so that none of them brings back what was there before', async () => {
		const world = await open();
		const record = newRecord();
		await world.write(op(record, 'x'), trash(record));
		const { number } = await world.store.db.selectFrom('space').select('number').executeTakeFirstOrThrow();
		const chunk = { space: number, hash: 'c'.repeat(64), collection: COLLECTION, body: new Uint8Array(1), unnamed_at: null };
		await world.pass(32);
		await world.store.db.insertInto('chunk').values(chunk).execute();
		await world.store.db
			.insertInto('segment')
			.values({ space: number, from_seq: 0, to_seq: 1, cells: 2, chunks: new Uint8Array(1) })
			.execute();
		await world.pass(KEPT.tombstoneMs / DAY + 1);
		expect(await world.store.db.selectFrom('segment').selectAll().execute()).toEqual([]);
		const [left] = await world.store.db.selectFrom('chunk').select('unnamed_at').execute();
		expect(left!.unnamed_at).toBeGreaterThan(START);
	});

	test('of marks only those within the horizon are kept, and decisions of devices that are silent go', async () => {
		const world = await open();
		for (let day = 0; day < 300; day += 10) {
			await world.write(op(newRecord(), day));
			await world.pass(10, 10);
		}
		const { count } = await world.store.db.selectFrom('mark').select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow(); // prettier-ignore
		expect(Number(count)).toBe(19);
		const decisions = () => world.store.db.selectFrom('actor').select('decisions').executeTakeFirstOrThrow();
		expect((await decisions()).decisions.length).toBeGreaterThan(0);
		await world.pass(190, 10);
		expect((await decisions()).decisions.length).toBe(0);
	}, 60_000);

	test('whoever stands below the horizon is told to take the state anew, before the state, and is heard only after that', async () => {
		const place = await engine.place();
		await using server = await startSync(place);
		const token = await server.issuer.token('ada');
		const first = await RawClient.join(server.url, token);
		const record = newRecord();
		await first.acked(first.write(op(record, 'x')).n);
		await first.acked(first.write(op(newRecord(), 'y')).n);
		const cursor = { epoch: first.epoch, seq: 1 };
		const store: SyncStore = await openBeside(place.home, place.databaseUrl);
		await store.db.updateTable('space').set({ horizon: 2 }).where('id', '=', first.space!).execute();
		await store.close();

		const schema = [{ collection: ENGINE.collection, version: ENGINE.renews }];
		const away = await RawClient.open(server.url, first.device);
		await away.hello(token, schema);
		await away.sub(first.space!, cursor);
		expect(away.heard.map(({ type }) => type).slice(0, 3)).toEqual(['welcome', 'renew', 'subbed']);
		await away.until(() => away.seq === 2, 'the state');
		expect(away.cells.size).toBe(2);
		away.write(op(record, 'late'));
		away.send({ type: 'ping', clockMs: 1 });
		await away.next('pong');
		expect(away.heard.some(({ type }) => type === 'ack')).toBe(false);

		const frames = await exchangeOnce(server.url, [
			{ type: 'hello', token, device: first.device, clockMs: 1, schema },
			{ type: 'sub', space: first.space as SpaceId, ...cursor },
			{ type: 'push', space: first.space as SpaceId, known: 0, transactions: [{ n: 3, stamp: 1, ops: [op(record, 'late')] }] },
		]);
		expect(frames.map(({ type }) => type)).toEqual(['welcome', 'renew', 'subbed', 'delta']);

		const old = await RawClient.open(server.url);
		await old.hello(token);
		old.send({ type: 'sub', space: first.space!, ...cursor });
		expect((await old.bye()).code).toBe('version');
	});

	test('a catch-up that was under way when something was forgotten ends, and says nothing wrong', async () => {
		const world = await open();
		const record = newRecord();
		await world.write(op(record, 'x'));
		await world.write(trash(record));
		await world.write(op(newRecord(), 'y'));
		const [cell] = await world.cells();
		await world.pass(KEPT.trashMs / DAY + KEPT.tombstoneMs / DAY + 4);
		const tail = (await world.spaces.readSince(world.space, 0, 10))!;
		expect(tail.horizon).toBe(4);
		const parts = catchUp(world.spaces, world.space, { epoch: tail.epoch, seq: cell!.seq });
		await expect(parts.next()).rejects.toThrow(Forgotten);
	});
});

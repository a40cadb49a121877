import { Database } from 'bun:sqlite';
import { expect, test } from 'bun:test';
import { eachEngine } from '@mana/store/testing';
import { command, fieldNumber, set, tree } from '@mana/model';
import { type Ack, decodeFrame, type FrameOf, type Op, type Precondition, type SpaceId, stampAt } from '@mana/sync';
import { catchUp, Committer } from '@mana/sync/space/index';
import { split } from '../exchange.ts';
import { rules } from '../rules.ts';
import { migrations, type SyncStore, type SyncTables } from '../store.ts';
import { newDevice, newRecord, op } from '../testing.ts';
import { decisionsFromBytes, decisionsToBytes, valueFromBytes, valueToBytes } from './bytes.ts';
import { PostgresSpaces } from './postgres.ts';
import { LOG_WINDOW, PART, type SpaceKeeper } from './space-keeper.ts';
import { SqliteSpaces } from './sqlite.ts';

const NOW = Date.UTC(2026, 5, 1);

eachEngine('spaces', (engine) => {
	async function open(now = () => NOW) {
		const store = await engine.open<SyncTables>({ migrations });
		return { store, spaces: keeperOf(store, now) };
	}

	/** A committer of its own, as another process would have, and a device that writes through it. */
	function deviceOn(spaces: SpaceKeeper, space: SpaceId) {
		const committer = new Committer({ store: spaces, rules, now: () => NOW, committed: () => undefined });
		const who = { space, device: newDevice(), person: 'ada' };
		let n = 0;
		async function writeIf(preconditions: readonly Precondition[], ...ops: Op[]): Promise<Ack> {
			n++;
			const transactions = [{ n, stamp: stampAt(NOW) + n, ops, preconditions }];
			return (await committer.submit({ kind: 'push', ...who, known: n - 1, transactions })) as Ack;
		}
		return { writeIf, write: (...ops: Op[]) => writeIf([], ...ops) };
	}

	test('two writers with connections of their own give every transaction its own seq', async () => {
		const { store, spaces } = await open();
		const space = await spaces.personal('ada', NOW);
		const others = store.engine === 'sqlite' ? new SqliteSpaces(second(store.file), () => NOW) : spaces;
		const devices = [deviceOn(spaces, space), deviceOn(others, space)];
		const acks = await Promise.all(
			devices.flatMap((device) => Array.from({ length: 20 }, () => device.write(op(newRecord(), 1)))),
		);
		expect(acks.every(({ type }) => type === 'ack')).toBe(true);
		const tail = (await spaces.readSince(space, 0, 1000))!;
		expect(tail.seq).toBe(40);
		expect(tail.cells.map(({ seq }) => seq)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
		expect(new Set(tail.cells.map(({ actor }) => actor)).size).toBe(2);
	});

	test.each([3, 64, 65, 200])(
		'a write of several places of a record of %i cells meets what stands at each of them',
		async (count) => {
			const { spaces } = await open();
			const space = await spaces.personal('ada', NOW);
			const record = newRecord();
			const place = (i: number) => ({
				...op(record, `new ${i}`),
				key: `k${String(i).padStart(4, '0')}`,
				field: fieldNumber(21, set),
			});
			const ahead = deviceOn(spaces, space);
			await ahead.write(...Array.from({ length: count }, (_, i) => place(i)));
			// Under the same stamp, where a set keeps what was added: it wins nowhere.
			const late = deviceOn(spaces, space);
			await late.write(...[0, count >> 1, count - 1].map((i) => ({ ...place(i), value: null })));
			const { cells } = (await spaces.readSince(space, 0, 1000))!;
			expect(cells.filter(({ seq }) => seq > 1)).toEqual([]);
			expect(cells).toHaveLength(count);
		},
	);

	test('first tokens at once make one space, for each person', async () => {
		const { spaces } = await open();
		const ids = await Promise.all(['ada', 'ben', 'ada', 'ada', 'ben'].map((person) => spaces.personal(person, NOW)));
		expect(new Set(ids).size).toBe(2);
		expect(await spaces.personal('ada', NOW + 1)).toBe(ids[0]!);
	});

	test('when deciding fails nothing is written and the next one is served', async () => {
		const { spaces } = await open();
		const space = await spaces.personal('ada', NOW);
		const need = {
			space,
			devices: [],
			persons: ['ada'],
			places: [],
			further: () => [],
			records: [],
			memberships: false,
			invitations: [],
		};
		await expect(
			spaces.transact([need], () => {
				throw new Error('a defect');
			}),
		).rejects.toThrow('a defect');
		await deviceOn(spaces, space).write(op(newRecord(), 1));
		expect((await spaces.readSince(space, 0, 10))?.seq).toBe(1);
	});

	test('parts of a state query end at a seq, and are small when cells are large', async () => {
		const { spaces } = await open();
		const space = await spaces.personal('ada', NOW);
		const device = deviceOn(spaces, space);
		for (let i = 0; i < 8; i++) await device.write(...Array.from({ length: 3 }, () => op(newRecord(), 'x'.repeat(40_000))));
		const first = (await spaces.readSince(space, 0, 1000))!;
		expect(first.seq).toBe(8);
		expect(first.cells.length % 3).toBe(0);
		expect(first.cells.length * 40_000).toBeLessThan(PART.bytes + 3 * 41_000);
		const few = (await spaces.readSince(space, 0, 4))!;
		expect(few.cells.map(({ seq }) => seq)).toEqual(first.cells.slice(0, few.cells.length).map(({ seq }) => seq));
		expect(few.cells.length).toBeGreaterThanOrEqual(4);
		expect(few.cells.length % 3).toBe(0);
		const cells = [];
		for await (const { frames } of catchUp(spaces, space, { epoch: 0, seq: 0 }))
			for (const frame of frames) cells.push(...(decodeFrame(frame) as FrameOf<'delta'>).cells);
		expect(cells).toHaveLength(24);
	});

	test('every kind of value comes back as it was', async () => {
		const { spaces } = await open();
		const space = await spaces.personal('ada', NOW);
		const record = newRecord();
		const values = [null, true, false, 0, -7, 2 ** 52, 1.5, '', 'Grüße 🌍', record as string, new Uint8Array([0, 255])];
		await deviceOn(spaces, space).write(...values.map((value, i) => op(record, value, (i + 1) << 3)));
		const { cells } = (await spaces.readSince(space, 0, 100))!;
		expect(cells.toSorted((a, b) => a.field - b.field).map(({ value }) => value)).toEqual(values);
	});

	test('the log holds what was fanned out, and pruning it changes nothing for readers', async () => {
		let now = NOW;
		const { store, spaces } = await open(() => now);
		const space = await spaces.personal('ada', NOW);
		const device = deviceOn(spaces, space);
		for (let i = 0; i < 3; i++) await device.write(op(newRecord(), i));
		const rows = await store.db.selectFrom('log').selectAll().orderBy('to_seq').execute();
		const logged = rows.flatMap(({ frames }) =>
			[...split(frames.slice())].map((frame) => decodeFrame(frame) as FrameOf<'delta'>),
		);
		expect(logged.map(({ from, to }) => [from, to])).toEqual([
			[0, 1],
			[1, 2],
			[2, 3],
		]);
		const bytesOf = (row: (typeof rows)[number]) => row.frames.length + row.replaced!.length;
		expect(rows.map(({ position }) => position)).toEqual([0, bytesOf(rows[0]!), bytesOf(rows[0]!) + bytesOf(rows[1]!)]);
		now += LOG_WINDOW.ageMs - 1000;
		await device.write(op(newRecord(), 'later'));
		expect(await spaces.prune(now, LOG_WINDOW)).toBe(0);
		expect(await spaces.prune(now + 2000, LOG_WINDOW)).toBe(3);
		await store.db
			.updateTable('space')
			.set({ log_position: LOG_WINDOW.bytes + 10_000 })
			.execute();
		expect(await spaces.prune(now, LOG_WINDOW)).toBe(1);
		expect((await spaces.readSince(space, 0, 100))?.cells).toHaveLength(4);
		await device.write(op(newRecord(), 'after'));
	});

	test('a move under itself and a name that somebody has are refused, over several commits and in one', async () => {
		const { spaces } = await open();
		const space = await spaces.personal('ada', NOW);
		const [one, two] = [deviceOn(spaces, space), deviceOn(spaces, space)];
		const [a, b, c, d] = [newRecord(), newRecord(), newRecord(), newRecord()] as const;
		const [parent, name] = [fieldNumber(3, tree), fieldNumber(4, command)];
		for (const [what, under] of [[b, a], [c, b], [d, c]] as const) await one.write(op(what, under, parent)); // prettier-ignore
		expect((await two.write(op(a, d, parent))).refused).toMatchObject([{ code: 'circle' }]);
		expect((await two.write(op(d, a, parent))).refused).toEqual([]);
		expect((await one.write(op(a, '?unique Sun', name))).refused).toEqual([]);
		expect((await two.write(op(b, '?unique sun', name))).refused).toMatchObject([{ code: 'taken' }]);
		await one.write(op(a, null, name));
		const both = await Promise.all([one.write(op(a, '?unique Sun', name)), two.write(op(b, '?unique sun', name))]);
		expect(both.flatMap(({ refused }) => refused.map(({ code }) => code))).toEqual(['taken']);
	});

	test('guards and preconditions are judged by what the store holds', async () => {
		const { spaces } = await open();
		const space = await spaces.personal('ada', NOW);
		const [one, two] = [deviceOn(spaces, space), deviceOn(spaces, space)];
		const record = newRecord();
		const first = stampAt(NOW) + 1;
		await one.write(op(record, 'first'));
		expect((await two.write({ ...op(record, 'blind'), seen: 0 })).refused).toMatchObject([{ code: 'stale' }]);
		expect((await two.write({ ...op(record, 'looked'), seen: first })).refused).toEqual([]);
		expect((await one.writeIf([{ record, seq: 1, own: false }], op(record, 'late', 16))).refused).toMatchObject([
			{ code: 'stale' },
		]);
		expect((await one.writeIf([{ record, seq: 2, own: false }], op(record, 'in time', 16))).refused).toEqual([]);
		expect((await one.writeIf([{ record, seq: 2, own: false }], op(record, 'mine', 24))).refused).toEqual([]);
		expect((await one.writeIf([{ record, seq: 2, own: true }], op(record, 'all', 24))).refused).toMatchObject([
			{ code: 'stale' },
		]);
	});

	test('what is asked of a space that does not exist finds nothing', async () => {
		const { spaces } = await open();
		expect(await spaces.readSince(newDevice() as string as SpaceId, 0, 10)).toBeNull();
	});

	function second(file: string): Database {
		const database = new Database(file);
		database.run('pragma busy_timeout = 10000');
		return database;
	}
});

function keeperOf(store: SyncStore, now: () => number): SpaceKeeper {
	return store.engine === 'sqlite' ? new SqliteSpaces(store.raw, now) : new PostgresSpaces(store.raw, now);
}

test('decisions and values survive their bytes', () => {
	const decisions = [
		{ hash: 2 ** 52 - 1 },
		{ hash: 0, restamped: 0 },
		{ hash: 7, refused: { code: 'stale', detail: 'Somebody changed this record in the meantime.' } },
		{ hash: 8, restamped: 2 ** 52, refused: { code: 'x', detail: '' } },
	];
	expect(decisionsFromBytes(decisionsToBytes(decisions))).toEqual(decisions);
	expect(decisionsFromBytes(decisionsToBytes([]))).toEqual([]);
	for (const value of [null, 'text', 1.5]) expect(valueFromBytes(valueToBytes(value))).toBe(value);
});

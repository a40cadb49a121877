import { Database } from 'bun:sqlite';
import { expect, test } from 'bun:test';
import { fieldNumber, laws, type Value } from '@mana/model';
import { eachEngine, type TestPlace } from '@mana/store/testing';
import { type Cell, type Op, placeKey, type SpaceId, stampAt } from '@mana/sync';
import { Committer } from '@mana/sync/space/index';
import { cellsOfChunk, CHUNK_BYTES, decodeChunk, type Manifest, offerFor } from '@mana/sync/snapshot/index';
import { sql } from 'kysely';
import { rules } from '../rules.ts';
import { PostgresSpaces } from '../spaces/postgres.ts';
import { SqliteSpaces } from '../spaces/sqlite.ts';
import { migrations, type SyncStore, type SyncTables } from '../store.ts';
import { newDevice, newRecord, op } from '../testing.ts';
import { buildSnapshot } from './build.ts';
import { CHUNK_GRACE_MS } from './chunk-keeper.ts';
import { sweepChunks } from './sweep.ts';
import { PostgresChunks } from './postgres.ts';
import { SqliteChunks } from './sqlite.ts';

const NOW = Date.UTC(2026, 5, 1);

eachEngine('building snapshots', (engine) => {
	/** Ada's space in a store, and a device that writes to it. */
	async function writing(store: SyncStore) {
		const now = () => NOW;
		const database = store.engine === 'sqlite' ? new Database(store.file) : null;
		const spaces = store.engine === 'postgres' ? new PostgresSpaces(store.raw, now) : new SqliteSpaces(database!, now);
		const space = await spaces.personal('ada', NOW);
		const committer = new Committer({ store: spaces, rules, now, committed: () => undefined });
		const who = { space, device: newDevice(), person: 'ada' };
		let n = 0;
		async function write(ops: readonly Op[]): Promise<void> {
			for (let at = 0; at < ops.length; at += 4_000) {
				n++;
				const transactions = [{ n, stamp: stampAt(NOW) + n, ops: ops.slice(at, at + 4_000) }];
				await committer.submit({ kind: 'push', ...who, known: n - 1, transactions });
			}
		}
		return { store, database, space, spaces, write };
	}

	async function open(place?: TestPlace) {
		const store = await engine.open<SyncTables>({ migrations, ...(place && { place }) });
		const { database, spaces, ...rest } = await writing(store);
		const now = () => NOW;
		const chunks =
			store.engine === 'postgres' ? new PostgresChunks(store.raw, spaces as PostgresSpaces) : new SqliteChunks(database!, now);
		return { ...rest, spaces, chunks, build: () => buildSnapshot(chunks, rest.space, now) };
	}

	/** The state that a replica gets from a manifest and the tail behind it. */
	async function stateOf({ chunks, spaces, space }: Awaited<ReturnType<typeof open>>): Promise<Map<string, Cell>> {
		const { segments } = (await chunks.manifest(space))!;
		const state = new Map<string, Cell>();
		for (const ref of segments.flatMap((segment) => segment.chunks)) {
			const { body } = (await chunks.chunk(space, ref.hash, 'ada'))!;
			expect(body.length).toBe(ref.bytes);
			for (const cell of cellsOfChunk(decodeChunk(Bun.gunzipSync(body as Uint8Array<ArrayBuffer>))))
				state.set(placeKey(cell), cell);
		}
		for (const cell of await everything(spaces, space, segments.at(-1)?.to ?? 0)) state.set(placeKey(cell), cell);
		return state;
	}

	async function everything(spaces: SqliteSpaces | PostgresSpaces, space: SpaceId, from = 0): Promise<Cell[]> {
		const cells: Cell[] = [];
		for (let after = from; ;) {
			const tail = (await spaces.readSince(space, after, 8_192))!;
			if (tail.cells.length === 0) return cells;
			for (const { seq: _seq, ...cell } of tail.cells) cells.push(cell);
			after = tail.cells.at(-1)!.seq;
		}
	}

	async function byPlace({ spaces, space }: Awaited<ReturnType<typeof open>>): Promise<Map<string, Cell>> {
		return new Map((await everything(spaces, space)).map((cell) => [placeKey(cell), cell]));
	}

	async function expectEqual(opened: Awaited<ReturnType<typeof open>>): Promise<void> {
		expect(await stateOf(opened)).toEqual(await byPlace(opened));
	}

	/** Leaves in `place` what the release before a migration would have there: its tables, with as much of the state as they have columns for. */
	async function leaveAsBefore(migration: string, { db }: SyncStore, place: TestPlace): Promise<void> {
		const earlier = Object.fromEntries(Object.entries(migrations).filter(([name]) => name < migration));
		const old = await engine.open<SyncTables>({ place, migrations: earlier });
		const tables = await old.db.introspection.getTables();
		for (const name of ['space', 'member', 'actor', 'cell']) {
			const columns = tables.find((table) => table.name === name)!.columns.map((column) => column.name);
			const listed = sql.join(columns.map((column) => sql.ref(column)));
			const { rows } = await sql<Record<string, unknown>>`select ${listed} from ${sql.table(name)}`.execute(db);
			for (let at = 0; at < rows.length; at += 1_000) {
				const values = rows.slice(at, at + 1_000).map((row) => sql`(${sql.join(columns.map((column) => row[column]))})`);
				await sql`insert into ${sql.table(name)} (${listed}) values ${sql.join(values)}`.execute(old.db);
			}
		}
		await old.close();
	}

	const names = ({ segments }: Manifest) => segments.flatMap(({ chunks }) => chunks.map(({ hash }) => hash));
	const many = (count: number, text: string) => Array.from({ length: count }, (_, i) => op(newRecord(), `${text} ${i}`));

	test('small changes become a segment of their own, and the chunks before are named again', async () => {
		const opened = await open();
		const { chunks, space, write, build } = opened;
		await write(many(24_000, 'first'));
		expect(await build()).toBe(true);
		const first = (await chunks.manifest(space))!;
		await write(many(3_000, 'too few'));
		expect(await build()).toBe(false);
		await expectEqual(opened);
		await write(many(2000, 'enough'));
		expect(await build()).toBe(true);
		const second = (await chunks.manifest(space))!;
		expect(second.segments).toHaveLength(2);
		expect(names(second).slice(0, names(first).length)).toEqual(names(first));
		await expectEqual(opened);
		for (const { bytes } of second.segments.flatMap((segment) => segment.chunks)) expect(bytes).toBeLessThanOrEqual(CHUNK_BYTES);
	}, 20_000);

	test('segments of like size become one, what was overwritten goes, and its chunks can be fetched a while longer', async () => {
		const opened = await open();
		const { chunks, space, write, build } = opened;
		const records = Array.from({ length: 5_000 }, newRecord);
		const edit = (text: string) => write(records.map((record) => op(record, text)));
		await edit('first');
		await build();
		const before = names((await chunks.manifest(space))!);
		for (const text of ['second', 'third', 'fourth']) {
			await edit(text);
			await build();
		}
		const { segments } = (await chunks.manifest(space))!;
		expect(segments).toHaveLength(1);
		expect(segments[0]!.cells).toBe(5_000);
		await expectEqual(opened);
		expect(await sweepChunks(opened.store, NOW + CHUNK_GRACE_MS)).toBe(0);
		for (const hash of before) expect(await chunks.chunk(space, hash, 'ada')).not.toBeNull();
		expect(await sweepChunks(opened.store, NOW + CHUNK_GRACE_MS + 1)).toBeGreaterThanOrEqual(before.length);
		for (const hash of before) expect(await chunks.chunk(space, hash, 'ada')).toBeNull();
		await expectEqual(opened);
	}, 20_000);

	test('a space that is too large for memory is read record by record, while others write', async () => {
		const opened = await open();
		const records = Array.from({ length: 9_000 }, newRecord);
		await opened.write(
			records.flatMap((record, i) => Array.from({ length: 8 }, (_, field) => op(record, `value ${i}`, 8 + field * 8))),
		);
		const building = opened.build();
		await opened.write(records.slice(0, 3_000).map((record) => op(record, 'meanwhile')));
		expect(await building).toBe(true);
		await expectEqual(opened);
	}, 60_000);

	test('a space of the release before gets chunks, with what was written by every law', async () => {
		const today = await open();
		const bytes = Uint8Array.of(1, 2, 3);
		const written: readonly (readonly [string, readonly [string, Value][]])[] = [
			['lww', [['', 'a text']]],
			['max', [['', 7]]],
			['min', [['', -7]]],
			[
				'counter',
				[
					['+a', 3],
					['-a', 1],
					['+b', 2],
				],
			],
			[
				'set',
				[
					['x', true],
					['y', null],
				],
			],
			[
				'text',
				[
					['u1', bytes],
					['u2', null],
				],
			],
			['tree', [['', null]]],
		];
		const ofEveryLaw = (record: Op['record']): Op[] =>
			written.flatMap(([law, cells]) => {
				const field = fieldNumber(
					9,
					laws.find(({ name }) => name === law)!,
				);
				return cells.map(([key, value]) => ({ ...op(record, value), field, key, value }));
			});
		await today.write(Array.from({ length: 500 }, () => ofEveryLaw(newRecord())).flat());
		const place = await engine.place();
		await leaveAsBefore('003-snapshots', today.store, place);
		const opened = await open(place);
		expect(opened.space).toBe(today.space);
		expect(await byPlace(opened)).toEqual(await byPlace(today));
		expect((await opened.chunks.manifest(opened.space))!.segments).toEqual([]);
		await opened.build();
		const { segments } = (await opened.chunks.manifest(opened.space))!;
		expect(segments.map(({ cells }) => cells)).toEqual([5_500]);
		await expectEqual(opened);
	});

	test('chunks are offered to who has nothing yet, and never on top of a state', async () => {
		const { chunks, space, write, build } = await open();
		await write(many(8_000, 'one of two transactions'));
		await build();
		const manifest = (await chunks.manifest(space))!;
		expect([0, 1, 2].map((cursor) => offerFor(manifest, cursor)?.seq ?? null)).toEqual([2, null, null]);
	}, 20_000);

	test('of two builds at the same time one is kept', async () => {
		const opened = await open();
		await opened.write(many(5_000, 'once'));
		const built = await Promise.all([opened.build(), opened.build()]);
		expect(built.filter(Boolean)).toHaveLength(1);
		expect((await opened.chunks.manifest(opened.space))!.segments).toHaveLength(1);
		await expectEqual(opened);
	}, 20_000);
});

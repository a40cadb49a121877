import { heapStats } from 'bun:jsc';
import { randomBytes } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'bun:test';
import { eachEngine, type TestPlace } from '@mana/store/testing';
import { stampAt } from '@mana/sync';
import { Committer } from '@mana/sync/space/index';
import { sql } from 'kysely';
import { LogPruning } from './log-pruning.ts';
import { rules } from './rules.ts';
import type { LogWindow } from './spaces/space-keeper.ts';
import { PostgresSpaces } from './spaces/postgres.ts';
import { SqliteSpaces } from './spaces/sqlite.ts';
import { migrations, type SyncStore, type SyncTables } from './store.ts';
import { newDevice, newRecord, op } from './testing.ts';

const NOW = Date.UTC(2026, 5, 1);
const EDITS = 20_000;
const RECORDS = 50;
const TEXT_BYTES = 360;
/** Edits between two looks of this test. PostgreSQL cleans up then, as it does by itself about as often. */
const STEP = 500;
/** Edits of one commit: each record twice, so that a commit replaces what it wrote itself, too. */
const TOGETHER = 2 * RECORDS;
const WINDOW: LogWindow = { ageMs: 3600_000, bytes: 256 * 1024 };
const LOOK_AFTER = 64 * 1024;
/** What the log may hold: its window, and what was published since the last look with as much that it replaced. */
const LOG_MOST = WINDOW.bytes + 2 * LOOK_AFTER;

/** What the disk may hold beside empty tables. Pages are never full, and PostgreSQL keeps what was replaced since it last cleaned up. */
const DISK_MOST = 4 * LOG_MOST;

/** No engine can compress it, so that what is kept is seen. */
const text = () => randomBytes(TEXT_BYTES / 2).toString('hex');

eachEngine('what many edits of few records leave behind', (engine) => {
	async function open() {
		const place = await engine.place();
		const store = await engine.open<SyncTables>({ migrations, place });
		const spaces = store.engine === 'sqlite' ? new SqliteSpaces(store.raw, () => NOW) : new PostgresSpaces(store.raw, () => NOW);
		const space = await spaces.personal('ada', NOW);
		const pruning = new LogPruning({
			step: () => spaces.prune(NOW, WINDOW),
			beside: async () => undefined,
			afterBytes: LOOK_AFTER,
			signal: new AbortController().signal,
			log: { info: () => undefined, error: (...said: unknown[]) => expect(said).toEqual([]) },
		});
		let prunes = true;
		const committer = new Committer({
			store: spaces,
			rules,
			now: () => NOW,
			committed: ({ frames }) => {
				if (prunes) pruning.published(frames.reduce((sum, { length }) => sum + length, 0));
			},
		});
		const who = { space, device: newDevice(), person: 'ada' };
		const records = Array.from({ length: RECORDS }, newRecord);
		let n = 0;
		async function edit(count: number): Promise<void> {
			for (let left = count; left > 0; left -= TOGETHER) {
				const known = n;
				const transactions = Array.from({ length: TOGETHER }, () => {
					n++;
					return { n, stamp: stampAt(NOW) + n, ops: [op(records[n % RECORDS]!, text())] };
				});
				expect(await committer.submit({ kind: 'push', ...who, known, transactions })).toMatchObject({ type: 'ack', n });
				await pruning.idle();
			}
		}
		return { store, place, edit, stopPruning: () => (prunes = false) };
	}

	/** Bytes of the log, and cells of the state. */
	async function kept(store: SyncStore): Promise<{ log: number; cells: number }> {
		const rows = await store.db.selectFrom('log').select(['frames', 'replaced']).execute();
		const cells = await store.db.selectFrom('cell').select('record').execute();
		return { log: rows.reduce((sum, { frames, replaced }) => sum + frames.length + replaced!.length, 0), cells: cells.length };
	}

	test('the disk and the memory hold the state and the window of the log, however often it was edited', async () => {
		const { store, place, edit, stopPruning } = await open();
		const held = async () => ({ ...(await kept(store)), disk: await bytesOnDisk(store, place) });
		const empty = await held();
		let heap = 0;
		for (let done = STEP; done <= EDITS; done += STEP) {
			await edit(STEP);
			const { log, cells, disk } = await held();
			expect(cells).toBe(RECORDS);
			expect(log).toBeLessThanOrEqual(LOG_MOST);
			expect(disk - empty.disk).toBeLessThanOrEqual(DISK_MOST);
			if (done === EDITS / 10) heap = heapBytes();
		}
		expect(heapBytes() - heap).toBeLessThanOrEqual((EDITS * TEXT_BYTES) / 4);
		// Had the log not been pruned, a fifth of the edits would have been enough to see it.
		stopPruning();
		await edit(EDITS / 5);
		const { log, disk } = await held();
		expect(log).toBeGreaterThan(LOG_MOST);
		expect(disk - empty.disk).toBeGreaterThan(DISK_MOST);
	});
});

/** What the store takes of the disk once the engine has done its own upkeep, as it does by itself in life. */
async function bytesOnDisk(store: SyncStore, { home }: TestPlace): Promise<number> {
	if (store.engine === 'postgres') {
		await store.raw.query('vacuum');
		const { rows } = await sql<{ bytes: string }>`select pg_database_size(current_database()) as bytes`.execute(store.db);
		return Number(rows[0]!.bytes);
	}
	store.raw.run('pragma wal_checkpoint(truncate)');
	let bytes = 0;
	for (const entry of await readdir(home, { recursive: true, withFileTypes: true }))
		if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
	return bytes;
}

function heapBytes(): number {
	Bun.gc(true);
	const { heapSize, extraMemorySize } = heapStats();
	return heapSize + extraMemorySize;
}

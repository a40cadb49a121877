// What a window costs: 100,000 tasks in a space, of which 1,000 stand in it. `bun bench/parts.ts`
import { Database } from 'bun:sqlite';
import { between, NO_ROUTE } from '@mana/model';
import { collectionNumbered } from '@mana/schema/registry/models';
import { openStore } from '@mana/store';
import { EVERYTHING, type Lack, type Op, type Scope, stampAt } from '@mana/sync';
import { catchUp, Committer } from '@mana/sync/space/index';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rules } from '../infra/sync/rules.ts';
import { SqliteSpaces } from '../infra/sync/spaces/sqlite.ts';
import { migrations, type SyncTables } from '../infra/sync/store.ts';
import { newDevice, newRecord } from '../infra/sync/testing.ts';

const ROWS = 100_000;
const tasks = collectionNumbered(513)!;
const [title, done] = [tasks.fields['title']!, tasks.fields['completedAt']!];
const home = await mkdtemp(join(tmpdir(), 'mana-parts-'));
const store = await openStore<SyncTables>({ service: 'mana-sync', home, databaseUrl: undefined, migrations });
const spaces = new SqliteSpaces(store.raw as Database, Date.now);
const space = await spaces.personal('ada', Date.now());
const committer = new Committer({ store: spaces, rules, now: Date.now, committed: () => undefined });
const who = { space, device: newDevice(), person: 'ada' };
for (let n = 1; n <= ROWS / 1000; n++) {
	const ops = Array.from({ length: 1000 }, (_, i): Op[] => {
		const place = { collection: tasks.number, record: newRecord(), key: '' };
		return [
			{ ...place, field: title.number, value: `Task ${n}.${i}` },
			{ ...place, field: done.number, value: (n - 1) * 1000 + i },
		];
	}).flat();
	await committer.submit({ kind: 'push', ...who, known: n - 1, transactions: [{ n, stamp: stampAt(Date.now()) + n, ops }] });
}
const { epoch, seq } = (await spaces.readSince(space, 0, 1))!;

async function measure(name: string, cursor: number, scope: Scope, lack: Lack | null): Promise<void> {
	const times: number[] = [];
	let bytes = 0;
	for (let i = 0; i < 5; i++) {
		const start = performance.now();
		bytes = 0;
		for await (const { frames } of catchUp(spaces, space, { epoch, seq: cursor }, undefined, undefined, { scope, lack }))
			for (const { length } of frames) bytes += length;
		times.push(performance.now() - start);
	}
	console.log(`${name}: ${times.sort((a, b) => a - b)[2]!.toFixed(1)} ms, ${(bytes / 1024).toFixed(0)} KiB (median of 5)`);
}

const window = between(tasks, done, 50_000, 51_000);
const none = { ...window, from: NO_ROUTE, to: NO_ROUTE };
const part: Scope = { ...EVERYTHING, windows: [window] };
await measure('1,000 of 100,000 rows, behind a snapshot or shown later', seq, part, { windows: [window], records: [] });
await measure('none of 100,000 rows', seq, { ...part, windows: [none] }, { windows: [none], records: [] });
await measure('1,000 of 100,000 rows from seq 0 without chunks', 0, part, null);
await measure('100,000 rows', 0, EVERYTHING, null);
await store.close();
await rm(home, { recursive: true });

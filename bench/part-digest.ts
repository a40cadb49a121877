import { collectionNumbered } from '@mana/schema/registry/models';
import { routeKey, type RecordId } from '@mana/model';
import { openStore } from '@mana/store';
import { type Op, type Scope, stampAt } from '@mana/sync';
import { Committer, PartSums } from '@mana/sync/space/index';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rules } from '../infra/sync/rules.ts';
import { SqliteSpaces } from '../infra/sync/spaces/sqlite.ts';
import { migrations, type SyncTables } from '../infra/sync/store.ts';
import { newDevice, newRecord } from '../infra/sync/testing.ts';

// What it costs a server to tell the sum of a part of a space (docs/sync.md, "Digests"): `bun bench/part-digest.ts`. Processor time, in SQLite.
const RECORDS = 20_000;
const FIELDS = 10;
const now = Date.UTC(2026, 5, 1);
const tasks = collectionNumbered(513)!;
const done = tasks.fields['completedAt']!.number;

const home = await mkdtemp(join(tmpdir(), 'mana-part-'));
const store = await openStore<SyncTables>({ service: 'bench', home, migrations });
if (store.engine !== 'sqlite') throw new Error('This measures SQLite.');
const spaces = new SqliteSpaces(store.raw, () => now);
const space = await spaces.personal('ada', now);
const committer = new Committer({ store: spaces, rules, now: () => now, committed: () => undefined });
const device = newDevice();
let n = 0;
async function write(ops: readonly Op[]): Promise<void> {
	const transactions = [{ n: ++n, stamp: stampAt(now) + n, ops, preconditions: [] }];
	await committer.submit({ kind: 'push', space, device, person: 'ada', known: n - 1, transactions });
}
const records: RecordId[] = [];
for (let i = 0; i < RECORDS; i += 200) {
	const ops: Op[] = [];
	for (let j = i; j < i + 200; j++) {
		const record = newRecord();
		records.push(record);
		// Fields that no model knows pass as they are.
		for (let field = 1; field < FIELDS; field++)
			ops.push({ collection: tasks.number, record, field: (200 + field) * 8, key: '', value: `value ${j} ${field}` });
		ops.push({ collection: tasks.number, record, field: done, key: '', value: now + j });
	}
	await write(ops);
}

/** Milliseconds of processor time that something takes, at best of a few times. */
async function cost(work: (round: number) => Promise<unknown>, rounds = 5): Promise<string> {
	let best = Infinity;
	for (let round = 0; round < rounds; round++) {
		const before = process.cpuUsage();
		await work(round);
		const { user, system } = process.cpuUsage(before);
		best = Math.min(best, (user + system) / 1000);
	}
	return `${best.toFixed(2)} ms`;
}

for (const size of [200, 2_000, 20_000]) {
	const window = { collection: tasks.number, field: done, from: routeKey(now), to: routeKey(now + size) };
	const scope: Scope = { apps: [], collections: [], windows: [window], records: [] };
	const sums = new PartSums(spaces);
	const ask = (anew = false) => sums.read(space, scope, (count) => count.sumOf(tasks.number), anew);
	const first = await cost(() => ask(true));
	const same = await cost(() => ask(), 20);
	const change = (count: number) => async (round: number) => {
		await write(
			Array.from({ length: count }, (_, i) => ({
				collection: tasks.number,
				record: records[i]!,
				field: 201 * 8,
				key: '',
				value: `${round} ${i}`,
			})),
		);
	};
	const changed: string[] = [];
	for (const count of [1, 100]) {
		let best = Infinity;
		for (let round = 0; round < 10; round++) {
			await change(count)(round + count * 100);
			best = Math.min(best, Number.parseFloat(await cost(() => ask(), 1)));
		}
		changed.push(`${count} changed: ${best} ms`);
	}
	console.log(
		`${size} records of ${FIELDS} cells: counted ${first} · nothing changed ${same} · ${changed.join(' · ')} · ${sums.size} sums kept`,
	);
}
const sums = Array.from({ length: 100 }, () => new PartSums(spaces));
Bun.gc(true);
const before = process.memoryUsage().heapUsed;
const all: Scope = {
	apps: [],
	collections: [],
	windows: [{ collection: tasks.number, field: done, from: routeKey(now), to: routeKey(now + 2_000) }],
	records: [],
};
for (const one of sums) await one.read(space, all, () => undefined);
Bun.gc(true);
console.log(`${Math.round((process.memoryUsage().heapUsed - before) / 200_000)} bytes a record that is kept`);
await store.close();
await rm(home, { recursive: true });

import { Database } from 'bun:sqlite';
import { counter, fieldNumber, lww, type RecordId, text, type Value } from '@mana/model';
import { ByteWriter, type Cell, isLeftover, type SpaceId, writeCells } from '@mana/sync';
import type { Mana } from '@mana/sync/client/api';
import { MemoryDisk } from '@mana/sync/client/memory-disk';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { Committer, type TidyRequest, type Tidied } from '@mana/sync/space/index';
import { rules } from '../infra/sync/rules.ts';
import { type Issuer, newDevice, newRecord, op, RawClient, startIssuer, startProcess } from '../infra/sync/testing.ts';
import { openBeside } from '../infra/sync/testing-spaces.ts';
import { LOG_WINDOW } from '../infra/sync/spaces/space-keeper.ts';
import { SqliteSpaces } from '../infra/sync/spaces/sqlite.ts';
import { buildSnapshot } from '../infra/sync/snapshots/build.ts';
import { SqliteChunks } from '../infra/sync/snapshots/sqlite.ts';
import { sweepChunks } from '../infra/sync/snapshots/sweep.ts';
import { tidySpaces } from '../infra/sync/tidy/tidy.ts';
import type { Bench } from './bench.ts';
import { open } from './download.ts';

const RECORDS = 1000;
const EDITS = 1_000_000;
/** Ops of one push: as many as a person's devices send when they come back, not as many as fit. */
const OPS = 250;

/** What each record holds beside what is edited: together some megabytes, as in a space of a few years. */
const BODY_BYTES = 9_500;
/** Of so many edits one is of a document, and one a step of a counter; the others write a short text. */
const EVERY = 10;
/** As a client does it (`kit/sync/text`): above so many updates of a document they are merged into one and cleared. */
const UPDATES = 64;
const UPDATE_BYTES = 40;
/** What a document grows to: more than that is deleted again. */
const DOCUMENT_BYTES = 2_000;
const DAY_MS = 24 * 3600_000;

/** What a million edits of a thousand records leave behind: on the disk of the service, in its memory, and on the disk of a device that listens. */
export const growth: Bench = {
	name: `${EDITS.toLocaleString('en')} edits of ${RECORDS.toLocaleString('en')} records`,
	async run(report) {
		const home = await mkdtemp(join(tmpdir(), 'mana-growth-'));
		const issuer = await startIssuer();
		const server = await startProcess(home, issuer);
		const records = Array.from({ length: RECORDS }, newRecord);
		const disk = new MemoryDisk(true);
		const { mana } = await open(server.url, issuer, disk);
		try {
			await fill(server.url, issuer, records);
			const documents = new Documents();
			let done = 0;
			const began = performance.now();
			for (const share of [0.1, 0.5, 1]) {
				while (done < EDITS * share) done += await edit(server.url, issuer, records, done, documents);
				const { seq, live } = await stateOf(server.url, issuer);
				const said = `after ${done.toLocaleString('en')}`;
				const bytes = await bytesIn(home);
				report({
					name: `live state, ${said}`,
					value: live / 1e6,
					unit: 'MB',
					note: 'its cells, as they travel, without leftovers',
				});
				report({ name: `disk, ${said}`, value: bytes / 1e6, unit: 'MB', note: 'database and write-ahead log' });
				// Before the window is full there is nothing beyond it.
				const beyond = bytes - LOG_WINDOW.bytes;
				if (beyond > 0)
					report({
						name: `beyond the log's window, ${said}`,
						value: beyond / live,
						unit: '×',
						aim: { most: 3 },
						note: 'live state; the window is 64 MiB',
					});
				for (const [name, part] of Object.entries(partsOf(home)))
					report({ name: `${name}, ${said}`, value: part / 1e6, unit: 'MB' });
				report({ name: `memory, ${said}`, value: await residentMb(server.pid), unit: 'MB' });
				await quiet(mana, seq);
				report({ name: `disk of a device, ${said}`, value: weigh(disk) / live, unit: '×', note: 'live state; when it is quiet' });
			}
			const took = done / ((performance.now() - began) / 1000);
			report({ name: 'edits', value: took, unit: '/s', note: 'one device at a time, each push acknowledged' });
			await mana.close();
			await server.kill();
			await months(home, 3);
			const { live, cells } = await stateIn(home);
			const parts = partsOf(home);
			for (const [name, part] of Object.entries(parts))
				report({ name: `${name}, three months later`, value: part / 1e6, unit: 'MB' });
			const free = parts['free pages']!;
			report({
				name: 'live state, three months later',
				value: live / 1e6,
				unit: 'MB',
				note: `${cells.toLocaleString('en')} cells`,
			});
			report({
				name: 'disk, three months later',
				value: ((await bytesIn(home)) - free) / live,
				unit: '×',
				aim: { most: 3 },
				note: `live state; the log is empty, parts are folded, leftovers are gone. ${(free / 1e6).toFixed(1)} MB of pages that wait to be used again are left out`,
			});
		} finally {
			await mana.close();
			await server.kill();
			await issuer.close();
			await rm(home, { recursive: true });
		}
	},
};

/** Gives every record what it holds. */
async function fill(url: string, issuer: Issuer, records: readonly RecordId[]): Promise<void> {
	const client = await RawClient.join(url, await issuer.token('ada'));
	for (let at = 0; at < records.length; at += 50) {
		const some = records.slice(at, at + 50);
		const { n } = client.write(
			...some.map((record, i) => op(record, `${at + i} `.padEnd(BODY_BYTES, `text of ${at + i} `), FIELDS.body)),
		);
		await client.acked(n);
	}
	client.close();
}

const FIELDS = { body: fieldNumber(20, lww), stars: fieldNumber(21, counter), document: fieldNumber(22, text) };

/** The edits that one device may make without being told to slow down. @returns how many were made */
async function edit(
	url: string,
	issuer: Issuer,
	records: readonly RecordId[],
	from: number,
	documents: Documents,
): Promise<number> {
	const device = newDevice();
	const client = await RawClient.open(url, device);
	const { personal } = await client.hello(await issuer.token('ada'));
	const { seq, epoch } = await client.sub(personal);
	await client.sub(personal, { epoch, seq });
	const totals = new Map<RecordId, number>();
	let count = 0;
	for (; count < 50_000; count += OPS) {
		const ops = Array.from({ length: OPS }, (_, i) => {
			const at = from + count + i;
			// Every record comes to be edited in every way.
			const record = records[(at + Math.floor(at / records.length)) % records.length]!;
			if (at % EVERY === 0) return documents.edit(record, `${device.slice(0, 8)}.${at.toString(36)}`);
			if (at % EVERY !== 1) return [op(record, `edit number ${at}`)];
			totals.set(record, (totals.get(record) ?? 0) + 1);
			return [{ ...op(record, totals.get(record)!, FIELDS.stars), key: `+${device}` }];
		});
		const { n } = client.write(...ops.flat());
		await client.acked(n);
		client.heard.length = 0;
	}
	client.close();
	return count;
}

/** Documents as clients write them, without what Yjs would make of them: of each the updates that stand in it. */
class Documents {
	readonly #updates = new Map<RecordId, { readonly key: string; readonly bytes: number }[]>();

	/** One edit, with what it clears. */
	edit(record: RecordId, key: string) {
		const held = this.#updates.get(record) ?? [];
		const write = (name: string, value: Value) => ({ ...op(record, value, FIELDS.document), key: name });
		if (held.length < UPDATES) {
			this.#updates.set(record, [...held, { key, bytes: UPDATE_BYTES }]);
			return [write(key, noise(UPDATE_BYTES))];
		}
		const bytes = Math.min(
			DOCUMENT_BYTES,
			held.reduce((sum, one) => sum + one.bytes, UPDATE_BYTES),
		);
		this.#updates.set(record, [{ key, bytes }]);
		return [write(key, noise(bytes)), ...held.map((one) => write(one.key, null))];
	}
}

function noise(length: number): Uint8Array {
	return crypto.getRandomValues(new Uint8Array(length));
}

/** What the service does in so many months without writes, day by day. */
async function months(home: string, count: number): Promise<void> {
	const store = await openBeside(home);
	if (store.engine !== 'sqlite') throw new Error('This is measured on SQLite.');
	let now = Date.now();
	const database = new Database(store.file, { readwrite: true });
	const spaces = new SqliteSpaces(database, () => now);
	const committer = new Committer({ store: spaces, rules, now: () => now, committed: () => undefined });
	const tidier = { tidy: (request: TidyRequest) => committer.submit(request) as Promise<Tidied> };
	for (let day = 0; day < count * 31; day++) {
		now += DAY_MS;
		await tidySpaces(store, tidier, [], now, new AbortController().signal);
		while ((await spaces.prune(now, LOG_WINDOW)) > 0);
		await sweepChunks(store, now);
	}
	// Whoever downloads everything now has a snapshot built, with which the chunks of those before go.
	const { id } = await store.db.selectFrom('space').select('id').executeTakeFirstOrThrow();
	await buildSnapshot(new SqliteChunks(database, () => now), id as SpaceId, () => now);
	database.run('pragma wal_checkpoint(truncate)');
	database.close();
	await store.close();
}

/** The same of a service that does not run. */
async function stateIn(home: string): Promise<{ live: number; cells: number }> {
	const store = await openBeside(home);
	if (store.engine !== 'sqlite') throw new Error('This is measured on SQLite.');
	const database = new Database(store.file, { readonly: true });
	const { id } = await store.db.selectFrom('space').select('id').executeTakeFirstOrThrow();
	const spaces = new SqliteSpaces(database, () => Date.now());
	const cells: Cell[] = [];
	for (let seq = 0; ;) {
		const tail = (await spaces.readSince(id as SpaceId, seq, 100_000))!;
		if (tail.cells.length === 0) break;
		cells.push(...tail.cells);
		seq = tail.cells.at(-1)!.seq;
	}
	database.close();
	await store.close();
	return { live: bytesOf(cells), cells: cells.length };
}

function bytesOf(cells: readonly Cell[]): number {
	const out = new ByteWriter();
	writeCells(out, cells);
	return out.finish().length;
}

/** The head of the space, and the bytes of its cells as they travel to a new device. */
async function stateOf(url: string, issuer: Issuer): Promise<{ seq: number; live: number }> {
	const client = await RawClient.open(url, newDevice());
	const { personal } = await client.hello(await issuer.token('ada'));
	const { seq } = await client.sub(personal);
	await client.reached(seq);
	client.close();
	return { seq, live: bytesOf([...client.cells.values()].filter((cell) => !isLeftover(cell))) };
}

/** Waits until a client has everything up to `seq`, in the pages of its disk. */
async function quiet(mana: Mana, seq: number): Promise<void> {
	for (;;) {
		const standing = await mana.inspect();
		if (standing.seq >= seq && standing.journal.entries === 0) return;
		await Bun.sleep(250);
	}
}

/** Bytes of a disk, as a browser would store them: structured clones. */
function weigh(disk: MemoryDisk): number {
	return [...disk.rows()].reduce((sum, { value }) => sum + serialize(value).length, 0);
}

/** What takes room in the service's database, in bytes of its pages. */
function partsOf(home: string): Record<string, number> {
	const database = new Database(join(home, 'mana-sync', 'mana-sync.sqlite'), { readonly: true });
	const tables = database
		.query<{ owner: string; bytes: number }, []>(
			'select tbl_name as owner, sum(pgsize) as bytes from dbstat join sqlite_schema using (name) group by tbl_name',
		)
		.all();
	const sizes = database
		.query<{ free: number; page: number }, []>(
			'select freelist_count as free, page_size as page from pragma_freelist_count, pragma_page_size',
		)
		.get()!;
	database.close();
	const of = (which: (owner: string) => boolean) => tables.reduce((sum, { owner, bytes }) => sum + (which(owner) ? bytes : 0), 0);
	return {
		'pages of the log': of((owner) => owner === 'log'),
		'free pages': sizes.free * sizes.page,
		'pages of the state': of((owner) => owner === 'cell'),
		'pages of everything else': of((owner) => owner !== 'log' && owner !== 'cell'),
	};
}

async function bytesIn(folder: string): Promise<number> {
	let bytes = 0;
	for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
		if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
	return bytes;
}

async function residentMb(pid: number): Promise<number> {
	const status = await readFile(`/proc/${pid}/status`, 'utf8');
	return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1000;
}

import { Database } from 'bun:sqlite';
import { ByteWriter, writeCells } from '@mana/sync';
import type { Mana } from '@mana/sync/client/api';
import { MemoryDisk } from '@mana/sync/client/memory-disk';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { type Issuer, newDevice, newRecord, op, RawClient, startIssuer, startProcess } from '../infra/sync/testing.ts';
import { LOG_WINDOW } from '../infra/sync/spaces/space-keeper.ts';
import type { Bench } from './bench.ts';
import { open } from './download.ts';

const RECORDS = 1000;
const EDITS = 1_000_000;
/** Ops of one push: as many as a person's devices send when they come back, not as many as fit. */
const OPS = 250;

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
			let done = 0;
			const began = performance.now();
			for (const share of [0.1, 0.5, 1]) {
				while (done < EDITS * share) done += await edit(server.url, issuer, records, done);
				const { seq, live } = await stateOf(server.url, issuer);
				const said = `after ${done.toLocaleString('en')}`;
				const bytes = await bytesIn(home);
				report({ name: `live state, ${said}`, value: live / 1000, unit: 'kB', note: 'its cells, as they travel' });
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
			report({
				name: 'edits',
				value: done / ((performance.now() - began) / 1000),
				unit: '/s',
				note: 'one device at a time, each push acknowledged',
			});
		} finally {
			await mana.close();
			await server.kill();
			await issuer.close();
			await rm(home, { recursive: true });
		}
	},
};

/** The edits that one device may make without being told to slow down. @returns how many were made */
async function edit(
	url: string,
	issuer: Issuer,
	records: readonly ReturnType<typeof newRecord>[],
	from: number,
): Promise<number> {
	const client = await RawClient.open(url, newDevice());
	const { personal } = await client.hello(await issuer.token('ada'));
	const { seq, epoch } = await client.sub(personal);
	await client.sub(personal, { epoch, seq });
	let count = 0;
	for (; count < 50_000; count += OPS) {
		const start = from + count;
		const { n } = client.write(
			...Array.from({ length: OPS }, (_, i) => op(records[(start + i) % records.length]!, `edit number ${start + i}`)),
		);
		await client.acked(n);
		client.heard.length = 0;
	}
	client.close();
	return count;
}

/** The head of the space, and the bytes of its cells as they travel to a new device. */
async function stateOf(url: string, issuer: Issuer): Promise<{ seq: number; live: number }> {
	const client = await RawClient.open(url, newDevice());
	const { personal } = await client.hello(await issuer.token('ada'));
	const { seq } = await client.sub(personal);
	await client.reached(seq);
	client.close();
	const out = new ByteWriter();
	writeCells(out, [...client.cells.values()]);
	return { seq, live: out.finish().length };
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

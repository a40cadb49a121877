import { systemFields } from '@mana/model';
import type { Op } from '@mana/sync';
import { webEnvironment } from '@mana/sync/client/environment';
import { MemoryDisk } from '@mana/sync/client/memory-disk';
import { memoryNotes } from '@mana/sync/client/memory-notes';
import { openMana } from '@mana/sync/client/open';
import { socketConnector } from '@mana/sync/client/transport';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Issuer, newDevice, newRecord, RawClient, startIssuer, startProcess } from '../infra/sync/testing.ts';
import type { Bench } from './bench.ts';
import { rows } from './download-rows.ts';

/** The least time of a first download that counts as caught up to `records`, in ms. */
const AIMS = new Map([
	[10_000, 250],
	[100_000, 600],
	[1_000_000, 6000],
]);

/** First download of a space by a client in a process of its own: `bun bench/run.ts download [--large]`, with `--large` also a million rows. */
export const download: Bench = {
	name: 'First download, ten fields a row, into memory',
	async run(report) {
		const sizes = process.argv.includes('--large') ? [...AIMS.keys()] : [10_000, 100_000];
		for (const records of sizes) {
			const home = await mkdtemp(join(tmpdir(), 'mana-download-'));
			const issuer = await startIssuer();
			const server = await startProcess(home, issuer);
			try {
				await fill(server.url, issuer, records);
				await built(server.url, issuer, records);
				const runs = [];
				for (let round = 0; round < (records > 100_000 ? 1 : 5); round++) runs.push(await once(server.url, issuer, records));
				const best = runs.toSorted((a, b) => a.doneMs - b.doneMs)[runs.length >> 1]!;
				const said = records.toLocaleString('en');
				report({
					name: `${said} rows, live`,
					value: best.doneMs,
					unit: 'ms',
					aim: { most: AIMS.get(records)! },
					note: 'median of the runs, opened to caught up',
				});
				report({ name: `${said} rows, first of them readable`, value: best.firstMs, unit: 'ms', aim: { most: 300 } });
				report({
					name: `${said} rows, all read as rows`,
					value: best.readMs,
					unit: 'ms',
					note: 'a live query over everything, afterwards',
				});
			} finally {
				await server.kill();
				await issuer.close();
				await rm(home, { recursive: true });
			}
		}
	},
};

/** Writes so many rows. @param url of the service */
export async function fill(url: string, issuer: Issuer, records: number): Promise<void> {
	const { title, notes, state, done, rank, size, due, place, owner } = rows.fields;
	let client = await RawClient.join(url, await issuer.token('ada'), newDevice());
	for (let at = 0; at < records; at += 400) {
		const ops = Array.from({ length: Math.min(400, records - at) }, (_, i): Op[] => {
			const n = at + i;
			const cell = { collection: rows.number, record: newRecord(), key: '' };
			return [
				{ ...cell, field: systemFields.createdAt.number, value: Date.now() },
				{ ...cell, field: title.number, value: `Task ${n}: water the plants in the hall` },
				{ ...cell, field: notes.number, value: n % 3 === 0 ? `Not too much, ${n % 100} ml.` : 'Not too much.' },
				{ ...cell, field: state.number, value: ['open', 'waiting', 'closed'][n % 3]! },
				{ ...cell, field: done.number, value: n % 4 === 0 },
				{ ...cell, field: rank.number, value: n % 1000 },
				{ ...cell, field: size.number, value: n * 7 },
				{ ...cell, field: due.number, value: `2030-01-${String((n % 28) + 1).padStart(2, '0')}` },
				{ ...cell, field: place.number, value: `a${String(n).padStart(7, '0')}1` },
				{ ...cell, field: owner.number, value: `person ${n % 50}` },
			];
		}).flat();
		const { n } = client.write(...ops);
		await client.acked(n);
		if (client.nextN < 80) continue;
		// A new device: what one hears is kept here, and what one may send is limited.
		client.close();
		client = await RawClient.join(url, await issuer.token('ada'), newDevice(), { epoch: client.epoch, seq: client.seq });
	}
	client.close();
}

/** Opens again and again until the snapshot is nearly as large as the space. */
export async function built(url: string, issuer: Issuer, records: number): Promise<void> {
	for (;;) {
		const { mana, download } = await open(url, issuer);
		await mana.close();
		if (download.records > records * 0.9) return;
		await Bun.sleep(1000);
	}
}

async function once(url: string, issuer: Issuer, records: number): Promise<{ firstMs: number; doneMs: number; readMs: number }> {
	Bun.gc(true);
	const { mana, download, doneMs } = await open(url, issuer);
	const began = performance.now();
	const { length } = mana.query(rows).rows;
	const readMs = performance.now() - began;
	if (length !== records) throw new Error(`${length} rows where ${records} were written.`);
	await mana.close();
	return { firstMs: download.firstMs, doneMs, readMs };
}

/** A client in this process, live. @param disk where it keeps what it has */
export async function open(url: string, issuer: Issuer, disk = new MemoryDisk(true)) {
	const download = { records: 0, firstMs: 0 };
	const token = await issuer.token('ada');
	const began = performance.now();
	const mana = await openMana({
		account: { person: 'ada' },
		models: [rows],
		first: () => [rows],
		platform: {
			env: webEnvironment(),
			locks: { hold: (_name, _signal, work) => void work() },
			network: async () => ({
				connector: socketConnector(() => new WebSocket(`${url.replace('http', 'ws')}/socket`)),
				async chunks(space, hash, bearer, signal) {
					const response = await fetch(`${url}/chunks/${space}/${hash}`, {
						headers: { authorization: `Bearer ${bearer}` },
						signal,
					});
					return new Uint8Array(await response.arrayBuffer());
				},
			}),
			token: async () => ({ token, expiresAt: Date.now() + 600_000 }),
			spacesUrl: `${url}/spaces`,
			notes: memoryNotes(),
			openDisk: async () => disk,
			deleteDisk: () => Promise.resolve(),
			channel: () => ({ post: () => undefined, listen: () => undefined, close: () => undefined }),
			persist: () => undefined,
			storage: async () => ({ usedBytes: 0, quotaBytes: Infinity }),
			onWake: () => () => undefined,
			onLeave: () => () => undefined,
			report: (error) => console.error(error),
		},
	});
	await new Promise<void>((resolve) => {
		const look = () => {
			const { firstSync, phase } = mana.sync;
			if (firstSync && firstSync.received > 0) {
				download.firstMs ||= performance.now() - began;
				download.records = firstSync.received;
			}
			if (phase === 'live') resolve();
		};
		mana.subscribe(look);
		look();
	});
	return { mana, download, doneMs: performance.now() - began };
}

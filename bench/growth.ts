import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Issuer, newDevice, newRecord, op, RawClient, startIssuer, startProcess } from '../infra/sync/testing.ts';
import type { Bench } from './bench.ts';

const RECORDS = 1000;
const EDITS = 1_000_000;
/** Ops of one push: as many as a person's devices send when they come back, not as many as fit. */
const OPS = 250;

/** What a million edits of a thousand records leave behind in the service: on the disk, and in its memory. */
export const growth: Bench = {
	name: `${EDITS.toLocaleString('en')} edits of ${RECORDS.toLocaleString('en')} records`,
	async run(report) {
		const home = await mkdtemp(join(tmpdir(), 'mana-growth-'));
		const issuer = await startIssuer();
		const server = await startProcess(home, issuer);
		const records = Array.from({ length: RECORDS }, newRecord);
		try {
			let device = newDevice();
			let done = 0;
			const began = performance.now();
			for (const share of [0.1, 0.5, 1]) {
				for (; done < EDITS * share; device = newDevice()) done += await edit(server.url, issuer, device, records, done);
				const said = `after ${done.toLocaleString('en')}`;
				report({
					name: `disk, ${said}`,
					value: (await bytesIn(home)) / 1e6,
					unit: 'MB',
					note: 'database, write-ahead log and window of 64 MiB',
				});
				report({ name: `memory, ${said}`, value: await residentMb(server.pid), unit: 'MB' });
			}
			report({
				name: 'edits',
				value: done / ((performance.now() - began) / 1000),
				unit: '/s',
				note: 'one device at a time, each push acknowledged',
			});
			await server.kill();
		} finally {
			await issuer.close();
			await rm(home, { recursive: true });
		}
	},
};

/** The edits that one device may make without being told to slow down. */
async function edit(
	url: string,
	issuer: Issuer,
	device: ReturnType<typeof newDevice>,
	records: readonly ReturnType<typeof newRecord>[],
	from: number,
): Promise<number> {
	const client = await RawClient.open(url, device);
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

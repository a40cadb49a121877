import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { newDevice, newRecord, op, RawClient } from '../infra/sync/testing.ts';
import { type Bench, percentile } from './bench.ts';
import { signUpOwner, startStack, type Stack, tokenOf } from './stack.ts';

const rounds = 1000;
const batches = 60;
const opsInBatch = 1000;

/** A write of one device until another one has it, through the hub's door and directly, beside what the disk takes for one flush. */
export const door: Bench = {
	name: 'Write on A, seen on B',
	async run(report) {
		const stack = await startStack();
		try {
			const cookie = await signUpOwner(stack);
			const token = await tokenOf(stack, cookie);
			const floor = flushes(stack.home, 300);
			report({
				name: 'floor: append 4 KiB and fdatasync, p50',
				value: percentile(floor, 0.5),
				unit: 'ms',
				note: 'in the same minute, on the same disk',
			});
			report({ name: 'floor: append 4 KiB and fdatasync, p99', value: percentile(floor, 0.99), unit: 'ms' });
			for (const [way, url] of ways(stack)) {
				const { seen, acked } = await latencies(url, token);
				report({
					name: `A to B ${way}, p50`,
					value: percentile(seen, 0.5),
					unit: 'ms',
					aim: { most: 5 },
					note: `${rounds} writes, one at a time, two devices`,
				});
				report({ name: `A to B ${way}, p99`, value: percentile(seen, 0.99), unit: 'ms' });
				report({ name: `durable ack ${way}, p50`, value: percentile(acked, 0.5), unit: 'ms' });
				report({ name: `durable ack ${way}, p99`, value: percentile(acked, 0.99), unit: 'ms' });
			}
			report({
				name: 'field ops per second, durable',
				value: await ingest(stack.direct('mana-sync'), token),
				unit: '/s',
				note: `one device, ${batches} pushes of ${opsInBatch} ops, 4 in flight`,
			});
		} finally {
			await stack.stop();
		}
	},
};

function ways(stack: Stack): [way: string, url: string][] {
	return [
		['through the hub', `${stack.url}/api/mana-sync`],
		['directly', stack.direct('mana-sync')],
	];
}

/** Milliseconds of single flushes to the disk that holds the data. */
function flushes(home: string, count: number): number[] {
	const folder = mkdtempSync(join(home, 'floor-'));
	const file = openSync(join(folder, 'floor'), 'a');
	const page = Buffer.alloc(4096, 1);
	const samples = Array.from({ length: count }, () => {
		const began = performance.now();
		writeSync(file, page);
		fdatasyncSync(file);
		return performance.now() - began;
	});
	closeSync(file);
	rmSync(folder, { recursive: true });
	return samples;
}

async function latencies(url: string, token: string): Promise<{ seen: number[]; acked: number[] }> {
	const [a, b] = [await RawClient.join(url, token), await RawClient.join(url, token)];
	const record = newRecord();
	const seen: number[] = [];
	const acked: number[] = [];
	for (let round = 0; round < rounds + 50; round++) {
		const write = op(record, `value ${round}`);
		const began = performance.now();
		const { n } = a.write(write);
		const onB = b.until(() => b.value(write) === write.value, 'the write').then(() => performance.now() - began);
		const ack = a.acked(n).then(() => performance.now() - began);
		const [seenMs, ackedMs] = await Promise.all([onB, ack]);
		a.heard.length = b.heard.length = 0;
		if (round < 50) continue; // warm-up
		seen.push(seenMs);
		acked.push(ackedMs);
	}
	a.close();
	b.close();
	return { seen, acked };
}

async function ingest(url: string, token: string): Promise<number> {
	const client = await RawClient.join(url, token, newDevice());
	const records = Array.from({ length: opsInBatch }, newRecord);
	const began = performance.now();
	let last = 0;
	for (let batch = 0; batch < batches; batch++) {
		({ n: last } = client.write(...records.map((record) => op(record, `value ${batch} of this record`))));
		if (batch >= 4) await client.acked(last - 4);
	}
	await client.acked(last);
	const seconds = (performance.now() - began) / 1000;
	client.close();
	return (batches * opsInBatch) / seconds;
}

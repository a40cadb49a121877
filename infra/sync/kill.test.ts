import { expect, test } from 'bun:test';
import { type DeviceId, type Transaction } from '@mana/sync';
import { Database } from 'bun:sqlite';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newDevice, newRecord, op, RawClient, startIssuer, startProcess } from './testing.ts';

const ROUNDS = 6;
const WRITERS = 3;

/** What a writer remembers across the deaths of the server. */
interface Writer {
	readonly device: DeviceId;
	/** Not acknowledged yet, oldest first. */
	outbox: Transaction[];
	readonly written: Transaction[];
	acked: number;
}

test('SIGKILL between writes, again and again: everything acknowledged is there, once', async () => {
	const home = await mkdtemp(join(tmpdir(), 'mana-sync-'));
	const issuer = await startIssuer();
	const token = await issuer.token('ada');
	const writers: Writer[] = Array.from({ length: WRITERS }, () => ({ device: newDevice(), outbox: [], written: [], acked: 0 }));
	for (let round = 0; round < ROUNDS; round++) {
		await using server = await startProcess(home, issuer);
		const writing = writers.map((writer) => writeUntilTheEnd(server.url, token, writer));
		await new Promise((resolve) => setTimeout(resolve, 150 + round * 40));
		await server.kill();
		await Promise.all(writing);
	}

	await using server = await startProcess(home, issuer);
	const reader = await RawClient.join(server.url, token);
	for (const writer of writers) {
		expect(writer.acked).toBeGreaterThan(0);
		const client = await RawClient.join(server.url, token, writer.device);
		expect(client.nextN).toBeGreaterThan(writer.acked);
		client.push(writer.outbox);
		await client.acked(writer.written.length);
		await reader.until(
			() => writer.written.every(({ ops }) => reader.value(ops[0]!) === ops[0]!.value && reader.value(ops[1]!) === ops[1]!.value),
			'all that was written',
		);
	}
	const total = writers.reduce((sum, { written }) => sum + written.length, 0);
	await reader.reached(total);
	expect(reader.seq).toBe(total);
	expect(reader.cells.size).toBe(2 * total);
	await server.kill();
	checkFile(join(home, 'mana-sync', 'mana-sync.sqlite'), total);
	await issuer.close();
	await rm(home, { recursive: true });
}, 60_000);

/** Sends what is left, then goes on writing, a few transactions in flight, until the server is gone. */
async function writeUntilTheEnd(url: string, token: string, writer: Writer): Promise<void> {
	const client = await RawClient.join(url, token, writer.device).catch(() => null);
	if (!client) return;
	// Everything that was acknowledged before the kill is known to the server after it.
	expect(client.nextN).toBeGreaterThan(writer.acked);
	if (writer.outbox.length > 0) client.push(writer.outbox);
	client.nextN = writer.written.length + 1;
	try {
		for (;;) {
			const record = newRecord();
			const transaction = client.write(op(record, `of ${writer.device}`), op(record, client.nextN, 16));
			writer.written.push(transaction);
			writer.outbox.push(transaction);
			await client.acked(transaction.n - 3);
		}
	} catch (error) {
		expect(String(error)).toContain('Closed');
	}
	for (const frame of client.heard) if (frame.type === 'ack') writer.acked = Math.max(writer.acked, frame.n);
	writer.outbox = writer.outbox.filter(({ n }) => n > writer.acked);
}

/** The file itself is sound: no half transaction, an unbroken log. */
function checkFile(file: string, total: number): void {
	const database = new Database(file);
	expect(database.query('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' });
	expect(
		database.query('select count(*) as halves from (select record from cell group by record having count(*) <> 2)').get(),
	).toEqual({
		halves: 0,
	});
	const log = database
		.query<{ from_seq: number; to_seq: number; previous_hash: Uint8Array; hash: Uint8Array }, []>(
			'select * from log order by to_seq',
		)
		.all();
	expect(log.at(-1)?.to_seq).toBe(total);
	for (const [i, row] of log.entries()) {
		expect(row.from_seq).toBe(log[i - 1]?.to_seq ?? 0);
		expect(row.previous_hash).toEqual(log[i - 1]?.hash ?? new Uint8Array(32));
	}
	database.close();
}

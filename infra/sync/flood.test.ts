// Slow readers and floods: the server's memory must not follow them (sync.md §6.14, I19).
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { encodeFrame, stampAt, type Transaction } from '@mana/sync';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Issuer, newDevice, newRecord, op, RawClient, startIssuer, startProcess, type TestProcess } from './testing.ts';
import { MOST_STRANGERS_OF_ONE } from './sockets.ts';
import { SlowClient } from './testing-slow.ts';

const MB = 1024 * 1024;
let home: string;
let issuer: Issuer;
let server: TestProcess;
let token: string;

beforeAll(async () => {
	home = await mkdtemp(join(tmpdir(), 'mana-sync-'));
	issuer = await startIssuer();
	token = await issuer.token('ada');
	server = await startProcess(home, issuer);
});

afterAll(async () => {
	await server.kill();
	await issuer.close();
	await rm(home, { recursive: true });
});

test('a reader that stops costs a bounded amount, is marked behind, and has everything once it reads again', async () => {
	const writer = await RawClient.join(server.url, token);
	const slow = await sitDown(await SlowClient.open(server.url), writer);
	slow.pause();
	const record = newRecord();
	let most = 0;
	// 29 MB through the same four registers: what the slow reader misses is four cells.
	for (let i = 1; i <= 120; i++) {
		const { n } = writer.write(...[0, 1, 2, 3].map((field) => op(record, `${i} ${'x'.repeat(60_000)}`, (field + 1) << 3)));
		await writer.acked(n);
		if (i % 12 === 0) most = Math.max(most, await metric('sync_unsent_bytes'));
	}
	expect(most).toBeGreaterThan(0);
	expect(most).toBeLessThan(3 * MB);
	expect(await metric('sync_behind_sockets')).toBe(1);
	slow.resume();
	await reached(slow, writer.seq);
	const last = new Map<number, unknown>();
	let bytes = 0;
	let at = 0;
	for (const frame of slow.heard) {
		if (frame.type !== 'delta') continue;
		expect(frame.from).toBe(at);
		at = frame.to;
		for (const cell of frame.cells) {
			last.set(cell.field, cell.value);
			bytes += (cell.value as string).length;
		}
	}
	expect([...last.values()].map((value) => (value as string).slice(0, 4))).toEqual(Array(4).fill('120 '));
	expect(bytes).toBeLessThan(12 * MB);
	expect(await metric('sync_behind_sockets')).toBe(0);
	// It is live again.
	writer.write(op(record, 'the end'));
	await reached(slow, 121);
	slow.close();
	writer.close();
}, 60_000);

test('pushes that nobody waits for: the server reads no faster than it writes, and stays flat', async () => {
	const before = await metric('process_resident_memory_bytes');
	const client = await SlowClient.open(server.url);
	client.send({ type: 'hello', token, device: newDevice(), clockMs: 0, schema: [] });
	const { personal } = await client.next('welcome');
	client.send({ type: 'sub', space: personal, epoch: 0, seq: 0 });
	await client.next('subbed');
	let most = 0;
	const record = newRecord();
	let sent = 0;
	// 60 MB as fast as the kernel takes them; the client's own backlog is not the server's.
	for (let n = 1; sent < 60 * MB; n++) {
		const transaction: Transaction = {
			n,
			stamp: stampAt(Date.now()) + n,
			ops: Array.from({ length: 15 }, (_, field) => op(record, `${n} ${'y'.repeat(60_000)}`, (field + 1) << 3)),
		};
		const bytes = encodeFrame({ type: 'push', space: personal, known: n - 1, transactions: [transaction] });
		sent += bytes.length;
		if (!client.sendBytes(bytes)) await new Promise((resolve) => setTimeout(resolve, 5));
		if (n % 20 === 0) most = Math.max(most, await metric('sync_waiting_bytes'));
	}
	expect(most).toBeGreaterThan(0);
	expect(most).toBeLessThan(6 * MB);
	client.close();
	expect((await metric('process_resident_memory_bytes')) - before).toBeLessThan(100 * MB);
}, 60_000);

test('pings whose answers nobody reads: the connection is cut before its buffer grows', async () => {
	const client = await SlowClient.open(server.url);
	client.send({ type: 'hello', token, device: newDevice(), clockMs: 0, schema: [] });
	await client.next('welcome');
	client.pause();
	const ping = encodeFrame({ type: 'ping', clockMs: Date.now() });
	let most = 0;
	for (let i = 0; i < 400 && !client.closed; i++) {
		for (let j = 0; j < 2000; j++) client.sendBytes(ping);
		await new Promise((resolve) => setTimeout(resolve, 1));
		if (i % 20 === 0) most = Math.max(most, await metric('sync_unsent_bytes'));
	}
	expect(most).toBeLessThan(6 * MB);
	client.close();
	const other = await RawClient.join(server.url, token);
	await other.acked(other.write(op(newRecord(), 'still served')).n);
	other.close();
}, 60_000);

test('two hundred sockets that say nothing cost little and are let go', async () => {
	const before = await metric('process_resident_memory_bytes');
	const clients = await Promise.all(Array.from({ length: 200 }, () => RawClient.open(server.url)));
	expect(await metric('sync_sockets')).toBeGreaterThanOrEqual(200);
	expect((await metric('process_resident_memory_bytes')) - before).toBeLessThan(60 * MB);
	for (const client of clients) client.close();
	await Promise.all(clients.map((client) => client.closing()));
});

test('silent sockets of one address keep nobody else out', async () => {
	const from = (address: string) => RawClient.open(server.url, newDevice(), { 'x-forwarded-for': address });
	const clients = await Promise.all(Array.from({ length: MOST_STRANGERS_OF_ONE }, () => from('192.0.2.1')));
	await expect(from('192.0.2.1')).rejects.toThrow();
	clients.push(await from('192.0.2.2'));
	for (const client of clients) client.close();
	await Promise.all(clients.map((client) => client.closing()));
});

async function sitDown(client: SlowClient, { space, seq, epoch }: RawClient): Promise<SlowClient> {
	client.send({ type: 'hello', token, device: newDevice(), clockMs: 0, schema: [] });
	await client.next('welcome');
	client.send({ type: 'sub', space: space!, epoch, seq });
	await client.next('subbed');
	return client;
}

async function reached(client: SlowClient, seq: number): Promise<void> {
	while (!client.heard.some((frame) => frame.type === 'delta' && frame.to >= seq && !frame.more)) await client.changed();
}

async function metric(name: string): Promise<number> {
	const text = await (await fetch(`${server.url}/metrics`)).text();
	const value = new RegExp(`^${name}\\{[^}]*\\} (\\S+)$`, 'm').exec(text)?.[1];
	if (value === undefined) throw new Error(`No metric ${name}.`);
	return Number(value);
}

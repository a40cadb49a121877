// The table of `README.md`, row by row, over real sockets: what comes, and what is answered. After each row the server still serves.
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { command, fieldNumber } from '@mana/model';
import { type ByeCode, encodeFrame, type Frame, limits, type SpaceId, stampAt, type Transaction } from '@mana/sync';
import { openStore } from '@mana/store';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrations, type SyncTables } from './store.ts';
import {
	exchangeOnce,
	type Issuer,
	newDevice,
	newRecord,
	op,
	RawClient,
	startIssuer,
	startSync,
	type TestSync,
} from './testing.ts';

let home: string;
let server: TestSync;
let token: string;
/** How far the service's clock is ahead of the real one. */
let aheadMs: number;

beforeEach(async () => {
	aheadMs = 0;
	home = await mkdtemp(join(tmpdir(), 'mana-sync-'));
	server = await startSync({ home, databaseUrl: undefined }, { clock: { now: () => Date.now() + aheadMs } });
	token = await server.issuer.token('ada');
});

afterEach(async () => {
	const client = await RawClient.join(server.url, await server.issuer.token('somebody else', { seconds: 100_000 }));
	const { n } = client.write(op(newRecord(), 'the server is still there'));
	await client.acked(n);
	await server[Symbol.asyncDispose]();
	await rm(home, { recursive: true });
});

describe('frames', () => {
	const hello = () => encodeFrame({ type: 'hello', token, device: newDevice(), clockMs: 0, schema: [] });
	const rows: [string, () => Uint8Array | string, ByeCode][] = [
		['text instead of bytes', () => 'hello', 'bad-frame'],
		['nothing', () => new Uint8Array(0), 'bad-frame'],
		['noise', () => crypto.getRandomValues(new Uint8Array(4096)).fill(1, 0, 1).fill(200, 1, 2), 'bad-frame'],
		['a truncated frame', () => hello().slice(0, -3), 'bad-frame'],
		['a frame with bytes behind it', () => new Uint8Array([...hello(), 0]), 'bad-frame'],
		['another wire version', () => hello().slice().fill(9, 0, 1), 'version'],
		['a sealed batch', () => sealed(), 'bad-frame'],
		['more ops than a push may have', () => tooManyOps(), 'bad-frame'],
		['a frame that only servers send', () => encodeFrame({ type: 'pong', clockMs: 0, serverMs: 0 }), 'protocol'],
	];
	for (const [name, bytes, code] of rows)
		test(`${name}: BYE ${code}`, async () => {
			const client = await RawClient.open(server.url);
			client.sendBytes(bytes());
			expect(await client.bye()).toMatchObject({ code, closedWith: 1008, retryAfterMs: null });
		});

	test('more than a frame may have: closed with 1009', async () => {
		const client = await RawClient.open(server.url);
		client.sendBytes(new Uint8Array(limits.frameBytes + 1));
		await client.closing();
		expect(client.closed?.code).toBe(1009);
	});

	test('a thousand broken frames of every kind: each a BYE, no crash, no growth', async () => {
		const good = [hello(), encodeFrame({ type: 'sub', space: newDevice() as string as SpaceId, epoch: 1, seq: 1 }), pushOf(3)];
		for (let i = 0; i < 1000; i += 50) {
			const clients = await Promise.all(Array.from({ length: 50 }, () => RawClient.open(server.url)));
			await Promise.all(
				clients.map(async (client, j) => {
					const bytes = good[(i + j) % good.length]!.slice();
					for (let k = 0; k < 3; k++) bytes[2 + ((i * 7 + j * 13 + k * 31) % (bytes.length - 2))] = (i * 3 + j * 5 + k) % 256;
					client.sendBytes(bytes.slice(0, 2 + ((i + j * 17) % bytes.length)));
					client.sendBytes('end');
					await client.bye();
				}),
			);
		}
	});

	test('the body of an exchange is held to the same rules, and the answer is a BYE', async () => {
		expect(await exchangeOnce(server.url, [])).toEqual([]);
		expect(await exchangeOnce(server.url, [{ type: 'ping', clockMs: 1 }])).toMatchObject([{ type: 'bye', code: 'protocol' }]);
		expect(await answerTo(new Uint8Array([0, 0, 0, 9, 1]))).toContain('bad-frame');
		expect(await answerTo(new Uint8Array([0, 0, 0, 1, 7]))).toContain('version');
		expect((await post(new Uint8Array(5 * limits.frameBytes))).status).toBe(413);
	});
});

describe('who it is', () => {
	let foreign: Issuer;
	beforeEach(async () => void (foreign = await startIssuer()));
	afterEach(() => foreign.close());

	const rows: [string, () => Promise<string>][] = [
		['no token', async () => ''],
		['no JWT', async () => 'let me in'],
		['a token of another instance', () => foreign.token('ada')],
		['a token for another audience', () => server.issuer.token('ada', { audience: 'other' })],
		['a token of another issuer', () => server.issuer.token('ada', { issuer: 'http://other.test' })],
		['an expired token', () => server.issuer.token('ada', { seconds: -60 })],
		['a token without signature', async () => unsigned(token)],
	];
	for (const [name, bad] of rows)
		test(`${name}: BYE unauthorised`, async () => {
			const client = await RawClient.open(server.url);
			client.send({ type: 'hello', token: await bad(), device: newDevice(), clockMs: 0, schema: [] });
			expect(await client.bye()).toMatchObject({ code: 'unauthorised', closedWith: 1008 });
		});

	test('a frame before HELLO, or a second HELLO: BYE protocol', async () => {
		const early = await RawClient.open(server.url);
		early.send({ type: 'ping', clockMs: 0 });
		expect(await early.bye()).toMatchObject({ code: 'protocol' });
		const twice = await RawClient.join(server.url, token);
		twice.send({ type: 'hello', token, device: newDevice(), clockMs: 0, schema: [] });
		expect(await twice.bye()).toMatchObject({ code: 'protocol' });
	});

	test('no HELLO within ten seconds: BYE protocol', async () => {
		const client = await RawClient.open(server.url);
		aheadMs += 10_001;
		expect(await client.bye()).toMatchObject({ code: 'protocol', closedWith: 1008 });
	});

	test('the token ends: BYE unauthorised, unless AUTH renewed it in time', async () => {
		const silent = await RawClient.join(server.url, token);
		const renewed = await RawClient.join(server.url, token);
		renewed.send({ type: 'auth', token: await server.issuer.token('ada', { seconds: 5_000 }) });
		await pong(renewed);
		aheadMs += 601_000;
		expect(await silent.bye()).toMatchObject({ code: 'unauthorised', closedWith: 1008 });
		await pong(renewed);
	});

	test('AUTH with the token of somebody else: BYE unauthorised', async () => {
		const client = await RawClient.join(server.url, token);
		client.send({ type: 'auth', token: await server.issuer.token('ben') });
		expect(await client.bye()).toMatchObject({ code: 'unauthorised' });
	});

	test('mana-auth does not answer: BYE busy, come back; nobody is signed out by an outage', async () => {
		await using alone = await startSync({ home: join(home, 'alone'), databaseUrl: undefined });
		const unasked = await alone.issuer.token('ada');
		await alone.issuer.close();
		const client = await RawClient.open(alone.url);
		client.send({ type: 'hello', token: unasked, device: newDevice(), clockMs: 0, schema: [] });
		const bye = await client.bye();
		expect(bye).toMatchObject({ code: 'busy', closedWith: 1013 });
		expect(bye.retryAfterMs).toBeGreaterThan(0);
	});

	test('a page of another origin: 403; a program without Origin: let in, with its token', async () => {
		await expect(RawClient.open(server.url, newDevice(), { origin: 'http://evil.test' })).rejects.toThrow('refused');
		const handshake = {
			connection: 'upgrade',
			upgrade: 'websocket',
			'sec-websocket-version': '13',
			'sec-websocket-key': 'x'.repeat(24),
		};
		const answer = await fetch(`${server.url}/socket`, { headers: { ...handshake, origin: 'http://evil.test' } });
		expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([403, 'foreign-origin']);
		expect((await fetch(`${server.url}/socket`)).status).toBe(426);
	});
});

describe('spaces and devices', () => {
	test('a space that does not exist and a space of somebody else: the same BYE unknown-space', async () => {
		const ben = await RawClient.join(server.url, await server.issuer.token('ben'));
		const byes = [];
		for (const space of [newDevice() as string as SpaceId, ben.space!]) {
			const client = await RawClient.open(server.url);
			await client.hello(token);
			client.send({ type: 'sub', space, epoch: 0, seq: 0 });
			await client.bye();
			byes.push(client.heard.at(-1));
		}
		expect(byes[0]).toMatchObject({ type: 'bye', code: 'unknown-space' });
		expect(byes[1]).toEqual(byes[0]!);
	});

	test('a PUSH to a space without a seat, even one of somebody else: BYE protocol', async () => {
		const ben = await RawClient.join(server.url, await server.issuer.token('ben'));
		const client = await RawClient.join(server.url, token);
		client.push([{ n: 1, stamp: stampAt(Date.now()), ops: [op(newRecord(), 'mine now')] }], ben.space!);
		expect(await client.bye()).toMatchObject({ code: 'protocol' });
		await pong(ben);
		expect(ben.cells.size).toBe(0);
	});

	test('the device of somebody else in a space: BYE foreign-device', async () => {
		const ada = await RawClient.join(server.url, token);
		await invite(ada.space!, 'ben', 'editor');
		const client = await RawClient.open(server.url, ada.device);
		await client.hello(await server.issuer.token('ben'));
		client.send({ type: 'sub', space: ada.space!, epoch: 0, seq: 0 });
		expect(await client.bye()).toMatchObject({ code: 'foreign-device' });
	});

	test('a reader that writes: refused as read-only, nothing changes; removed, it is out at the next push', async () => {
		const ada = await RawClient.join(server.url, token);
		await invite(ada.space!, 'ben', 'viewer');
		const client = await RawClient.open(server.url);
		await client.hello(await server.issuer.token('ben'));
		expect((await client.sub(ada.space!)).role).toBe('viewer');
		client.write(op(newRecord(), 'not mine'));
		expect((await client.next('ack')).refused).toMatchObject([{ n: 1, code: 'read-only' }]);
		expect(ada.cells.size).toBe(0);
		await invite(ada.space!, 'ben', null);
		client.write(op(newRecord(), 'still not mine'));
		expect(await client.bye()).toMatchObject({ code: 'unknown-space' });
	});

	test('an n that is skipped: BYE gap; an n that was other before: BYE fork', async () => {
		const device = newDevice();
		const stamp = stampAt(Date.now());
		const skipping = await RawClient.join(server.url, token, device);
		skipping.push([{ n: 2, stamp, ops: [op(newRecord(), 'second')] }]);
		expect(await skipping.bye()).toMatchObject({ code: 'gap' });
		const first = await RawClient.join(server.url, token, device);
		first.push([{ n: 1, stamp, ops: [op(newRecord(), 'one')] }]);
		await first.acked(1);
		const clone = await RawClient.join(server.url, token, device);
		clone.push([{ n: 1, stamp, ops: [op(newRecord(), 'another')] }]);
		expect(await clone.bye()).toMatchObject({ code: 'fork' });
		await pong(first);
		expect(first.cells.size).toBe(1);
	});

	test('a stamp far in the future: accepted under the time of the server, and said so', async () => {
		const client = await RawClient.join(server.url, token);
		const record = newRecord();
		client.push([{ n: 1, stamp: stampAt(Date.now() + 50 * 365 * 86400_000), ops: [op(record, 'future')] }]);
		const { restamped } = await client.next('ack');
		expect(restamped).toHaveLength(1);
		expect(restamped[0]!.stamp).toBeLessThanOrEqual(stampAt(Date.now() + 1000));
		client.push([{ n: 2, stamp: restamped[0]!.stamp + 1, ops: [op(record, 'now')] }]);
		await client.acked(2);
		expect(client.value(op(record, null))).toBe('now');
	});

	test('what only the server may write: refused as invalid', async () => {
		const client = await RawClient.join(server.url, token);
		client.write(op(newRecord(), '=unique x', fieldNumber(5, command)));
		expect((await client.next('ack')).refused).toMatchObject([{ n: 1, code: 'invalid' }]);
	});
});

describe('too much', () => {
	test('ops above the rate: BYE busy with a time to come back; what was acknowledged stays', async () => {
		const small = { MANA_SYNC_OPS_PER_SECOND: '100', MANA_SYNC_OPS_BURST: '500' };
		await using strict = await startSync({ home: join(home, 'strict'), databaseUrl: undefined }, { env: small });
		const own = await strict.issuer.token('ada');
		const client = await RawClient.join(strict.url, own);
		for (let i = 0; i < 10; i++) client.write(...Array.from({ length: 100 }, () => op(newRecord(), i)));
		const bye = await client.bye();
		expect(bye).toMatchObject({ code: 'busy', closedWith: 1013 });
		expect(bye.retryAfterMs).toBeGreaterThan(0);
		const again = await RawClient.join(strict.url, own, client.device);
		await again.reached(again.nextN - 1);
		expect(again.nextN).toBeGreaterThan(1);
		expect(again.cells.size).toBe((again.nextN - 1) * 100);
	});

	test('connections above the rate: BYE busy with a time to come back; other people are not held up', async () => {
		await using strict = await startSync(
			{ home: join(home, 'strict'), databaseUrl: undefined },
			{ env: { MANA_SYNC_CONNECTS_PER_MINUTE: '5' } },
		);
		const own = await strict.issuer.token('ada');
		for (let i = 0; i < 5; i++) (await RawClient.join(strict.url, own)).close();
		const client = await RawClient.open(strict.url);
		client.send({ type: 'hello', token: own, device: newDevice(), clockMs: 0, schema: [] });
		const bye = await client.bye();
		expect(bye).toMatchObject({ code: 'busy', closedWith: 1013 });
		expect(bye.retryAfterMs).toBeGreaterThan(0);
		await RawClient.join(strict.url, await strict.issuer.token('ben'));
	});
});

test('what waited on a device, and a device that stands behind where it stood, can be seen in the figures', async () => {
	const figure = async (name: string) => {
		const metrics = await (await fetch(`${server.url}/metrics`)).text();
		return Number(new RegExp(`^${name}\\{[^}]*\\} (\\S+)`, 'm').exec(metrics)?.[1]);
	};
	const [before, waited] = [await figure('sync_cursors_back_total'), await figure('sync_outbox_age_seconds_sum')];
	const client = await RawClient.join(server.url, token);
	for (let i = 0; i < 3; i++) await client.acked(client.write(op(newRecord(), 'x')).n);
	await client.reached(client.seq);
	const at = async (seq: number) => {
		const again = await RawClient.open(server.url, client.device);
		await again.hello(token);
		await again.sub(client.space!, { epoch: client.epoch, seq });
		again.close();
	};
	await at(client.seq);
	await at(client.seq - 1);
	await at(0);
	expect(await figure('sync_cursors_back_total')).toBe(before + 1);
	const late = stampAt(Date.now() - 7_200_000);
	const old = await RawClient.join(server.url, token, newDevice());
	old.send({ type: 'push', space: old.space!, known: 0, transactions: [{ n: 1, stamp: late, ops: [op(newRecord(), 'late')] }] });
	await old.acked(1);
	expect((await figure('sync_outbox_age_seconds_sum')) - waited).toBeGreaterThan(7_000);
});

test('readiness touches the tables, and metrics name no content', async () => {
	const client = await RawClient.join(server.url, token);
	await client.acked(client.write(op(newRecord(), 'a secret thing')).n);
	expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
	const metrics = await (await fetch(`${server.url}/metrics`)).text();
	expect(metrics).toContain('sync_transactions_accepted_total{service="mana-sync"} 1');
	expect(metrics).toContain('sync_sockets{service="mana-sync"}');
	expect(metrics).not.toContain('secret thing');
});

async function pong(client: RawClient): Promise<void> {
	client.send({ type: 'ping', clockMs: 1 });
	await client.next('pong');
}

/** Gives somebody a role, as sharing will; `null` takes it away. */
async function invite(space: SpaceId, person: string, role: string | null): Promise<void> {
	const store = await openStore<SyncTables>({ service: 'mana-sync', home, migrations });
	const { number } = await store.db.selectFrom('space').select('number').where('id', '=', space).executeTakeFirstOrThrow();
	await store.db.deleteFrom('member').where('space', '=', number).where('person', '=', person).execute();
	if (role) await store.db.insertInto('member').values({ space: number, person, role, since: 0 }).execute();
	await store.close();
}

function pushOf(transactions: number): Uint8Array {
	const all: Transaction[] = Array.from({ length: transactions }, (_, i) => ({
		n: i + 1,
		stamp: stampAt(Date.now()) + i,
		ops: [op(newRecord(), `value ${i}`)],
	}));
	return encodeFrame({ type: 'push', space: newDevice() as string as SpaceId, known: 0, transactions: all });
}

/** A push whose batch says that it is encrypted. */
function sealed(): Uint8Array {
	const bytes = pushOf(1).slice();
	bytes[2 + 16 + 1] = 1;
	return bytes;
}

function tooManyOps(): Uint8Array {
	const one = newRecord();
	const ops = Array.from({ length: limits.pushOps + 1 }, (_, i) => op(one, i));
	return encodeFrame({
		type: 'push',
		space: newDevice() as string as SpaceId,
		known: 0,
		transactions: [{ n: 1, stamp: stampAt(Date.now()), ops }],
	} satisfies Frame);
}

function unsigned(jwt: string): string {
	const header = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
	return `${header}.${jwt.split('.')[1]}.`;
}

function post(body: Uint8Array<ArrayBuffer>): Promise<Response> {
	return fetch(`${server.url}/exchange`, { method: 'POST', body });
}

async function answerTo(body: Uint8Array<ArrayBuffer>): Promise<string> {
	return (await post(body)).text();
}

// What a hostile client may send, in every state of a conversation and over both ways in: well-formed frames of every type about the
// right things and the wrong ones, and the same frames damaged. Nothing of it may be a defect of ours, and nothing of others may be heard.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import fc, { type Arbitrary } from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ByeCode, decodeFrame, encodeFrame, type Frame, frameTypes, type SpaceId } from '@mana/sync';
import { anyFrame, anyTransactions } from '@mana/sync/codec/arbitrary';
import { split } from './exchange.ts';
import { joinFrames } from './spaces/bytes.ts';
import { newDevice, newRecord, op, RawClient, startSync, type TestSync } from './testing.ts';

/** How far a conversation has come when the noise begins. */
const states = ['new', 'known', 'seated'] as const;
type State = (typeof states)[number];

/** What a client may be told that sends nonsense. `restart` would be a defect of ours, `busy` an overload that this is not. */
const DESERVED: readonly ByeCode[] = [
	'bad-frame',
	'version',
	'unauthorised',
	'unknown-space',
	'foreign-device',
	'gap',
	'fork',
	'protocol',
];

const SECRET = 'only for the victim';

let home: string;
let server: TestSync;
let victim: RawClient;
let token: string;
/** The attacker's own space. */
let own: SpaceId;

beforeAll(async () => {
	home = await mkdtemp(join(tmpdir(), 'mana-sync-'));
	const env = { MANA_SYNC_CONNECTS_PER_MINUTE: '1000000', MANA_SYNC_OPS_PER_SECOND: '1000000' };
	server = await startSync({ home, databaseUrl: undefined }, { env });
	token = await server.issuer.token('mallory');
	victim = await RawClient.join(server.url, await server.issuer.token('victim'));
	const { n } = victim.write(op(newRecord(), SECRET));
	await victim.acked(n);
	const attacker = await RawClient.join(server.url, token);
	own = attacker.space!;
	attacker.close();
});

afterAll(async () => {
	victim.close();
	await server[Symbol.asyncDispose]();
	await rm(home, { recursive: true });
});

/** A frame that is aimed: at one's own space, the victim's, or one that is not there; with a valid token or none; with numbers that fit. */
const anyAimed: Arbitrary<(nextN: number) => Frame> = fc
	.tuple(anyFrame, fc.constantFrom('own', 'own', 'victim', 'none'), fc.boolean(), fc.boolean())
	.map(([frame, aim, valid, fits]) => (nextN) => {
		const space = aim === 'own' ? own : victim.space!;
		let aimed: Frame = 'space' in frame && aim !== 'none' ? { ...frame, space } : frame;
		if ('token' in aimed && valid) aimed = { ...aimed, token };
		if (aimed.type !== 'push' || !fits) return aimed;
		return { ...aimed, transactions: aimed.transactions.map((transaction, i) => ({ ...transaction, n: nextN + i })) };
	});

/** What is well said as far as the wire can tell: whatever is in it must be decided, one way or another. */
const anyPush: Arbitrary<(nextN: number) => Frame> = anyTransactions.map((transactions) => (nextN) => {
	const numbered = transactions.map((transaction, i) => ({ ...transaction, n: nextN + i }));
	return { type: 'push', space: own, known: 0, transactions: numbered };
});

/** What happens to its bytes on the way. */
const anyDamage: Arbitrary<(bytes: Uint8Array) => Uint8Array> = fc.oneof(
	{ weight: 3, arbitrary: fc.constant((bytes: Uint8Array) => bytes) },
	fc.tuple(fc.nat(), fc.nat(7)).map(([at, bit]) => (bytes: Uint8Array) => {
		const flipped = bytes.slice();
		flipped[at % bytes.length]! ^= 1 << bit;
		return flipped;
	}),
	fc.nat().map((at) => (bytes: Uint8Array) => bytes.subarray(0, at % bytes.length)),
	fc.tuple(fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 20 })).map(([at, noise]) => (bytes: Uint8Array) => {
		const start = at % bytes.length;
		return new Uint8Array([...bytes.subarray(0, start), ...noise, ...bytes.subarray(start)]);
	}),
	fc.tuple(fc.nat(255), fc.uint8Array({ maxLength: 60 })).map(
		([type, noise]) =>
			() =>
				new Uint8Array([1, type, ...noise]),
	),
);

const untouched = (bytes: Uint8Array): Uint8Array => bytes;
const anyAttack = fc.oneof(
	{
		weight: 3,
		arbitrary: fc.tuple(fc.constantFrom(...states), fc.array(fc.tuple(anyAimed, anyDamage), { minLength: 1, maxLength: 4 })),
	},
	anyPush.map((push): [State, [typeof push, typeof untouched][]] => ['seated', [[push, untouched]]]),
);

test('over a socket: what is deserved is answered, and nothing else', async () => {
	const seen = new Set<string>();
	let decided = 0;
	await fc.assert(
		fc.asyncProperty(anyAttack, async ([state, noise]) => {
			const client = await RawClient.open(server.url);
			if (state !== 'new') await client.hello(token);
			if (state === 'seated') await client.sub(own);
			const sent = noise.map(([aim, damage]) => {
				const frame = aim(client.nextN);
				seen.add(frame.type);
				return damage(encodeFrame(frame));
			});
			const before = client.heard.length;
			for (const bytes of sent) client.sendBytes(bytes);
			client.send({ type: 'ping', clockMs: 0 });
			const asked = sent.flatMap((bytes) => readable(bytes) ?? []);
			const heard = (type: Frame['type']) => client.heard.slice(before).filter((frame) => frame.type === type).length;
			const asks = (type: Frame['type']) => asked.filter((frame) => frame.type === type).length;
			// A push is not waited for by what comes behind it.
			const answered = () => heard('pong') > asks('ping') && heard('ack') >= asks('push');
			await client.until(() => client.closed !== null || answered(), 'answers').catch(() => undefined);
			if (client.closed) expect(client.closed.code).toBe(1008);
			client.close();
			decided += heard('ack');
			judge(client.heard.slice(before), state);
		}),
		{ numRuns: 300 },
	);
	expect([...seen].sort()).toEqual([...frameTypes].sort());
	expect(decided).toBeGreaterThan(30);
	await unharmed();
}, 120_000);

test('over HTTP exchanges as well', async () => {
	await fc.assert(
		fc.asyncProperty(anyAttack, async ([state, noise]) => {
			const before: Frame[] = [];
			if (state !== 'new') before.push({ type: 'hello', token, device: newDevice(), clockMs: 0, schema: [] });
			if (state === 'seated') before.push({ type: 'sub', space: own, epoch: 0, seq: 0 });
			const sent = noise.map(([aim, damage]) => damage(encodeFrame(aim(1))));
			const body = joinFrames([...before.map(encodeFrame), ...sent]);
			const response = await fetch(`${server.url}/exchange?wait=0`, { method: 'POST', body });
			expect(response.status).toBe(200);
			judge([...split(new Uint8Array(await response.arrayBuffer()))].map(decodeFrame), state);
		}),
		{ numRuns: 300 },
	);
	await unharmed();
}, 120_000);

test('a body that is not made of frames is answered with a BYE, whatever it is', async () => {
	await fc.assert(
		fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (body) => {
			const response = await fetch(`${server.url}/exchange?wait=0`, { method: 'POST', body: body.slice() });
			expect(response.status).toBe(200);
			judge([...split(new Uint8Array(await response.arrayBuffer()))].map(decodeFrame), 'new');
		}),
		{ numRuns: 100 },
	);
	await unharmed();
}, 60_000);

function readable(bytes: Uint8Array): Frame | null {
	try {
		return decodeFrame(bytes);
	} catch {
		return null; // what the server will say to it is judged
	}
}

/** Every answer is one that was deserved, and none tells of the victim. */
function judge(heard: readonly Frame[], state: State): void {
	for (const frame of heard) {
		if (frame.type === 'bye') expect(DESERVED).toContain(frame.code);
		if ('space' in frame) expect(frame.space).toBe(own);
		if (frame.type === 'delta' || frame.type === 'digest') expect(frame.cells.map(({ value }) => value)).not.toContain(SECRET);
		if (frame.type === 'welcome') expect(frame.person).toBe('mallory');
	}
	// Without a HELLO there is nothing to hear but that one is needed, unless one of the frames was a good one.
	if (state === 'new' && !heard.some(({ type }) => type === 'welcome'))
		expect(heard.every(({ type }) => type === 'bye')).toBe(true);
}

/** The victim still has its space to itself, is served, and can write. */
async function unharmed(): Promise<void> {
	const { n } = victim.write(op(newRecord(), 'still here'));
	await victim.acked(n);
	expect(victim.closed).toBeNull();
	const again = await RawClient.join(server.url, await server.issuer.token('victim'));
	await again.reached(victim.seq);
	again.close();
	const words = [...again.cells.values()].map(({ value }) => value);
	expect(new Set(words)).toEqual(new Set([SECRET, 'still here']));
}

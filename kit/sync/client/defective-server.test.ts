// A server, or what stands between it and a device, that says what it should not (docs/sync.md, "A conversation").
import { expect, test } from 'bun:test';
import { lawOf, type RecordId } from '@mana/model';
import fc from 'fast-check';
import { encodeFrame } from '../codec/index.ts';
import { anyFrame } from '../codec/arbitrary.ts';
import type { SpaceId } from '../cell.ts';
import type { Frame, ServerFrame } from '../frames.ts';
import { placeKey } from '../merge.ts';
import type { Client } from './client.ts';
import { tasks, TestBrowser, World } from './test-world.ts';

/** Until digests were compared twice, and whatever waits has been tried again. */
const CALM_MS = 15 * 60_000;

/** What is received in place of a frame. */
type Spoil = (bytes: Uint8Array, world: World) => readonly Uint8Array[];

/** Two devices write while what they hear is spoilt, then all is well. @returns what they wrote */
async function play(
	seed: number,
	spoil: Spoil,
): Promise<{ world: World; clients: Client[]; browsers: TestBrowser[]; written: string[] }> {
	const world = new World(seed);
	const browsers = [new TestBrowser(world), new TestBrowser(world)];
	let spoilt = true;
	const connect = world.server.connect.bind(world.server);
	world.server.connect = (browser, handlers) =>
		connect(browser, {
			...handlers,
			received(bytes) {
				for (const part of spoilt ? spoil(bytes, world) : [bytes]) handlers.received(part);
			},
		});
	const clients: Client[] = [];
	for (const browser of browsers) clients.push(await browser.open());
	const ids: RecordId[] = [];
	const written: string[] = [];
	const pick = (count: number) => Math.floor(world.random() * count);
	for (let step = 0; step < 30; step++) {
		const { mana } = clients[pick(2)]!;
		const title = `${seed}/${step}`;
		mana.write(title, (tx) => {
			// A record of its own each: what was shown falsely in between must not decide whether one is lost.
			ids.push(tx.create(tasks, { title }));
		});
		written.push(title);
		await world.pass(pick(4) * 1_000);
	}
	spoilt = false;
	// What a server says of rights, or of how far it is, is believed for as long as the conversation lasts.
	for (const browser of browsers) browser.cut();
	for (const client of clients) client.wake();
	await world.pass(CALM_MS);
	return { world, clients, browsers, written };
}

/** All is as if nothing had happened. */
function agreed({ world, clients, browsers, written }: Awaited<ReturnType<typeof play>>): void {
	const there = new Map([...world.server.cells].map(([place, { value }]) => [place, value]));
	for (const [i, { mana }] of clients.entries()) {
		expect(browsers[i]!.reported).toEqual([]);
		expect(mana.sync).toMatchObject({ phase: 'live', unsent: 0 });
		expect(mana.refused()).toEqual([]);
		expect(new Map([...mana.replica.allCells()].map((cell) => [placeKey(cell), cell.value]))).toEqual(there);
		expect(
			mana
				.query(tasks)
				.rows.map(({ title }) => title)
				.sort(),
		).toEqual([...written].sort());
	}
}

test.each(Array.from({ length: 40 }, (_, i) => i + 1))('bytes that are broken, cut or from elsewhere: seed %i', async (seed) => {
	const spoil: Spoil = (bytes, { random }) => {
		if (random() > 0.1) return [bytes];
		const other = bytes.slice();
		const at = Math.floor(random() * bytes.length);
		switch (Math.floor(random() * 5)) {
			case 0:
				return [bytes.subarray(0, at)];
			case 1:
				other[1] = 40 + at; // a frame of which no build knows; what one bit makes of another frame no reader can tell
				return [other];
			case 2:
				return [new TextEncoder().encode('<!doctype html><title>Sign in to this network</title>')];
			case 3:
				return [new Uint8Array(), bytes];
			default:
				return [Uint8Array.from({ length: at }, () => Math.floor(random() * 256)), bytes];
		}
	};
	agreed(await play(seed, spoil));
});

/** What a server may say at any time and be believed: that is the end of a space, or that something was kept. */
const BELIEVED: ReadonlySet<Frame['type']> = new Set(['revoked', 'ack']);
const SAID: ReadonlySet<Frame['type']> = new Set<ServerFrame['type']>([
	'welcome',
	'subbed',
	'delta',
	'digest',
	'presence',
	'credit',
	'move',
	'snapshot',
	'reach',
	'renew',
	'pong',
	'bye',
]);
/** Said to this person, about this space. */
function aimed(frame: Frame, space: SpaceId): Frame {
	if (frame.type === 'welcome') return { ...frame, person: 'ada', personal: space, outdated: [] };
	return 'space' in frame ? { ...frame, space } : frame;
}

const frames = fc
	.sample(anyFrame, { seed: 4, numRuns: 3_000 })
	.filter((frame) => SAID.has(frame.type) && !BELIEVED.has(frame.type))
	// These two end a conversation for good, as they should.
	.filter((frame) => frame.type !== 'bye' || (frame.code !== 'version' && frame.code !== 'unknown-space'))
	// What a device was told and its server lost is brought back to it: a command that it does not know would be refused, rightly.
	.filter((frame) => !('cells' in frame && frame.cells.some(({ field }) => lawOf(field).name === 'command')));

test.each(Array.from({ length: 40 }, (_, i) => i + 101))('well-formed frames that nobody asked for: seed %i', async (seed) => {
	const spoil: Spoil = (bytes, { random, server }) => {
		if (random() > 0.08) return [bytes];
		const frame = frames[Math.floor(random() * frames.length)]!;
		const said = encodeFrame(aimed(frame, server.space.id));
		return random() < 0.5 ? [said, bytes] : [bytes, said];
	};
	agreed(await play(seed, spoil));
});

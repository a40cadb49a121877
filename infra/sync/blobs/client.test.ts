// The client's files (kit/sync/client/blobs) against this service.
import { chunkShelf } from '@mana/sync/client/conversation/chunk-shelf';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { namedRecordId } from '@mana/model';
import type { SpaceId } from '@mana/sync';
import { Blobs } from '@mana/sync/client/blobs/blobs';
import { FileStore, moveFiles } from '@mana/sync/client/blobs/file-store';
import { Transfer } from '@mana/sync/client/blobs/transfer';
import type { Environment } from '@mana/sync/client/environment';
import { JournalStore } from '@mana/sync/client/journal-store';
import { MemoryDisk } from '@mana/sync/client/memory-disk';
import { deviceKeyOf } from '@mana/sync/client/store';
import type { Channel, Locks, TabMessage } from '@mana/sync/client/tabs';
import { CHUNK_BYTES } from '@mana/sync/manifest';
import { startSync, type TestSync } from '../testing.ts';
import { insertSpace, openBeside } from '../testing-spaces.ts';

const cleanups: (() => Promise<unknown>)[] = [];
let home: string;
let server: TestSync;
let space: SpaceId;

beforeEach(() => start({}));
afterEach(async () => {
	for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function start(env: Record<string, string>): Promise<void> {
	home = await mkdtemp(join(tmpdir(), 'mana-sync-'));
	server = await startSync({ home, databaseUrl: undefined }, { env });
	const store = await openBeside(home);
	space = await insertSpace(store, { ana: { role: 'owner' }, ben: { role: 'viewer' } });
	await store.close();
	const started = server;
	const folder = home;
	cleanups.push(() => rm(folder, { recursive: true }));
	cleanups.push(async () => started[Symbol.asyncDispose]());
}

/** A proxy before the service that can be cut, and counts. */
function door() {
	const seen: string[] = [];
	const ranges: (string | null)[] = [];
	let cut: ((path: string) => boolean) | null = null;
	let most = Infinity;
	const proxy = Bun.serve({
		hostname: '127.0.0.1',
		port: 0,
		async fetch(request) {
			const { pathname } = new URL(request.url);
			if (cut?.(pathname)) return new Response('cut', { status: 503 });
			seen.push(`${request.method} ${pathname.split('/')[3]}`);
			const { method, headers } = request;
			const body = method === 'GET' ? null : await request.arrayBuffer();
			const answer = await fetch(`${server.url}${pathname}`, { method, headers, body });
			if (method !== 'GET') return answer;
			ranges.push(headers.get('range'));
			const { status } = answer;
			return new Response((await answer.blob()).slice(0, most), { status });
		},
	});
	cleanups.push(() => proxy.stop(true));
	return {
		url: `http://127.0.0.1:${proxy.port}`,
		seen,
		/** Which part of a file each GET asked for. */
		ranges,
		/** Answers to GET end after so many bytes. */
		endAfter: (bytes: number) => {
			most = bytes;
		},
		cutWhere: (where: typeof cut) => {
			cut = where;
		},
	};
}

interface Tab {
	readonly disk?: MemoryDisk;
	readonly url?: string;
	readonly cacheBytes?: number;
	/** What the tabs of one browser share. */
	readonly browser?: TestBrowser;
	/** Whether the record still names its files. */
	readonly names?: () => boolean;
}

/** A record that has files. */
const place = { collection: 513, record: namedRecordId('task') };

/** A tab of somebody's browser. `pass` lets the timers of its retries run. */
async function tab(
	person: string,
	{ disk, url = server.url, cacheBytes = 1e9, browser = new TestBrowser(), names = () => true }: Tab = {},
) {
	const shared = disk ?? (await freshDisk());
	const jobs = new Set<() => void>();
	let now = 0;
	const env: Environment = {
		now: () => ++now,
		elapsed: () => now,
		random: () => 0.5,
		randomBytes: (bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>),
		every(_ms, job) {
			jobs.add(job);
			return () => jobs.delete(job);
		},
	};
	const token = async () => ({ token: await server.issuer.token(person), expiresAt: Infinity });
	const ending = new AbortController();
	const transfer = new Transfer(`${url}/spaces/${space}`, token, ending.signal);
	const store = new FileStore(shared, 'home');
	const blobs = await Blobs.open({
		env,
		store,
		locks: browser.locks,
		channel: browser.channel(),
		name: person,
		transfer: () => Promise.resolve(transfer),
		names,
		cacheBytes: () => Promise.resolve(cacheBytes),
		report: (error) => {
			throw error;
		},
	});
	blobs.onClose(() => ending.abort());
	cleanups.push(() => blobs.close());
	const add = (content: Blob) => blobs.add(content, place);
	const get = (file: { readonly hash: string; readonly size: number }) => blobs.get(file, place);
	const sending = ({ hash }: { readonly hash: string }) => blobs.state(hash).sending;
	const unsent = async () => (await store.list()).filter(({ sent }) => !sent).map(({ hash }) => hash);
	return { blobs, store, disk: shared, add, get, sending, unsent, pass: () => [...jobs].forEach((job) => job()) };
}

/** A disk on which the account has its space. */
async function freshDisk(): Promise<MemoryDisk> {
	const disk = new MemoryDisk(true);
	await disk.run('write', ['meta'], async (tx) => tx.put('meta', deviceKeyOf('home'), {}));
	return disk;
}

/** Locks and lines that the tabs of one browser share. */
class TestBrowser {
	#last: Promise<unknown> = Promise.resolve();
	readonly #lines = new Set<(message: TabMessage) => void>();

	readonly locks: Locks = {
		hold: (_name, signal, work) => {
			this.#last = this.#last.then(async () => {
				if (!signal.aborted) await work();
			});
		},
	};

	channel(): Channel {
		let heard: (message: TabMessage) => void = () => undefined;
		const line = (message: TabMessage) => heard(message);
		this.#lines.add(line);
		return {
			post: (message) => this.#lines.forEach((other) => other !== line && other(message)),
			listen: (listener) => {
				heard = listener;
			},
			close: () => this.#lines.delete(line),
		};
	}
}

function noise(length: number): Blob {
	const bytes = new Uint8Array(length);
	for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, Math.min(at + 65_536, length)));
	return new Blob([bytes]);
}

async function same(a: Blob, b: Blob): Promise<void> {
	expect(Buffer.from(await a.arrayBuffer()).equals(Buffer.from(await b.arrayBuffer()))).toBe(true);
}

describe('files of a client', () => {
	test('are there at once for who added them offline, arriving for the others, and whole for them once there is a network', async () => {
		const way = door();
		way.cutWhere(() => true);
		const [a, b] = [await tab('ana', { url: way.url }), await tab('ben')];
		const content = noise(2 * CHUNK_BYTES + 77);
		const file = await a.add(content);
		await a.blobs.idle();
		expect(a.blobs.state(file.hash)).toMatchObject({ here: true, sending: { phase: 'waiting' } });
		expect(a.blobs.unsent).toEqual({ count: 1, bytes: 2 * CHUNK_BYTES + 77 });
		await same(await a.get(file), content);
		expect(await b.blobs.has(file.hash)).toBe(false);
		await expect(b.get(file)).rejects.toMatchObject({ name: 'Arriving' });
		way.cutWhere(null);
		a.pass();
		await a.blobs.idle();
		expect(a.sending(file)).toBeNull();
		expect(a.blobs.unsent).toEqual({ count: 0, bytes: 0 });
		expect(await b.blobs.has(file.hash)).toBe(true);
		expect(b.blobs.state(file.hash).here).toBe(false);
		await same(await b.get(file), content);
		expect(b.blobs.state(file.hash)).toEqual({ here: true, pinned: false, sending: null, fetchedBytes: null });
	});

	test('go on where the connection broke, also in a tab that was opened later', async () => {
		const way = door();
		let chunks = 0;
		way.cutWhere((path) => path.includes('/chunks/') && ++chunks > 2);
		const first = await tab('ana', { url: way.url });
		const content = noise(6 * CHUNK_BYTES);
		const file = await first.add(content);
		await first.blobs.idle();
		await first.blobs.close();
		expect(way.seen.filter((request) => request === 'PUT chunks')).toHaveLength(2);
		way.cutWhere(null);
		const second = await tab('ana', { url: way.url, disk: first.disk });
		await second.blobs.idle();
		expect(way.seen.filter((request) => request === 'PUT chunks')).toHaveLength(6);
		await same(await (await tab('ben')).get(file), content);
	});

	test('that broke off on the way here go on where they were when somebody asks again, and are let go for want of room', async () => {
		const way = door();
		const [a, b] = [await tab('ana'), await tab('ben', { url: way.url })];
		const content = noise(6 * CHUNK_BYTES);
		const file = await a.add(content);
		await a.blobs.idle();
		way.endAfter(2.5 * CHUNK_BYTES);
		await expect(b.get(file)).rejects.toThrow('broke off');
		expect(b.blobs.state(file.hash)).toMatchObject({ here: false, fetchedBytes: null });
		way.endAfter(Infinity);
		await same(await b.get(file), content);
		expect(way.ranges).toEqual([null, `bytes=${2 * CHUNK_BYTES}-`, `bytes=${4 * CHUNK_BYTES}-`]);
		way.endAfter(CHUNK_BYTES);
		await b.blobs.makeRoom();
		await expect(b.get(file)).rejects.toThrow('broke off');
		await b.blobs.makeRoom();
		way.endAfter(Infinity);
		await same(await b.get(file), content);
		expect(way.ranges.slice(3)).toEqual([null, `bytes=${CHUNK_BYTES}-`, null]);
	});

	test('tell how far they are, up and down', async () => {
		const [a, b] = [await tab('ana'), await tab('ben')];
		const size = 3 * CHUNK_BYTES;
		const up = new Set<number>();
		const down = new Set<number>();
		let hash = '';
		a.blobs.subscribe(() => {
			const sending = a.blobs.state(hash).sending;
			if (sending?.phase === 'sending') up.add(sending.sentBytes);
		});
		b.blobs.subscribe(() => down.add(b.blobs.state(hash).fetchedBytes ?? size));
		({ hash } = await a.add(noise(size)));
		await a.blobs.idle();
		await b.get({ hash, size });
		for (const steps of [[...up], [...down]]) {
			expect(steps.length).toBeGreaterThan(2);
			expect(steps.at(-1)).toBe(size);
			expect(steps).toEqual(steps.toSorted((x, y) => x - y));
		}
	});

	test('are sent by one of two tabs, and the other shows how that goes', async () => {
		const way = door();
		const shared = { url: way.url, disk: await freshDisk(), browser: new TestBrowser() };
		const [one, two] = [await tab('ana', shared), await tab('ana', shared)];
		const seen: unknown[] = [];
		let file = { hash: '', size: 0 };
		two.blobs.subscribe(() => seen.push(two.sending(file)?.phase ?? null));
		file = await one.add(noise(1000));
		two.blobs.wake();
		await Promise.all([one.blobs.idle(), two.blobs.idle()]);
		expect(way.seen.filter((request) => request === 'PUT blobs')).toHaveLength(1);
		expect(two.blobs.state(file.hash)).toMatchObject({ here: true, sending: null });
		expect(seen).toContain('sending');
	});

	test('go small ones first, so that a film holds up no photo', async () => {
		const way = door();
		way.cutWhere(() => true);
		const a = await tab('ana', { url: way.url });
		const sizes = [2 * CHUNK_BYTES, 5, CHUNK_BYTES];
		const files = await Promise.all(sizes.map((size) => a.add(noise(size))));
		await a.blobs.idle();
		way.cutWhere(null);
		const done: number[] = [];
		a.blobs.subscribe(() =>
			files.forEach((file) => a.sending(file) === null && !done.includes(file.size) && done.push(file.size)),
		);
		a.pass();
		await a.blobs.idle();
		expect(done).toEqual([5, CHUNK_BYTES, 2 * CHUNK_BYTES]);
	});

	test('that are refused say why, hold up no others, and are kept and sent on retry', async () => {
		await start({ MANA_SYNC_BLOB_PERSON_BYTES: '2500' });
		const a = await tab('ana');
		const large = await a.add(noise(2_600));
		const small = await a.add(noise(100));
		await a.blobs.idle();
		expect(a.sending(large)).toMatchObject({ phase: 'refused', code: 'person-full' });
		expect(a.sending(small)).toBeNull();
		a.blobs.retry(large.hash);
		expect(a.sending(large)).toMatchObject({ phase: 'waiting' });
		await a.blobs.idle();
		expect(a.sending(large)).toMatchObject({ phase: 'refused' });
		expect(await a.unsent()).toEqual([large.hash]);
	});

	test('of somebody who may only read stay on their device', async () => {
		const b = await tab('ben');
		const file = await b.add(noise(10));
		await b.blobs.idle();
		expect(b.sending(file)).toMatchObject({ phase: 'refused', code: 'forbidden' });
	});

	test('that were taken out of their record before they went are not sent, unless that is undone', async () => {
		const way = door();
		let named = false;
		const a = await tab('ana', { url: way.url, names: () => named });
		const file = await a.add(noise(10));
		await a.blobs.idle();
		expect(way.seen).toEqual([]);
		expect(a.sending(file)).toBeNull();
		named = true;
		a.blobs.heed();
		await a.blobs.idle();
		expect(way.seen).toContain('PUT blobs');
	});

	test('that are taken out while they go are not completed', async () => {
		const way = door();
		let named = true;
		way.cutWhere((path) => {
			if (path.includes('/chunks/')) named = false;
			return false;
		});
		const a = await tab('ana', { url: way.url, names: () => named });
		await a.add(noise(6 * CHUNK_BYTES));
		await a.blobs.idle();
		expect(way.seen).not.toContain('PUT blobs');
	});

	test('that no record named for an hour are gone when somebody looks again', async () => {
		const disk = await freshDisk();
		const a = await tab('ana', { disk });
		const file = await a.add(noise(10));
		await a.blobs.idle();
		await a.store.change(file.hash, { usedAt: -60 * 60_000 });
		expect((await tab('ana', { disk })).blobs.state(file.hash).here).toBe(true);
		expect((await tab('ana', { disk, names: () => false })).blobs.state(file.hash).here).toBe(false);
		expect(await a.store.content(file.hash)).toBeNull();
	});

	test('make room for newer ones, oldest use first, but never those that are unsent or pinned', async () => {
		const way = door();
		const a = await tab('ana', { url: way.url, cacheBytes: 2500 });
		const added: { readonly hash: string; readonly size: number }[] = [];
		for (let i = 0; i < 3; i++) {
			added.push(await a.add(noise(1000)));
			await a.blobs.idle();
		}
		const held = () => added.map(({ hash }) => a.blobs.state(hash).here);
		await a.blobs.idle();
		expect(held()).toEqual([false, true, true]);
		await a.blobs.pin(added[1]!, place);
		expect(a.blobs.state(added[1]!.hash).pinned).toBe(true);
		way.cutWhere(() => true);
		added.push(await a.add(noise(9_500)));
		await a.blobs.idle();
		expect(await a.store.evict(0)).toBe(1);
		const kept = await Promise.all(added.map(async ({ hash }) => (await a.store.content(hash)) !== null));
		expect(kept).toEqual([false, true, false, true]);
		way.cutWhere(null);
		await same(await a.get(added[0]!), await a.get(added[0]!));
		expect(held()[0]).toBe(true);
	});

	test('that find no room push out what the server has, and say so when that does not help', async () => {
		const disk = await freshDisk();
		const a = await tab('ana', { disk });
		const first = await a.add(noise(10));
		await a.blobs.idle();
		let full = 1;
		disk.fault = (request) => {
			if (request === 'put' && full-- > 0) throw new Error('full');
		};
		const second = await a.add(noise(20));
		expect([first, second].map(({ hash }) => a.blobs.state(hash).here)).toEqual([false, true]);
		await a.blobs.idle();
		full = Infinity;
		await expect(a.add(noise(30))).rejects.toMatchObject({ name: 'StorageFailed' });
		disk.fault = null;
	});

	test('are one file when the same is added twice, by two people or from two records', async () => {
		const a = await tab('ana');
		const content = noise(1000);
		const [one, two] = [await a.add(content), await a.blobs.add(content, { ...place, record: namedRecordId('other') })];
		expect(one).toEqual(two);
		expect((await a.store.list()).map(({ places }) => places.length)).toEqual([2]);
		await a.blobs.idle();
		await same(await (await tab('ben')).get(one), content);
	});

	test('of no bytes at all come and go as any other', async () => {
		const [a, b] = [await tab('ana'), await tab('ben')];
		const file = await a.add(new Blob([]));
		await a.blobs.idle();
		expect((await b.get(file)).size).toBe(0);
	});

	test('that come changed are not believed', async () => {
		const a = await tab('ana');
		const { hash } = await a.add(noise(1000));
		await a.blobs.idle();
		await expect((await tab('ben')).get({ hash, size: 999 })).rejects.toThrow('is not the file');
	});

	test('are not kept where the space was taken from the device meanwhile', async () => {
		const [a, b] = [await tab('ana'), await tab('ben')];
		const file = await a.add(noise(10));
		await a.blobs.idle();
		await new JournalStore(b.disk, (bytes) => bytes, chunkShelf, 'home').wipe({ space, name: '', at: 0 });
		await expect(b.add(noise(5))).rejects.toMatchObject({ name: 'Fenced' });
		await expect(b.get(file)).rejects.toMatchObject({ name: 'Fenced' });
		expect(await b.store.list()).toEqual([]);
	});

	test('of a guest go to the account', async () => {
		const [guest, account] = [new FileStore(await freshDisk(), 'home'), new FileStore(await freshDisk(), 'home')];
		const file = { hash: 'h', size: 10, chunks: ['h'], sent: false, pinned: false, usedAt: 1, places: [place] };
		await guest.put(file, noise(10));
		await moveFiles(guest, account);
		await moveFiles(guest, account);
		expect(await account.list()).toEqual([file]);
		expect((await account.content('h'))?.size).toBe(10);
	});
});

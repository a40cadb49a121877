// The client's files (kit/sync/client/blobs) against this service.
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SpaceId } from '@mana/sync';
import { Blobs } from '@mana/sync/client/blobs/blobs';
import { FileStore, moveFiles } from '@mana/sync/client/blobs/file-store';
import { Transfer } from '@mana/sync/client/blobs/transfer';
import type { Environment } from '@mana/sync/client/environment';
import { MemoryDisk } from '@mana/sync/client/memory-disk';
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
	let cut: ((path: string) => boolean) | null = null;
	const proxy = Bun.serve({
		hostname: '127.0.0.1',
		port: 0,
		async fetch(request) {
			const { pathname } = new URL(request.url);
			if (cut?.(pathname)) return new Response('cut', { status: 503 });
			seen.push(`${request.method} ${pathname.split('/')[3]}`);
			const { method, headers } = request;
			const body = method === 'GET' ? null : await request.arrayBuffer();
			return fetch(`${server.url}${pathname}`, { method, headers, body });
		},
	});
	cleanups.push(() => proxy.stop(true));
	return {
		url: `http://127.0.0.1:${proxy.port}`,
		seen,
		cutWhere: (where: typeof cut) => {
			cut = where;
		},
	};
}

interface Tab {
	readonly disk?: MemoryDisk;
	readonly url?: string;
	readonly cacheBytes?: number;
	readonly locks?: ReturnType<typeof locksOf>;
}

/** A tab of somebody's browser. `pass` lets the timers of its retries run. */
function tab(person: string, { disk = new MemoryDisk(true), url = server.url, cacheBytes, locks = locksOf() }: Tab = {}) {
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
	const transfer = new Transfer(`${url}/spaces/${space}`, token);
	const store = new FileStore(disk, 'home');
	const blobs = new Blobs({
		env,
		store,
		locks,
		name: person,
		transfer: () => Promise.resolve(transfer),
		onWake: () => () => undefined,
		report: (error) => {
			throw error;
		},
		...(cacheBytes !== undefined && { cacheBytes }),
	});
	cleanups.push(() => blobs.close());
	return { blobs, store, disk, pass: () => [...jobs].forEach((job) => job()) };
}

/** Locks that the tabs of one browser share. */
function locksOf() {
	let last: Promise<unknown> = Promise.resolve();
	return {
		hold(_name: string, signal: AbortSignal, work: () => Promise<void>) {
			last = last.then(async () => {
				if (!signal.aborted) await work();
			});
		},
	};
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
		const [a, b] = [tab('ana', { url: way.url }), tab('ben')];
		const file = noise(2 * CHUNK_BYTES + 77);
		const { hash, size } = await a.blobs.add(file);
		await a.blobs.idle();
		expect(a.blobs.sending(hash)).toEqual({ phase: 'waiting' });
		await same(await a.blobs.get(hash, size), file);
		await expect(b.blobs.get(hash, size)).rejects.toMatchObject({ name: 'Arriving' });
		way.cutWhere(null);
		a.pass();
		await a.blobs.idle();
		expect(a.blobs.sending(hash)).toBeNull();
		await same(await b.blobs.get(hash, size), file);
	});

	test('go on where the connection broke, also in a tab that was opened later', async () => {
		const way = door();
		let chunks = 0;
		way.cutWhere((path) => path.includes('/chunks/') && ++chunks > 2);
		const first = tab('ana', { url: way.url });
		const file = noise(6 * CHUNK_BYTES);
		const { hash, size } = await first.blobs.add(file);
		await first.blobs.idle();
		await first.blobs.close();
		expect(way.seen.filter((request) => request === 'PUT chunks')).toHaveLength(2);
		way.cutWhere(null);
		const second = tab('ana', { url: way.url, disk: first.disk });
		await second.blobs.idle();
		expect(way.seen.filter((request) => request === 'PUT chunks')).toHaveLength(6);
		await same(await tab('ben').blobs.get(hash, size), file);
	});

	test('tell how far they are', async () => {
		const a = tab('ana');
		const steps: number[] = [];
		a.blobs.subscribe(() => {
			const sending = a.blobs.sending(hash);
			if (sending?.phase === 'sending') steps.push(sending.sentBytes);
		});
		let hash = '';
		({ hash } = await a.blobs.add(noise(3 * CHUNK_BYTES)));
		await a.blobs.idle();
		expect(steps.at(-1)).toBe(3 * CHUNK_BYTES);
		expect(steps).toEqual(steps.toSorted((x, y) => x - y));
	});

	test('are sent by one of two tabs', async () => {
		const way = door();
		const shared = { url: way.url, disk: new MemoryDisk(true), locks: locksOf() };
		const [one, two] = [tab('ana', shared), tab('ana', shared)];
		const { hash } = await one.blobs.add(noise(1000));
		two.blobs.wake();
		await Promise.all([one.blobs.idle(), two.blobs.idle()]);
		expect(way.seen.filter((request) => request === 'PUT blobs')).toHaveLength(1);
		expect(two.blobs.sending(hash)).toBeNull();
	});

	test('that are refused say why, hold up no others, and are kept and sent on retry', async () => {
		await start({ MANA_SYNC_BLOB_PERSON_BYTES: '2500' });
		const a = tab('ana');
		const large = await a.blobs.add(noise(2_600));
		const small = await a.blobs.add(noise(100));
		await a.blobs.idle();
		expect(a.blobs.sending(large.hash)).toMatchObject({ phase: 'refused', code: 'person-full' });
		expect(a.blobs.sending(small.hash)).toBeNull();
		a.blobs.retry(large.hash);
		await a.blobs.idle();
		expect(a.blobs.sending(large.hash)).toMatchObject({ phase: 'refused' });
		expect((await a.store.unsent()).map(({ hash }) => hash)).toEqual([large.hash]);
	});

	test('of somebody who may only read stay on their device', async () => {
		const b = tab('ben');
		const { hash } = await b.blobs.add(noise(10));
		await b.blobs.idle();
		expect(b.blobs.sending(hash)).toMatchObject({ phase: 'refused', code: 'forbidden' });
	});

	test('make room for newer ones, oldest use first, but never those that are unsent or pinned', async () => {
		const way = door();
		const a = tab('ana', { url: way.url, cacheBytes: 2500 });
		const added: { readonly hash: string }[] = [];
		for (let i = 0; i < 3; i++) added.push(await a.blobs.add(noise(1000)));
		await a.blobs.idle();
		const held = async () => Promise.all(added.map(async ({ hash }) => (await a.store.get(hash)) !== null));
		expect(await held()).toEqual([false, true, true]);
		await a.blobs.pin(added[1]!.hash, 1000);
		way.cutWhere(() => true);
		added.push(await a.blobs.add(noise(9_500)));
		await a.blobs.idle();
		await a.store.evict(0);
		expect(await held()).toEqual([false, true, false, true]);
		way.cutWhere(null);
		await same(await a.blobs.get(added[0]!.hash, 1000), await a.blobs.get(added[0]!.hash, 1000));
		expect((await held())[0]).toBe(true);
	});

	test('that come changed are not believed', async () => {
		const a = tab('ana');
		const { hash } = await a.blobs.add(noise(1000));
		await a.blobs.idle();
		await expect(tab('ben').blobs.get(hash, 999)).rejects.toThrow('is not the file');
	});

	test('of a guest go to the account, and a wipe leaves none', async () => {
		const [guest, account] = [new FileStore(new MemoryDisk(true), ''), new FileStore(new MemoryDisk(true), '')];
		const content = noise(10);
		const file = { hash: 'h', size: 10, chunks: ['h'], content, sent: false, pinned: false, usedAt: 1 };
		await guest.put(file);
		await moveFiles(guest, account);
		await moveFiles(guest, account);
		expect(await guest.get('h')).toBeNull();
		expect(await account.unsent()).toMatchObject([{ hash: 'h', sent: false }]);
		await account.wipe();
		expect(await account.get('h')).toBeNull();
	});
});

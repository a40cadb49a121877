// The real client of `kit/sync` against the real service: sockets, HTTP, a kill, a restore.
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { collection, field, type RecordId } from '@mana/model';
import type { Mana } from '@mana/sync/client/api';
import { webEnvironment } from '@mana/sync/client/environment';
import { MemoryDisk } from '@mana/sync/client/memory-disk';
import { memoryNotes } from '@mana/sync/client/memory-notes';
import { openMana } from '@mana/sync/client/open';
import type { Platform } from '@mana/sync/client/platform';
import { exchangeConnector } from '@mana/sync/client/exchange';
import { socketConnector } from '@mana/sync/client/transport';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bumpEpochs } from './restore.ts';
import { type Issuer, startIssuer, startProcess, type TestProcess } from './testing.ts';

const tasks = collection('todo/tasks', { app: 1, number: 1 }, { title: field.text(1, { fallback: '' }), done: field.flag(2) });
const notes = collection('todo/notes', { app: 1, number: 2 }, { text: field.text(1, { fallback: '' }) });
/** A collection that this server does not know: what merges and what is decided travels with the field's number. */
const pages = collection('wiki/pages', { app: 199, number: 1 }, { address: field.unique(1), stars: field.counter(2) });

let home: string;
let issuer: Issuer;
let server: TestProcess;
const opened: Mana[] = [];

beforeEach(async () => {
	home = await mkdtemp(join(tmpdir(), 'mana-sync-'));
	issuer = await startIssuer();
	server = await startProcess(home, issuer);
});

afterEach(async () => {
	for (const mana of opened.splice(0)) await mana.close();
	await server.kill();
	await issuer.close();
	await rm(home, { recursive: true });
});

test('what one browser writes the other shows, by socket and by HTTP, through a kill of the server', async () => {
	const [a, b] = [await browse('socket'), await browse('exchange')];
	const first = add(a, 'by socket');
	await shows(b, first, 'by socket');
	const second = add(b, 'by HTTP');
	await shows(a, second, 'by HTTP');
	await until(a, () => a.sync.unsent === 0);
	await server.kill();
	const third = add(a, 'while the server was dead');
	add(b, 'and another');
	server = await startProcess(home, issuer);
	await shows(b, third, 'while the server was dead');
	await until(a, () => a.sync.unsent === 0 && a.query(tasks).rows.length === 4);
	expect(titles(a)).toEqual(titles(b));
}, 60_000);

test('a name goes to one of two browsers, the other hears why, and both count together', async () => {
	const [a, b] = [await browse('socket'), await browse('exchange')];
	const ids = [a, b].map((mana) => {
		let id!: RecordId;
		mana.write('Add', (tx) => void (id = tx.create(pages, { stars: { add: 1 } })));
		return id;
	});
	await until(b, () => a.query(pages).rows.length === 2 && b.query(pages).rows.length === 2);
	await until(a, () => a.query(pages).rows.length === 2);
	for (const [i, mana] of [a, b].entries())
		mana.write('Name', (tx) => tx.update(pages, ids[i]!, { address: i ? 'START' : 'start' }));
	for (const mana of [a, b]) mana.write('Star', (tx) => tx.update(pages, ids[0]!, { stars: { add: 1 } }));
	for (const mana of [a, b]) await until(mana, () => mana.sync.unsent === 0 && mana.get(pages, ids[0]!)?.stars === 3);
	const granted = ids.filter((id) => a.get(pages, id)?.address?.granted);
	expect(granted).toHaveLength(1);
	for (const mana of [a, b]) expect(mana.get(pages, granted[0]!)?.address).toMatchObject({ granted: true });
	expect([...a.refused(), ...b.refused()]).toMatchObject([{ code: 'taken', label: 'Name' }]);
}, 60_000);

test('clients that are ahead of a restored backup bring back everything they have', async () => {
	const [a, b] = [await browse('socket'), await browse('socket')];
	const old = add(a, 'in the backup');
	await shows(b, old, 'in the backup');
	await server.kill();
	await cp(join(home, 'mana-sync'), join(home, 'backup'), { recursive: true });
	server = await startProcess(home, issuer);

	const lost = add(a, 'after the backup');
	await shows(b, lost, 'after the backup');
	b.write('Rename', (tx) => tx.update(tasks, old, { title: 'renamed after the backup' }));
	await shows(a, old, 'renamed after the backup');
	await until(b, () => b.sync.unsent === 0);
	await server.kill();
	const unsent = add(a, 'while the server was away');
	await rm(join(home, 'mana-sync'), { recursive: true });
	await cp(join(home, 'backup'), join(home, 'mana-sync'), { recursive: true });
	expect(await bumpEpochs({ home }, Date.now())).toBe(1);
	server = await startProcess(home, issuer);

	const c = await browse('socket');
	await shows(c, unsent, 'while the server was away');
	await shows(c, lost, 'after the backup');
	await shows(c, old, 'renamed after the backup');
	await until(a, () => a.sync.unsent === 0 && a.sync.phase === 'live');
	await until(b, () => b.sync.unsent === 0 && titles(b).length === 3);
	expect(titles(a)).toEqual(titles(c));
	expect(titles(b)).toEqual(titles(c));
}, 60_000);

test('a new browser takes a large space as chunks, and goes on where it was cut off', async () => {
	const author = await browse('socket');
	const count = 6000;
	for (let at = 0; at < count; at += 1000)
		author.write('Import', (tx) => {
			for (let i = at; i < at + 1000; i++) tx.create(tasks, { title: `task ${i}, with words of its own: ${Math.sin(i)}` });
		});
	await until(author, () => author.sync.unsent === 0);

	// Until the snapshot in the background is there: each is a device that never came before.
	const seen: string[] = [];
	while (seen.length === 0) {
		const early = await browse('socket', { fetching: (hash) => void seen.push(hash) });
		await early.close();
	}
	// Cut off after the first chunk.
	const disks = new Map<string, MemoryDisk>();
	const asked: string[][] = [[], []];
	const line = Promise.withResolvers<void>();
	const cut = await open('socket', {
		disks,
		fetching(hash) {
			if (asked[0]!.push(hash) > 1) return line.promise;
		},
	});
	await until(cut, () => cut.query(tasks).rows.length > 0);
	line.reject(new Error('cut'));
	await until(cut, () => cut.sync.phase === 'offline');
	const shown = cut.query(tasks).rows.length;
	expect(shown).toBeLessThan(count);
	await cut.close();
	// The page is loaded again: what has come is not fetched again.
	const whole = await browse('socket', { disks, fetching: (hash) => void asked[1]!.push(hash) });
	expect(asked[1]).not.toContain(asked[0]![0]!);
	expect(whole.query(tasks).rows).toHaveLength(count);
	const changed = whole.query(tasks).rows[7]!.id;
	whole.write('Rename', (tx) => tx.update(tasks, changed, { title: 'changed in a chunk' }));
	await shows(author, changed, 'changed in a chunk');
	await until(whole, () => whole.sync.unsent === 0);
	expect(titles(whole)).toEqual(titles(author));
	await whole.close();
	const again = await browse('socket', {
		disks,
		fetching() {
			throw new Error('Everything is here.');
		},
	});
	expect(titles(again)).toEqual(titles(author));
}, 60_000);

test('of a large space comes first what the person looks at, and can be read while the rest is still on its way', async () => {
	const author = await browse('socket');
	const count = 3000;
	for (let at = 0; at < count; at += 1000)
		author.write('Import', (tx) => {
			for (let i = at; i < at + 1000; i++) {
				tx.create(tasks, { title: `task ${i}` });
				tx.create(notes, { text: `note ${i}` });
			}
		});
	await until(author, () => author.sync.unsent === 0);
	const seen: string[] = [];
	while (seen.length < 2) {
		seen.length = 0;
		const early = await browse('socket', { fetching: (hash) => void seen.push(hash) });
		await early.close();
	}

	for (const [looked, other] of [
		[tasks, notes],
		[notes, tasks],
	] as const) {
		const line = Promise.withResolvers<void>();
		let asked = 0;
		// Only the chunk that is asked for first comes.
		const mana = await open('socket', { first: looked, fetching: () => (++asked > 1 ? line.promise : undefined) });
		await until(mana, () => mana.query(looked).rows.length > 0);
		expect(mana.query(looked).rows.length).toBeGreaterThan(count / 2);
		expect(mana.query(other).rows).toHaveLength(0);
		expect(mana.sync.firstSync!.received).toBeGreaterThan(count / 2);
		expect(mana.sync.phase).not.toBe('live');
		line.resolve();
		await until(mana, () => mana.sync.phase === 'live');
		expect(mana.query(looked).rows).toHaveLength(count);
		expect(mana.query(other).rows).toHaveLength(count);
		expect(mana.sync.firstSync).toBeNull();
	}
}, 60_000);

interface Profile {
	readonly disks?: Map<string, MemoryDisk>;
	/** What the person looks at. */
	readonly first?: typeof tasks | typeof notes;
	/** Told of every chunk that is fetched; what it throws is what the network answers. */
	fetching?(hash: string): void | Promise<void>;
}

/** A browser profile of Ada with a store in memory, caught up. */
async function browse(kind: 'socket' | 'exchange', profile: Profile = {}): Promise<Mana> {
	const mana = await open(kind, profile);
	await until(mana, () => mana.sync.phase === 'live');
	return mana;
}

async function open(kind: 'socket' | 'exchange', { disks = new Map(), first = tasks, fetching }: Profile): Promise<Mana> {
	const platform: Platform = {
		env: webEnvironment(),
		locks: { hold: (_name, _signal, work) => void work() },
		network: async () => ({
			connector:
				kind === 'socket'
					? socketConnector(() => new WebSocket(`${server.url.replace('http', 'ws')}/socket`))
					: exchangeConnector((body, waitMs, signal) =>
							fetch(`${server.url}/exchange?wait=${waitMs}`, { method: 'POST', body: body.slice(), signal }),
						),
			async chunks(space, hash, bearer, signal) {
				await fetching?.(hash);
				const response = await fetch(`${server.url}/chunks/${space}/${hash}`, {
					headers: { authorization: `Bearer ${bearer}` },
					signal,
				});
				if (!response.ok) throw new Error(`No chunk: ${response.status}.`);
				return new Uint8Array(await response.arrayBuffer());
			},
		}),
		token: async () => ({ token: await issuer.token('ada'), expiresAt: Date.now() + 600_000 }),
		spacesUrl: `${server.url}/spaces`,
		notes: memoryNotes(),
		async openDisk(name) {
			const disk = disks.get(name) ?? new MemoryDisk(true);
			disks.set(name, disk);
			return disk;
		},
		deleteDisk: async (name) => void disks.delete(name),
		channel: () => ({ post: () => undefined, listen: () => undefined, close: () => undefined }),
		persist: () => undefined,
		storage: async () => ({ usedBytes: 0, quotaBytes: Infinity }),
		onWake: () => () => undefined,
		onLeave: () => () => undefined,
		report: (error) => console.error(error),
	};
	const mana = await openMana({ account: { person: 'ada' }, models: [tasks, notes], first: () => [first], platform });
	opened.push(mana);
	return mana;
}

function add(mana: Mana, title: string): RecordId {
	let id: RecordId | undefined;
	mana.write('Add', (tx) => void (id = tx.create(tasks, { title })));
	return id!;
}

function titles(mana: Mana): string[] {
	return mana.query(tasks).rows.map(({ title }) => title);
}

async function shows(mana: Mana, id: RecordId, title: string): Promise<void> {
	await until(mana, () => mana.get(tasks, id)?.title === title);
}

/** Waits for the client to say that something changed, until `condition` holds. */
async function until(mana: Mana, condition: () => boolean): Promise<void> {
	const [rows, texts] = [mana.query(tasks), mana.query(notes)];
	while (!condition()) {
		await new Promise<void>((resolve) => {
			const stops = [mana.subscribe(done), rows.subscribe(done), texts.subscribe(done)];
			function done(): void {
				for (const stop of stops) stop();
				resolve();
			}
		});
	}
}

// `mana.historyOf` of the real client against the real service.
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { collection, field, lens, type RecordId } from '@mana/model';
import { HistoryUnavailable, type Mana, Stale } from '@mana/sync/client/api';
import { webEnvironment } from '@mana/sync/client/environment';
import { SignedOut } from '@mana/sync/client/link';
import { MemoryDisk } from '@mana/sync/client/memory-disk';
import { memoryNotes } from '@mana/sync/client/memory-notes';
import { openMana } from '@mana/sync/client/open';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import { historySource } from '@mana/sync/client/history-source';
import { socketConnector } from '@mana/sync/client/transport';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSync, type TestSync } from '../testing.ts';

const minutes = field.integer(7);
const place = { app: 199, number: 1 };
const fields = {
	title: field.text(1, { fallback: '' }),
	tags: field.set(2),
	stars: field.counter(3),
	votes: field.map(4),
	best: field.greatest(5),
	body: field.document(6),
	files: field.attachments(9),
};
const older = collection('wiki/pages', place, { ...fields, hours: minutes });
const pages = collection(
	'wiki/pages',
	place,
	{ ...fields, seconds: field.integer(8) },
	{ lenses: [lens(2, minutes, field.integer(8), { up: (value) => Number(value) * 60, down: (value) => Number(value) / 60 })] },
);

let home: string;
let server: TestSync;
const opened: Mana[] = [];

beforeEach(async () => {
	home = await mkdtemp(join(tmpdir(), 'mana-sync-'));
	server = await startSync({ home, databaseUrl: undefined });
});

afterEach(async () => {
	for (const mana of opened.splice(0)) await mana.close();
	await server[Symbol.asyncDispose]();
	await rm(home, { recursive: true });
});

test('files of a record: told only where they changed; what came since goes and what went comes back', async () => {
	const mana = await browse();
	const file = (name: string) => ({ hash: '0'.repeat(64), size: 3, type: 'text/plain', name });
	const [first, second] = ['01m8ca9y7h52ykfcym4nt0y7fy', '01m8ca9y7h52ykfcym4nt0y7fz'];
	const id = await write(mana, (tx) =>
		tx.create(pages, { title: 'Sun', files: { [first]: { file: file('a.txt'), by: 'ada' } } }),
	);
	await write(mana, (tx) => tx.update(pages, id, { title: 'Moon' }));
	await write(mana, (tx) => tx.update(pages, id, { files: { [first]: null, [second]: { file: file('b.txt'), by: 'ada' } } }));
	const history = await mana.historyOf(pages, id);
	expect(history.versions.map(({ changed }) => changed.map(({ name }) => name))).toEqual([
		['files'],
		['title'],
		['title', 'files', 'createdAt'],
	]);
	await history.putBack(history.versions[1]!, 'Put back').saved;
	expect(mana.get(pages, id)!.files.map(({ file: { name } }) => name)).toEqual(['a.txt']);
	// Whoever looked at the row before still holds what it is.
	const seen = mana.get(pages, id)!;
	await until(mana, () => mana.sync.unsent === 0);
	expect(mana.get(pages, id)).toBe(seen);
});

test('tells every version with what changed in it, and puts one back as an action that can be undone', async () => {
	const mana = await browse();
	const id = await write(mana, (tx) =>
		tx.create(pages, { title: 'Sun', tags: ['a', 'b'], stars: { add: 2 }, votes: { ana: 1 }, best: 5 }),
	);
	await write(mana, (tx) =>
		tx.update(pages, id, { title: 'Moon', tags: ['b', 'c'], stars: { add: 3 }, votes: { ana: null, ben: 2 }, best: 9 }),
	);
	await write(mana, (tx) => tx.trash(pages, id));
	const history = await mana.historyOf(pages, id);
	expect(history.earlier).toBe('none');
	expect(history.versions.map(({ changed }) => changed.map(({ name }) => name))).toEqual([
		['deletedAt'],
		['title', 'tags', 'stars', 'votes', 'best'],
		['title', 'tags', 'stars', 'votes', 'best', 'createdAt'],
	]);
	expect(history.versions[1]!.changed[0]).toEqual({ name: 'title', before: 'Sun', after: 'Moon' });
	expect(history.versions[1]!.changed[1]).toEqual({ name: 'tags', before: new Set(['a', 'b']), after: new Set(['b', 'c']) });
	expect(history.versions[0]!.row).toEqual(mana.get(pages, id));
	expect(history.versions[0]).toMatchObject({ person: 'ada' });
	const { left, undo, saved } = history.putBack(history.versions[2]!, 'Put back');
	await saved;
	expect(left).toEqual(['best']);
	expect(mana.get(pages, id)).toMatchObject({ title: 'Sun', stars: 2, best: 9, deletedAt: null });
	expect(mana.get(pages, id)!.tags).toEqual(new Set(['a', 'b']));
	expect(mana.get(pages, id)!.votes).toEqual(new Map([['ana', 1]]));
	await until(mana, () => mana.sync.unsent === 0);
	expect(mana.refused()).toEqual([]);
	expect(undo()).toBe(true);
	expect(mana.get(pages, id)).toMatchObject({ title: 'Moon', stars: 5 });
}, 30_000);

test('nothing newer than the history is overwritten: here at once, elsewhere by the server', async () => {
	const [a, b] = [await browse(), await browse()];
	const id = await write(a, (tx) => tx.create(pages, { title: 'Sun' }));
	await write(a, (tx) => tx.update(pages, id, { title: 'Moon' }));
	const history = await a.historyOf(pages, id);
	await write(a, (tx) => tx.update(pages, id, { title: 'Stars' }));
	expect(() => history.putBack(history.versions[1]!, 'Put back')).toThrow(Stale);
	const newer = await a.historyOf(pages, id);
	expect(newer.versions.map(({ row }) => row?.title)).toEqual(['Stars', 'Moon', 'Sun']);
	// The other browser's write is on its way while this one decides.
	b.write('Edit', (tx) => tx.update(pages, id, { title: 'Clouds' }));
	await newer.putBack(newer.versions[2]!, 'Put back').saved;
	for (const mana of [a, b]) await until(mana, () => mana.sync.unsent === 0);
	// Whoever came first: either it was put back before the other wrote, or it was refused.
	const { versions } = await b.historyOf(pages, id);
	if (a.refused().length === 0) expect(versions.map(({ row }) => row!.title).slice(0, 2)).toEqual(['Clouds', 'Sun']);
	else expect(a.refused()).toMatchObject([{ code: 'stale', label: 'Put back' }]);
}, 30_000);

test('what an older build wrote is shown as this one reads it', async () => {
	const mana = await browse();
	const id = await write(mana, (tx) => tx.create(older, { hours: 2 }));
	await write(mana, (tx) => tx.update(older, id, { hours: 3 }));
	const { versions } = await mana.historyOf(pages, id);
	expect(versions.map(({ row }) => row?.seconds)).toEqual([180, 120]);
	expect(versions[0]!.changed).toEqual([{ name: 'seconds', before: 120, after: 180 }]);
}, 30_000);

test('says plainly what it needs', async () => {
	const codeOf = async (mana: Mana) =>
		mana.historyOf(pages, mana.query(pages).rows[0]?.id ?? ('0'.repeat(26) as RecordId)).then(
			() => null,
			(error: unknown) => error instanceof HistoryUnavailable && error.code,
		);
	expect(await codeOf(openMemoryMana())).toBe('guest');
	const mana = await browse({ token: () => Promise.reject(new SignedOut()) });
	await write(mana, (tx) => tx.create(pages, { title: 'Sun' }));
	expect(await codeOf(mana)).toBe('signed-out');
	const away = await browse({ away: true });
	await until(away, () => away.query(pages).rows.length > 0);
	expect(await codeOf(away)).toBe('offline');
}, 30_000);

/** A browser of Ada, caught up. @param trouble what happens to it once it is */
async function browse(trouble: { token?: () => Promise<never>; away?: boolean } = {}): Promise<Mana> {
	let calm = true;
	const disk = new MemoryDisk(true);
	const mana = await openMana({
		account: { person: 'ada' },
		models: [pages],
		platform: {
			env: webEnvironment(),
			locks: { hold: (_name, _signal, work) => void work() },
			network: async () => ({
				connector: socketConnector(() => new WebSocket(`${server.url.replace('http', 'ws')}/socket`)),
				history: historySource((path, token) =>
					!calm && trouble.away
						? Promise.reject(new TypeError('fetch failed'))
						: fetch(`${server.url}/spaces${path}`, { headers: { authorization: `Bearer ${token}` } }),
				),
			}),
			token: async () =>
				!calm && trouble.token ? trouble.token() : { token: await server.issuer.token('ada'), expiresAt: Date.now() + 600_000 },
			notes: memoryNotes(),
			openDisk: async () => disk,
			deleteDisk: () => Promise.resolve(),
			channel: () => ({ post: () => undefined, listen: () => undefined, close: () => undefined }),
			persist: () => undefined,
			onWake: () => () => undefined,
			onLeave: () => () => undefined,
			spacesUrl: `${server.url}/spaces`,
			storage: async () => ({ usedBytes: 0, quotaBytes: Infinity }),
			report: (error) => console.error(error),
		},
	});
	opened.push(mana);
	await until(mana, () => mana.sync.phase === 'live');
	calm = false;
	return mana;
}

/** Writes, and waits until the server has it. */
async function write(
	mana: Mana,
	action: (tx: Parameters<Parameters<Mana['write']>[1]>[0]) => RecordId | void,
): Promise<RecordId> {
	let id: RecordId | void = undefined;
	mana.write('Write', (tx) => {
		id = action(tx);
	});
	await until(mana, () => mana.sync.unsent === 0 && mana.outbox().length === 0);
	return id!;
}

/** Waits for the client to say that something changed, until `condition` holds. */
async function until(mana: Mana, condition: () => boolean): Promise<void> {
	while (!condition()) {
		await new Promise<void>((resolve) => {
			const stop = mana.subscribe(() => {
				stop();
				resolve();
			});
		});
	}
}

import { Database } from 'bun:sqlite';
import { afterEach, describe, expect, test } from 'bun:test';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { openStore, type Store } from '@mana/store';
import { eachEngine } from '@mana/store/testing';
import { createLogger } from '@mana/service';
import { packTar } from 'modern-tar';
import { Client } from 'pg';
import { service as sync } from '../infra/sync/index.ts';
import { backupHome } from './backup.ts';
import { restoreHome } from './restore.ts';
import { lockHome } from './supervisor/lock.ts';

const now = new Date('2026-11-23T12:00:00Z');
const folder = mkdtempSync(join(tmpdir(), 'mana-backup-'));
let count = 0;
const fresh = () => join(folder, `place-${count++}`);
afterEach(() => {
	for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
});

interface Notes {
	note: { id: number; text: string };
}

/** The store of a service of ours; the schema knows its name, so a backup on PostgreSQL does too. */
function openNotes(home: string, databaseUrl?: string): Promise<Store<Notes>> {
	return openStore<Notes>({
		service: 'mana-auth',
		home,
		databaseUrl,
		migrations: {
			'001-note': {
				up: (db) =>
					db.schema
						.createTable('note')
						.addColumn('id', 'integer', (column) => column.primaryKey())
						.addColumn('text', 'text', (column) => column.notNull())
						.execute(),
			},
		},
	});
}

async function makeHome(): Promise<string> {
	const home = fresh();
	for (const name of ['run', 'logs', 'secrets', 'mana-media/blobs/ab']) mkdirSync(join(home, name), { recursive: true });
	writeFileSync(join(home, 'run', 'state.json'), '{}');
	writeFileSync(join(home, 'logs', 'mana.log'), 'x');
	writeFileSync(join(home, 'secrets', 'instance'), 'a secret', { mode: 0o600 });
	writeFileSync(join(home, 'mana-media/blobs/ab/cdef'), crypto.getRandomValues(new Uint8Array(60_000)));
	return home;
}

eachEngine('backup and restore', (engine) => {
	test('bring everything back as it was, also from a Mana that is being written to', async () => {
		const { databaseUrl } = await engine.place();
		const home = await makeHome();
		const store = await openNotes(home, databaseUrl);
		await store.db.insertInto('note').values({ id: 0, text: 'before' }).execute();
		const done = new AbortController();
		let written = 0;
		const writer = (async () => {
			while (!done.signal.aborted) {
				await store.db.insertInto('note').values({ id: ++written, text: 'meanwhile' }).execute();
				await Bun.sleep(1);
			}
		})();
		const file = join(fresh(), 'mana.tar.gz');
		const atLeast = written;
		const manifest = await backupHome(home, databaseUrl, file, now);
		const atMost = written;
		done.abort();
		await writer;
		await store.close();
		expect(
			manifest.parts.map((part) => part.path).filter((path) => !path.includes('mana-auth') && !path.includes('mana_auth')),
		).toEqual(['mana-media/blobs/ab/cdef', 'secrets/instance']);
		expect(statSync(file).mode & 0o777).toBe(0o600);
		expect(readdirSync(dirname(file))).toEqual(['mana.tar.gz']);

		const other =
			databaseUrl === undefined
				? { home: fresh(), databaseUrl }
				: { home: fresh(), databaseUrl: (await engine.place()).databaseUrl };
		const { aside } = await restoreHome(file, { ...other, replace: false, now });
		expect(aside).toBeNull();
		expect(readFileSync(join(other.home, 'mana-media/blobs/ab/cdef'))).toEqual(
			readFileSync(join(home, 'mana-media/blobs/ab/cdef')),
		);
		expect(statSync(join(other.home, 'secrets/instance')).mode & 0o777).toBe(0o600);
		expect(existsSync(join(other.home, 'logs'))).toBe(false);
		const back = await openNotes(other.home, other.databaseUrl);
		const ids = (await back.db.selectFrom('note').select('id').orderBy('id').execute()).map((row) => row.id);
		await back.close();
		expect(ids).toEqual(ids.map((_, index) => index));
		expect(ids.length).toBeGreaterThanOrEqual(atLeast + 1);
		expect(ids.length).toBeLessThanOrEqual(atMost + 2);
	});

	test('keep files that people attached as they are, even those that look like a database, and nothing that is half there', async () => {
		const { databaseUrl } = await engine.place();
		const home = await makeHome();
		const shelf = join(home, 'mana-sync/blobs');
		for (const name of ['ab', 'incoming']) mkdirSync(join(shelf, name), { recursive: true });
		const looks = Buffer.concat([Buffer.from('SQLite format 3\0'), crypto.getRandomValues(Buffer.alloc(6_500))]);
		writeFileSync(join(shelf, 'ab/chunk'), looks);
		writeFileSync(join(shelf, 'incoming/half'), 'half');
		const file = join(fresh(), 'mana.tar.gz');
		await backupHome(home, databaseUrl, file, now);
		const other = { home: fresh(), databaseUrl: databaseUrl && (await engine.place()).databaseUrl };
		await restoreHome(file, { ...other, replace: false, now });
		expect(readFileSync(join(other.home, 'mana-sync/blobs/ab/chunk'))).toEqual(looks);
		expect(existsSync(join(other.home, 'mana-sync/blobs/incoming/half'))).toBe(false);
	});

	test('with --replace put aside what is there, whole', async () => {
		const place = await engine.place();
		const home = await makeHome();
		const file = join(fresh(), 'mana.tar.gz');
		const store = await openNotes(home, place.databaseUrl);
		await store.db.insertInto('note').values({ id: 1, text: 'old' }).execute();
		await backupHome(home, place.databaseUrl, file, now);
		await store.db.updateTable('note').set({ text: 'newer' }).execute();
		await store.close();
		const options = { home, databaseUrl: place.databaseUrl, now };
		await expect(restoreHome(file, { ...options, replace: false })).rejects.toThrow('not empty');
		const { aside } = await restoreHome(file, { ...options, replace: true });
		expect(basename(aside ?? '')).toBe(`${basename(home)}.before-restore-20261123T120000Z`);
		expect(readFileSync(join(aside ?? '', 'secrets/instance'), 'utf8')).toBe('a secret');
		const back = await openNotes(home, place.databaseUrl);
		expect(await back.db.selectFrom('note').selectAll().execute()).toEqual([{ id: 1, text: 'old' }]);
		await back.close();
		if (place.databaseUrl !== undefined) return;
		const kept = await openNotes(aside ?? '');
		expect(await kept.db.selectFrom('note').selectAll().execute()).toEqual([{ id: 1, text: 'newer' }]);
		await kept.close();
	});

	test('begin a new epoch in every space, so that devices ahead of the backup are heard', async () => {
		const { databaseUrl } = await engine.place();
		const home = await makeHome();
		const log = createLogger('mana-sync', 'silent');
		await (await sync.start({ port: 0, home, databaseUrl, env: {}, log })).close();
		await ask(home, databaseUrl, newSpace(databaseUrl === undefined ? "x'00'" : "'hash'"));
		const file = join(fresh(), 'mana.tar.gz');
		await backupHome(home, databaseUrl, file, now);
		await restoreHome(file, { home, databaseUrl, replace: true, now });
		const [space] = await ask(home, databaseUrl, 'select epoch from space');
		expect(Number(space?.['epoch'])).toBeGreaterThan(1000);
	});
});

describe('a backup', () => {
	test('is refused where it would overwrite another, or where there is nothing', async () => {
		const home = await makeHome();
		const file = join(home, '..', 'there.tar.gz');
		writeFileSync(file, 'an older backup');
		await expect(backupHome(home, undefined, file, now)).rejects.toThrow('exists already');
		expect(readFileSync(file, 'utf8')).toBe('an older backup');
		await expect(backupHome(fresh(), undefined, join(folder, 'x'), now)).rejects.toThrow('There is no data folder');
		await expect(backupHome(home, undefined, join(home, 'backups', 'x'), now)).rejects.toThrow('lies in the data folder');
		expect(existsSync(join(home, 'backups'))).toBe(false);
	});

	test('is not made of a damaged database', async () => {
		const home = await makeHome();
		const store = await openNotes(home);
		for (let id = 0; id < 500; id++)
			await store.db
				.insertInto('note')
				.values({ id, text: 'x'.repeat(200) })
				.execute();
		await store.close();
		const file = join(home, 'mana-auth', 'mana-auth.sqlite');
		const bytes = readFileSync(file);
		bytes.fill(0xff, 8192, 16_384);
		writeFileSync(file, bytes);
		const backup = join(fresh(), 'mana.tar.gz');
		await expect(backupHome(home, undefined, backup, now)).rejects.toThrow();
		expect(readdirSync(dirname(backup))).toEqual([]);
	});
});

describe('a restore', () => {
	test('is refused while a Mana uses the folder', async () => {
		const home = await makeHome();
		const file = join(fresh(), 'mana.tar.gz');
		await backupHome(home, undefined, file, now);
		const lock = lockHome(home);
		await expect(restoreHome(file, { home, databaseUrl: undefined, replace: true, now })).rejects.toThrow('Stop it first');
		lock?.release();
	});

	test('changes nothing when the backup is damaged, cut off, forged or none', async () => {
		const home = await makeHome();
		const store = await openNotes(home);
		await store.close();
		const file = join(fresh(), 'mana.tar.gz');
		const manifest = await backupHome(home, undefined, file, now);
		const whole = readFileSync(file);
		const flipped = Buffer.from(whole);
		flipped[Math.floor(whole.length / 2)] = (flipped[Math.floor(whole.length / 2)] ?? 0) ^ 0xff;
		const files: Record<string, Buffer> = {
			cut: whole.subarray(0, whole.length - 500),
			flipped,
			none: Buffer.from('hello'),
			empty: Buffer.alloc(0),
		};
		const before = readdirSync(home).sort();
		for (const [name, bytes] of Object.entries(files)) {
			const bad = join(folder, name);
			writeFileSync(bad, bytes);
			await expect(restoreHome(bad, { home, databaseUrl: undefined, replace: true, now })).rejects.toThrow();
			expect(readdirSync(home).sort()).toEqual(before);
			expect(readdirSync(folder).filter((entry) => entry.includes('restor'))).toEqual([]);
		}
		for (const path of ['../escape', '/etc/escape', 'a/../../escape', 'a\\b']) {
			const forged = join(folder, 'forged');
			const evil = {
				...manifest,
				parts: [{ path, kind: 'file', bytes: 1, sha256: new Bun.CryptoHasher('sha256').update('x').digest('hex') }],
			};
			writeFileSync(forged, await archive(evil, path));
			await expect(restoreHome(forged, { home: fresh(), databaseUrl: undefined, replace: false, now })).rejects.toThrow(
				'no backup of Mana',
			);
			expect(existsSync(join(folder, 'escape'))).toBe(false);
		}
	});

	test('is refused for a backup of a newer Mana', async () => {
		const home = await makeHome();
		const file = join(folder, 'newer');
		const manifest = { format: 1, version: '999.0.0', createdAt: now.toISOString(), engine: 'sqlite', parts: [] };
		writeFileSync(file, await archive(manifest));
		await expect(restoreHome(file, { home, databaseUrl: undefined, replace: true, now })).rejects.toThrow('newer than this');
	});

	test('leaves databases that open', async () => {
		const home = await makeHome();
		await (await openNotes(home)).close();
		const file = join(fresh(), 'mana.tar.gz');
		await backupHome(home, undefined, file, now);
		await restoreHome(file, { home, databaseUrl: undefined, replace: true, now });
		const database = new Database(join(home, 'mana-auth', 'mana-auth.sqlite'), { readonly: true });
		expect(database.query('select count(*) as notes from note').get()).toEqual({ notes: 0 });
		database.close();
	});
});

const newSpace = (hash: string) => `insert into space (id, epoch, seq, next_actor, kind, name, log_hash, created_at)
	values ('0123456789abcdefghjkmnpqrs', 1000, 7, 1, 'personal', 'Personal', ${hash}, 0)`;

/** Asks the database of mana-sync, as somebody outside of it would. */
async function ask(home: string, databaseUrl: string | undefined, sql: string): Promise<Record<string, unknown>[]> {
	if (databaseUrl === undefined) {
		const database = new Database(join(home, 'mana-sync', 'mana-sync.sqlite'));
		try {
			database.run('PRAGMA busy_timeout = 10000'); // the service tidies its files as it opens and closes them
			return database.query<Record<string, unknown>, []>(sql).all();
		} finally {
			database.close();
		}
	}
	const client = new Client({ connectionString: databaseUrl, options: '-c search_path=mana_sync' });
	await client.connect();
	try {
		return (await client.query<Record<string, unknown>>(sql)).rows;
	} finally {
		await client.end();
	}
}

/** An archive as anybody could make one. */
async function archive(manifest: object, path?: string): Promise<Uint8Array> {
	const text = JSON.stringify(manifest);
	const entries = [{ header: { name: 'manifest.json', size: text.length }, body: text }];
	if (path !== undefined) entries.push({ header: { name: path, size: 1 }, body: 'x' });
	return Bun.gzipSync(await packTar(entries));
}

import { expect, test } from 'bun:test';
import { Database } from 'bun:sqlite';
import type { Generated } from 'kysely';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Migrations } from './migrate.ts';
import { openStore, type Store } from './open.ts';
import { eachEngine, tracesOf } from './testing.ts';

interface Tables {
	notes: { id: Generated<number>; text: string; at: number | null; weight: number | null; raw: Uint8Array | null };
	marks: { note: number; name: string };
}

const migrations: Migrations = {
	'001-notes': {
		up: (db) =>
			db.schema
				.createTable('notes')
				.addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
				.addColumn('text', 'text', (column) => column.notNull())
				.addColumn('at', 'integer')
				.addColumn('weight', 'real')
				.addColumn('raw', 'blob')
				.execute(),
	},
	'002-marks': {
		up: (db) =>
			db.schema
				.createTable('marks')
				.addColumn('note', 'integer', (column) => column.notNull().references('notes.id'))
				.addColumn('name', 'text', (column) => column.notNull())
				.addPrimaryKeyConstraint('marks_key', ['note', 'name'])
				.execute(),
	},
};

eachEngine('a store', (engine) => {
	test('gives back every type as it was put in: text, integers of 53 bits, reals, bytes, null', async () => {
		const { db } = await engine.open<Tables>({ migrations });
		const note = { text: 'Grüße 🌱', at: Number.MAX_SAFE_INTEGER, weight: 0.1, raw: new Uint8Array([0, 255, 7]) };
		await db.insertInto('notes').values(note).execute();
		await db.insertInto('notes').values({ text: 'empty', at: null, weight: null, raw: null }).execute();
		const rows = await db.selectFrom('notes').selectAll().orderBy('id').execute();
		expect(rows).toEqual([
			{ id: 1, ...note },
			{ id: 2, text: 'empty', at: null, weight: null, raw: null },
		]);
		expect(rows[0]?.raw?.constructor).toBe(Uint8Array);
	});

	test('answers sums and counts as numbers', async () => {
		const { db } = await engine.open<Tables>({ migrations });
		await db
			.insertInto('notes')
			.values([2, 3].map((at) => ({ text: '', at, weight: 1.5, raw: null })))
			.execute();
		const sums = await db
			.selectFrom('notes')
			.select(({ fn }) => [
				fn.sum('at').as('at'),
				fn.sum('weight').as('weight'),
				fn.countAll().as('count'),
				fn.avg('at').as('mean'),
			])
			.executeTakeFirst();
		expect(sums as unknown).toEqual({ at: 5, weight: 3, count: 2, mean: 2.5 });
	});

	test('sorts text by its bytes, which order keys rely on', async () => {
		const { db } = await engine.open<Tables>({ migrations });
		const texts = ['b', 'A', 'a', 'Z', 'ä', '_', '0'];
		await db
			.insertInto('notes')
			.values(texts.map((text) => ({ text, at: null, weight: null, raw: null })))
			.execute();
		const rows = await db.selectFrom('notes').select('text').orderBy('text').execute();
		expect(rows.map(({ text }) => text)).toEqual(['0', 'A', 'Z', '_', 'a', 'b', 'ä']);
	});

	test('upserts with a condition and returns what it wrote', async () => {
		const { db } = await engine.open<Tables>({ migrations });
		const put = (at: number) =>
			db
				.insertInto('notes')
				.values({ id: 1, text: `at ${at}`, at, weight: null, raw: null })
				.onConflict((conflict) =>
					conflict
						.column('id')
						.doUpdateSet({ text: (eb) => eb.ref('excluded.text'), at: (eb) => eb.ref('excluded.at') })
						.whereRef('notes.at', '<', 'excluded.at'),
				)
				.returning('text')
				.executeTakeFirst();
		expect(await put(5)).toEqual({ text: 'at 5' });
		expect(await put(4)).toBeUndefined();
		expect(await put(6)).toEqual({ text: 'at 6' });
	});

	test('holds foreign keys and column types', async () => {
		const { db } = await engine.open<Tables>({ migrations });
		await expect(db.insertInto('marks').values({ note: 9, name: 'x' }).execute()).rejects.toThrow(/foreign key/i);
		const text = 'not a number' as unknown as number;
		await expect(db.insertInto('notes').values({ text: '', at: text, weight: null, raw: null }).execute()).rejects.toThrow();
	});

	test('keeps all of a transaction or nothing, and savepoints inside it', async () => {
		const { db } = await engine.open<Tables>({ migrations });
		const note = (text: string) => ({ text, at: null, weight: null, raw: null });
		const failing = db.transaction().execute(async (trx) => {
			await trx.insertInto('notes').values(note('lost')).execute();
			throw new Error('no');
		});
		await expect(failing).rejects.toThrow('no');
		const trx = await db.startTransaction().execute();
		await trx.insertInto('notes').values(note('kept')).execute();
		const inner = await trx.savepoint('inner').execute();
		await inner.insertInto('notes').values(note('undone')).execute();
		await inner.rollbackToSavepoint('inner').execute();
		await trx.commit().execute();
		expect(await db.selectFrom('notes').select('text').execute()).toEqual([{ text: 'kept' }]);
	});

	test('queries beside a transaction wait for it and see all of it', async () => {
		const { db } = await engine.open<Tables>({ migrations });
		const writing = db.transaction().execute(async (trx) => {
			for (let at = 0; at < 10; at++) await trx.insertInto('notes').values({ text: '', at, weight: null, raw: null }).execute();
		});
		const counts = await Promise.all(
			Array.from({ length: 5 }, () =>
				db
					.selectFrom('notes')
					.select(({ fn }) => fn.countAll<number>().as('count'))
					.executeTakeFirstOrThrow(),
			),
		);
		await writing;
		for (const { count } of counts) expect([0, 10]).toContain(count);
	});

	test('keeps what was written when it is opened again, and runs no migration twice', async () => {
		const place = await engine.place();
		const first = await engine.open<Tables>({ place, migrations });
		await first.db.insertInto('notes').values({ text: 'kept', at: null, weight: null, raw: null }).execute();
		const again = await engine.open<Tables>({ place, migrations });
		expect(await again.db.selectFrom('notes').select('text').execute()).toEqual([{ text: 'kept' }]);
	});

	test('two services in one place do not see each other', async () => {
		const place = await engine.place();
		const one = await engine.open<Tables>({ place, service: 'mana-one', migrations });
		const two = await engine.open<Tables>({ place, service: 'mana-two', migrations });
		await one.db.insertInto('notes').values({ text: 'one', at: null, weight: null, raw: null }).execute();
		expect(await two.db.selectFrom('notes').selectAll().execute()).toEqual([]);
	});

	test('many starters at once migrate once', async () => {
		const place = await engine.place();
		let runs = 0;
		const counted: Migrations = {
			'001-once': {
				hash: 'once',
				up: async (db) => {
					runs++;
					await db.schema.createTable('once').addColumn('id', 'text').execute();
				},
			},
		};
		const stores = await Promise.all(Array.from({ length: 5 }, () => engine.open<Tables>({ place, migrations: counted })));
		expect(stores).toHaveLength(5);
		expect(runs).toBe(1);
	});

	test('refuses a name that is no service name, so that it never becomes a path or a schema', async () => {
		await expect(engine.open({ service: '../x' })).rejects.toMatchObject({ code: 'store-config-invalid' });
	});

	test('a backup of a store in use is whole, private and has what was committed', async () => {
		const place = await engine.place();
		const store = await engine.open<Tables>({ place, migrations });
		await store.db.insertInto('notes').values({ text: 'kept', at: null, weight: null, raw: null }).execute();
		const file = join(place.home, 'backups', 'notes.backup');
		const backup = store.backup(file);
		await store.db.insertInto('notes').values({ text: 'later', at: null, weight: null, raw: null }).execute();
		const failure = await backup.then(
			() => null,
			(error: unknown) => error,
		);
		if (failure !== null && store.engine === 'postgres') {
			// The machine has no pg_dump, or one that is older than the server of the tests: then that is what is said.
			expect(failure).toMatchObject({ code: 'store-tool-missing' });
			return;
		}
		expect(failure).toBeNull();
		expect((await stat(file)).mode & 0o777).toBe(0o600);
		expect(await readdir(join(place.home, 'backups'))).toEqual(['notes.backup']);
		if (store.engine !== 'sqlite') return;
		const copy = new Database(file, { readonly: true });
		expect(copy.query('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' });
		expect(copy.query('select text from notes').all()).toContainEqual({ text: 'kept' });
		copy.close();
	});

	test('a backup that cannot be written says so and leaves nothing', async () => {
		const place = await engine.place();
		const store = await engine.open({ place, migrations });
		await writeFile(join(place.home, 'file'), '');
		await expect(store.backup(join(place.home, 'file', 'notes.backup'))).rejects.toMatchObject({ code: 'store-unwritable' });
	});
});

test('a PostgreSQL that does not answer is named without its password', async () => {
	const url = 'postgres://mana:hidden@127.0.0.1:1/mana';
	const error = await openStore({ service: 'mana-test', home: '/nowhere', databaseUrl: url, migrations: {} }).catch(
		(reason: Error) => reason,
	);
	expect(error).toMatchObject({ code: 'store-unreachable' });
	expect(String(error)).toContain('127.0.0.1');
	expect(String(error)).not.toContain('hidden');
});

test('SQLite: a file that is no database is refused with what to do', async () => {
	await inFolder(async (home) => {
		await mkdir(join(home, 'mana-test'));
		await writeFile(join(home, 'mana-test', 'mana-test.sqlite'), 'this is no database, however long one looks at it'.repeat(100));
		await expect(open(home)).rejects.toMatchObject({ code: 'store-corrupt', message: expect.stringContaining('mana restore') });
	});
});

test('SQLite: a data folder that cannot be made or written is named', async () => {
	await inFolder(async (home) => {
		await writeFile(join(home, 'file'), '');
		await expect(open(join(home, 'file'))).rejects.toMatchObject({
			code: 'store-unwritable',
			message: expect.stringContaining(home),
		});
	});
});

test.skipIf(process.getuid?.() === 0)('SQLite: a folder without write permission is named', async () => {
	await inFolder(async (home) => {
		await chmod(home, 0o500);
		await expect(open(home)).rejects.toMatchObject({ code: 'store-unwritable' });
		await chmod(home, 0o700);
	});
});

test('SQLite: another process that writes is waited for', async () => {
	await inFolder(async (home) => {
		const store = await open(home);
		const other = Bun.spawn(
			[
				process.execPath,
				'-e',
				`const { Database } = require('bun:sqlite'); const db = new Database(${JSON.stringify(join(home, 'mana-test', 'mana-test.sqlite'))});
				db.run('begin immediate'); console.log('holding'); setTimeout(() => { db.run('commit'); db.close(); }, 150);`,
			],
			{ stdout: 'pipe' },
		);
		await other.stdout.getReader().read();
		await store.db.insertInto('notes').values({ text: 'waited', at: null, weight: null, raw: null }).execute();
		expect(await other.exited).toBe(0);
		await store.close();
	});
});

test('SQLite: after a scrub no byte of a deleted row is left in the file or its log, while others have the file open', async () => {
	await inFolder(async (home) => {
		const store = await open(home);
		const note = (text: string) => ({ text, at: null, weight: null, raw: null });
		for (let i = 0; i < 50; i++)
			await store.db
				.insertInto('notes')
				.values(note(`a secret, number ${i}, ${'x'.repeat(900)}`))
				.execute();
		await store.db.insertInto('notes').values(note('what stays')).execute();
		const reader = new Database(join(home, 'mana-test', 'mana-test.sqlite'), { readonly: true });
		expect(reader.query('select count(*) as n from notes').get()).toEqual({ n: 51 });
		await store.db.deleteFrom('notes').where('text', 'like', 'a secret%').execute();
		const traces = () => tracesOf({ home, databaseUrl: undefined }, ['a secret', 'what stays']);
		expect((await traces()).map(({ word }) => word)).toContain('a secret');
		await store.scrub();
		expect(await traces()).toEqual([{ word: 'what stays', where: 'mana-test/mana-test.sqlite' }]);
		expect(reader.query('select text from notes').all()).toEqual([{ text: 'what stays' }]);
		reader.close();
		await store.close();
	});
});

test('SQLite: what was committed outlives a process that is killed', async () => {
	await inFolder(async (home) => {
		const script = `
			const { openStore } = await import(${JSON.stringify(join(import.meta.dirname, 'index.ts'))});
			const up = (db) => db.schema.createTable('notes').addColumn('id', 'integer', (column) => column.primaryKey()).execute();
			const { db } = await openStore({ service: 'mana-test', home: ${JSON.stringify(home)}, migrations: { '001-notes': { up } } });
			for (let id = 1; ; id++) {
				await db.insertInto('notes').values({ id }).execute();
				process.stdout.write(id + '\\n');
			}`;
		const writer = Bun.spawn([process.execPath, '-e', script], { stdout: 'pipe' });
		const reader = writer.stdout.getReader();
		let said = '';
		while (said.split('\n').length < 20) said += new TextDecoder().decode((await reader.read()).value);
		writer.kill('SIGKILL');
		await writer.exited;
		const acknowledged = Number(said.trimEnd().split('\n').at(-1));
		const database = new Database(join(home, 'mana-test', 'mana-test.sqlite'));
		const { last } = database.query<{ last: number }, []>('select max(id) as last from notes').get() ?? { last: 0 };
		expect(last).toBeGreaterThanOrEqual(acknowledged);
		expect(database.query('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' });
		database.close();
	});
});

function open(home: string): Promise<Store<Tables>> {
	return openStore<Tables>({ service: 'mana-test', home, migrations });
}

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), 'mana-store-'));
	await run(folder);
	await rm(folder, { recursive: true });
}

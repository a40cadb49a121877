import { expect, test } from 'bun:test';
import { type Kysely, sql } from 'kysely';
import type { Migration, Migrations } from './migrate.ts';
import { eachEngine } from './testing.ts';

interface Tables {
	notes: { id: string; text: string };
}

function table(name: string): Migration {
	return {
		up: (db) =>
			db.schema
				.createTable(name)
				.addColumn('id', 'text', (column) => column.primaryKey())
				.execute(),
	};
}

eachEngine('migrations', (engine) => {
	async function twice(before: Migrations, after: Migrations) {
		const place = await engine.place();
		await (await engine.open({ place, migrations: before })).close();
		return engine.open<Tables>({ place, migrations: after });
	}

	test('run in the order of their names, and later ones on what is there', async () => {
		const rename: Migration = {
			async up(db: Kysely<Tables>) {
				await db.schema.alterTable('notes').addColumn('text', 'text').execute();
				await db
					.updateTable('notes')
					.set({ text: sql`'was ' || id` })
					.execute();
			},
		};
		const fill: Migration = {
			up: async (db: Kysely<Tables>) =>
				void (await db
					.insertInto('notes')
					.values({ id: 'a' } as Tables['notes'])
					.execute()),
		};
		const store = await twice(
			{ '001-notes': table('notes'), '002-fill': fill },
			{ '003-text': rename, '002-fill': fill, '001-notes': table('notes') },
		);
		expect(await store.db.selectFrom('notes').selectAll().execute()).toEqual([{ id: 'a', text: 'was a' }]);
	});

	test('that were edited after they ran stop the start', async () => {
		const edited: Migration = {
			up: (db) => db.schema.createTable('notes').addColumn('id', 'text').addColumn('more', 'text').execute(),
		};
		await expect(twice({ '001-notes': table('notes') }, { '001-notes': edited })).rejects.toMatchObject({
			code: 'store-migration-changed',
			message: expect.stringContaining('add a new migration instead'),
		});
	});

	test('that only look different are the same', async () => {
		const name = ['no', 'tes'].join('');
		const reformatted: Migration = {
			async up(db) {
				const make = db.schema.createTable(name);
				await make.addColumn('id', 'text', (c) => c.primaryKey()).execute();
			},
		};
		const store = await twice({ '001-notes': table('notes') }, { '001-notes': reformatted });
		expect(await store.db.selectFrom('notes').selectAll().execute()).toEqual([]);
	});

	test('may name their own hash, when what they do depends on the rows', async () => {
		const byRows: Migration = {
			hash: 'rows-1',
			up: async (db) => void (await db.selectFrom('notes').selectAll().executeTakeFirst()),
		};
		const other = { ...byRows, hash: 'rows-2' };
		await twice({ '001-notes': table('notes'), '002-rows': byRows }, { '001-notes': table('notes'), '002-rows': byRows });
		await expect(
			twice({ '001-notes': table('notes'), '002-rows': byRows }, { '001-notes': table('notes'), '002-rows': other }),
		).rejects.toMatchObject({ code: 'store-migration-changed' });
	});

	test('that vanished stop the start', async () => {
		await expect(
			twice({ '001-a': table('a'), '002-b': table('b'), '003-c': table('c') }, { '001-a': table('a'), '003-c': table('c') }),
		).rejects.toMatchObject({ code: 'store-migration-missing' });
	});

	test('of a newer version stop the start of an older one', async () => {
		await expect(twice({ '001-a': table('a'), '002-b': table('b') }, { '001-a': table('a') })).rejects.toMatchObject({
			code: 'store-newer-than-code',
			message: expect.stringContaining('newer Mana'),
		});
	});

	test('that sort before an applied one are refused', async () => {
		await expect(twice({ '002-b': table('b') }, { '001-a': table('a'), '002-b': table('b') })).rejects.toMatchObject({
			code: 'store-migration-changed',
		});
	});

	test('that fail leave nothing of the whole upgrade', async () => {
		const place = await engine.place();
		const failing: Migration = {
			hash: 'failing',
			async up(db) {
				await db.schema.createTable('half').addColumn('id', 'text').execute();
				throw new Error('disk on fire');
			},
		};
		await expect(engine.open({ place, migrations: { '001-notes': table('notes'), '002-fail': failing } })).rejects.toMatchObject({
			code: 'store-migration-failed',
			message: expect.stringContaining('disk on fire'),
		});
		const store = await engine.open<Tables>({ place, migrations: { '001-notes': table('notes') } });
		expect((await store.db.introspection.getTables()).map(({ name }) => name).toSorted()).toEqual(['mana_migrations', 'notes']);
	});

	test('may use only the types that both engines have', async () => {
		for (const type of ['boolean', 'json', 'timestamp', 'varchar(20)'] as const) {
			const foreign: Migration = { up: (db) => db.schema.createTable('notes').addColumn('a', type).execute() };
			await expect(engine.open({ migrations: { '001-foreign': foreign } })).rejects.toMatchObject({
				code: 'store-config-invalid',
			});
		}
	});
});

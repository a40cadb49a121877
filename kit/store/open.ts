import type { Database } from 'bun:sqlite';
import { type Dialect, Kysely } from 'kysely';
import type { Pool } from 'pg';
import { backupPostgres, backupSqlite } from './backup.ts';
import { type Clock, systemClock } from './clock.ts';
import { openPostgres, postgresDialect } from './engines/postgres.ts';
import { openSqlite, sqliteDialect } from './engines/sqlite.ts';
import { migrate, type Migrations } from './migrate.ts';
import { scrubPostgres, scrubSqlite } from './scrub.ts';
import { StoreError } from './store-error.ts';

export interface StoreOptions {
	/** The owner's name: the folder and file name on SQLite, the schema (dashes become underscores) on PostgreSQL. */
	readonly service: string;
	/** The data folder (`MANA_HOME`). */
	readonly home: string;
	/** `postgres://…` to use PostgreSQL; absent: a SQLite file under `home`. */
	readonly databaseUrl?: string | undefined;
	readonly migrations: Migrations;
	readonly clock?: Clock;
}

/** A service's own tables. The same queries run on both engines. */
export type Store<Tables> = SqliteStore<Tables> | PostgresStore<Tables>;

interface EitherStore<Tables> {
	readonly service: string;
	readonly db: Kysely<Tables>;
	/** Online, consistent copy in one file; `file` appears whole or not at all. */
	backup(file: string): Promise<void>;
	/** Takes what was deleted or written over out of the file, too, so that nobody who reads its bytes finds it. Writers wait meanwhile. */
	scrub(): Promise<void>;
	/** Tables of a part of the kit that live beside the service's own (jobs). */
	migrate(part: string, migrations: Migrations): Promise<void>;
	close(): Promise<void>;
}

export interface SqliteStore<Tables> extends EitherStore<Tables> {
	readonly engine: 'sqlite';
	/** For hot paths only: prepared statements without Kysely. */
	readonly raw: Database;
	readonly file: string;
}

export interface PostgresStore<Tables> extends EitherStore<Tables> {
	readonly engine: 'postgres';
	readonly raw: Pool;
	readonly schema: string;
}

/**
 * Opens a service's store and brings its tables up to date.
 *
 * @example
 * const store = await openStore<{ notes: { id: string; text: string } }>({
 *   service: 'mana-notes',
 *   home: './data',
 *   migrations: {
 *     '001-notes': {
 *       up: (db) =>
 *         db.schema
 *           .createTable('notes')
 *           .addColumn('id', 'text', (column) => column.primaryKey())
 *           .addColumn('text', 'text', (column) => column.notNull())
 *           .execute(),
 *     },
 *   },
 * });
 * await store.db.insertInto('notes').values({ id: 'a', text: 'hello' }).execute();
 *
 * @throws StoreError when the place is unwritable, unreachable or corrupt, or when its migrations are not those of the code
 */
export async function openStore<Tables>(options: StoreOptions): Promise<Store<Tables>> {
	if (!/^[a-z][a-z0-9-]*$/.test(options.service))
		throw new StoreError('store-config-invalid', `"${options.service}" is no service name: use a-z, 0-9 and dashes.`);
	const store = options.databaseUrl ? await postgresStore<Tables>(options, options.databaseUrl) : sqliteStore<Tables>(options);
	try {
		await store.migrate('service', options.migrations);
	} catch (error) {
		await store.close();
		throw error;
	}
	return store;
}

function sqliteStore<Tables>(options: StoreOptions): SqliteStore<Tables> {
	const { database, file } = openSqlite(options.home, options.service);
	const dialect = sqliteDialect(database);
	return {
		engine: 'sqlite',
		raw: database,
		file,
		...either<Tables>(options, dialect, null),
		backup: (target) => backupSqlite(file, target),
		scrub: () => scrubSqlite(file),
	};
}

async function postgresStore<Tables>(options: StoreOptions, databaseUrl: string): Promise<PostgresStore<Tables>> {
	const { pool, schema } = await openPostgres(databaseUrl, options.service);
	const dialect = postgresDialect(pool);
	return {
		engine: 'postgres',
		raw: pool,
		schema,
		...either<Tables>(options, dialect, schema),
		backup: (target) => backupPostgres(databaseUrl, schema, target),
		scrub: () => scrubPostgres(pool, schema),
	};
}

function either<Tables>(
	options: StoreOptions,
	dialect: Dialect,
	schema: string | null,
): Omit<EitherStore<Tables>, 'backup' | 'scrub'> {
	const db = new Kysely<Tables>({ dialect });
	const target = { db: db as unknown as Kysely<never>, dialect, schema, name: options.service };
	return {
		service: options.service,
		db,
		migrate: (part, migrations) => migrate(target, part, migrations, options.clock ?? systemClock),
		close: () => db.destroy(),
	};
}

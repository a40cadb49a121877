import { createHash } from 'node:crypto';
import { type CompiledQuery, type DatabaseConnection, type Dialect, type Driver, Kysely, type QueryResult, sql } from 'kysely';
import type { Clock } from './clock.ts';
import { StoreError } from './store-error.ts';

/** One step forward. Column types are `text`, `integer`, `real` and `blob`; the store makes them fit its engine. */
export interface Migration {
	// oxlint-disable-next-line typescript/no-explicit-any -- a migration runs on a schema that no present type describes
	up(db: Kysely<any>): Promise<void>;
	/**
	 * What the drift check compares. Needed only when the SQL that `up` sends depends on the rows it finds;
	 * otherwise it is derived from that SQL.
	 */
	readonly hash?: string;
}

/** By name, applied in order of name: `'001-people'`, `'002-sessions'`. */
export type Migrations = Readonly<Record<string, Migration>>;

interface Ledger {
	mana_migrations: { part: string; name: string; hash: string; applied_at: number };
}

/**
 * Brings a database up to the code's migrations: all that are missing, in one transaction, one process at a time.
 *
 * @param part whose tables these are: the service itself or something of the kit that keeps tables beside it
 * @throws StoreError `store-migration-changed`, `store-migration-missing`, `store-newer-than-code`, `store-migration-failed`
 */
export async function migrate(
	target: { readonly db: Kysely<never>; readonly dialect: Dialect; readonly schema: string | null; readonly name: string },
	part: string,
	migrations: Migrations,
	clock: Clock,
): Promise<void> {
	const names = Object.keys(migrations).sort();
	const db = target.db as unknown as Kysely<Ledger>;
	await db.transaction().execute(async (trx) => {
		if (target.schema !== null) await prepareSchema(trx, target.schema);
		await trx.schema
			.createTable('mana_migrations')
			.ifNotExists()
			.addColumn('part', 'text', (column) => column.notNull())
			.addColumn('name', 'text', (column) => column.notNull())
			.addColumn('hash', 'text', (column) => column.notNull())
			.addColumn('applied_at', 'integer', (column) => column.notNull())
			.addPrimaryKeyConstraint('mana_migrations_key', ['part', 'name'])
			.execute();
		const applied = await trx.selectFrom('mana_migrations').selectAll().where('part', '=', part).orderBy('name').execute();
		for (const row of applied) await checkApplied(target, row, migrations, names);
		const last = applied.at(-1)?.name ?? '';
		for (const name of names.filter((name) => !applied.some((row) => row.name === name))) {
			const migration = migrations[name];
			if (!migration) continue;
			if (name < last)
				throw new StoreError(
					'store-migration-changed',
					`${target.name}: migration ${name} is new but sorts before ${last}, which is applied. Give it a higher number.`,
				);
			const hash = await hashOf(target.dialect, migration);
			try {
				await migration.up(trx);
			} catch (error) {
				throw new StoreError(
					'store-migration-failed',
					`${target.name}: migration ${name} failed (${error instanceof Error ? error.message : String(error)}). Nothing was changed.`,
					{ cause: error },
				);
			}
			await trx.insertInto('mana_migrations').values({ part, name, hash, applied_at: clock.now() }).execute();
		}
	});
}

/** One starter at a time; the lock goes with the transaction. SQLite needs none: its transactions begin IMMEDIATE. */
async function prepareSchema(trx: Kysely<Ledger>, schema: string): Promise<void> {
	await sql`select pg_advisory_xact_lock(hashtextextended(${`mana migrations ${schema}`}, 0))`.execute(trx);
	await trx.schema.createSchema(schema).ifNotExists().execute();
}

async function checkApplied(
	target: { readonly dialect: Dialect; readonly name: string },
	row: { readonly name: string; readonly hash: string },
	migrations: Migrations,
	names: readonly string[],
): Promise<void> {
	const migration = migrations[row.name];
	if (!migration) {
		if (row.name > (names.at(-1) ?? ''))
			throw new StoreError(
				'store-newer-than-code',
				`${target.name}: the database has migration ${row.name}, which this version does not know. It was written by a newer Mana: install that version, or restore a backup made before the upgrade.`,
			);
		throw new StoreError(
			'store-migration-missing',
			`${target.name}: migration ${row.name} was applied to this database but is gone from the code. Migrations are never removed: bring it back.`,
		);
	}
	if ((await hashOf(target.dialect, migration)) !== row.hash)
		throw new StoreError(
			'store-migration-changed',
			`${target.name}: migration ${row.name} is not the one that was applied to this database. Migrations are never edited: undo the edit and add a new migration instead.`,
		);
}

/**
 * A migration is its SQL: the statements `up` sends to an empty database, without their values. So neither formatting,
 * nor a rename, nor a new runtime counts as a change, while a change in a function it calls does.
 */
async function hashOf(dialect: Dialect, migration: Migration): Promise<string> {
	if (migration.hash !== undefined) return migration.hash;
	const statements: string[] = [];
	const db = new Kysely<never>({ dialect: { ...bound(dialect), createDriver: () => new RecordingDriver(statements) } });
	await migration.up(db);
	return createHash('sha256').update(statements.join(';\n')).digest('hex');
}

function bound(dialect: Dialect): Dialect {
	return {
		createAdapter: () => dialect.createAdapter(),
		createDriver: () => dialect.createDriver(),
		createIntrospector: (db) => dialect.createIntrospector(db),
		createQueryCompiler: () => dialect.createQueryCompiler(),
	};
}

class RecordingDriver implements Driver {
	readonly #statements: string[];

	constructor(statements: string[]) {
		this.#statements = statements;
	}

	async init(): Promise<void> {}
	async acquireConnection(): Promise<DatabaseConnection> {
		const statements = this.#statements;
		return {
			async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
				statements.push(query.sql);
				return { rows: [] };
			},
			async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
				statements.push(query.sql);
				yield { rows: [] };
			},
		};
	}
	async beginTransaction(): Promise<void> {}
	async commitTransaction(): Promise<void> {}
	async rollbackTransaction(): Promise<void> {}
	async releaseConnection(): Promise<void> {}
	async destroy(): Promise<void> {}
}

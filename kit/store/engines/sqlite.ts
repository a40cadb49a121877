import { Database, type SQLQueryBindings, type Statement } from 'bun:sqlite';
import {
	type ColumnDefinitionNode,
	CompiledQuery,
	type CreateTableNode,
	type DatabaseConnection,
	type Dialect,
	type Driver,
	type QueryResult,
	SqliteAdapter,
	SqliteIntrospector,
	SqliteQueryCompiler,
} from 'kysely';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StoreError } from '../store-error.ts';
import { checkColumn } from './portable-types.ts';

/** How long SQLite itself waits for another user of the file: while opening, and then shortly, since it stops this whole process. */
const blockingMs = { opening: 10_000, open: 50 };
/** How long a statement is tried again while another writer has the file, and the pause between two tries. */
const busy = { longestMs: 10_000, pauseMs: 10 };
/** How long a query waits for a transaction of this process; longer means that the transaction waits for the query. */
const connectionTimeoutMs = 20_000;

/**
 * Opens `<home>/<service>/<service>.sqlite` (made when absent) in WAL mode with `synchronous=FULL`: what was committed survives
 * a power cut.
 *
 * @throws StoreError `store-unwritable`, `store-corrupt`
 */
export function openSqlite(home: string, service: string): { database: Database; file: string } {
	const file = join(home, service, `${service}.sqlite`);
	const folder = dirname(file);
	try {
		mkdirSync(folder, { recursive: true, mode: 0o700 });
		accessSync(folder, constants.W_OK);
	} catch (error) {
		throw new StoreError(
			'store-unwritable',
			`The folder ${folder} cannot be written (${reason(error)}). Give this user write permission, or choose another folder with --home DIR.`,
			{ cause: error },
		);
	}
	let database: Database | undefined;
	try {
		database = new Database(file, { create: true });
		database.run(`pragma busy_timeout = ${blockingMs.opening}`);
		database.run('pragma journal_mode = wal');
		database.run('pragma synchronous = full');
		database.run('pragma foreign_keys = on');
		database.run('pragma temp_store = memory');
		database.query('select count(*) from sqlite_schema').get();
		database.run(`pragma busy_timeout = ${blockingMs.open}`);
		return { database, file };
	} catch (error) {
		database?.close();
		throw openingError(file, error);
	}
}

/** Kysely's dialect for one bun:sqlite database. Transactions begin IMMEDIATE, so two processes queue instead of failing. */
export function sqliteDialect(database: Database): Dialect {
	return {
		createAdapter: () => new SqliteAdapter(),
		createDriver: () => new SqliteDriver(database),
		createIntrospector: (db) => new SqliteIntrospector(db),
		createQueryCompiler: () => new StrictCompiler(),
	};
}

/** Tables are STRICT, so that a text in an integer column fails here as it does on PostgreSQL. */
class StrictCompiler extends SqliteQueryCompiler {
	protected override visitCreateTable(node: CreateTableNode): void {
		super.visitCreateTable(node);
		if (!node.selectQuery) this.append(' strict');
	}

	protected override visitColumnDefinition(node: ColumnDefinitionNode): void {
		checkColumn(node);
		super.visitColumnDefinition(node);
	}
}

class SqliteDriver implements Driver {
	readonly #database: Database;
	readonly #connection: SqliteConnection;
	readonly #waiting: (() => void)[] = [];
	#taken = false;

	constructor(database: Database) {
		this.#database = database;
		this.#connection = new SqliteConnection(database);
	}

	async init(): Promise<void> {}

	async acquireConnection(): Promise<DatabaseConnection> {
		if (this.#taken) await this.#turn();
		this.#taken = true;
		return this.#connection;
	}

	async releaseConnection(): Promise<void> {
		const next = this.#waiting.shift();
		if (next) next();
		else this.#taken = false;
	}

	async beginTransaction(connection: DatabaseConnection): Promise<void> {
		await connection.executeQuery(CompiledQuery.raw('begin immediate'));
	}

	async commitTransaction(connection: DatabaseConnection): Promise<void> {
		await connection.executeQuery(CompiledQuery.raw('commit'));
	}

	async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
		// A full disk or a failed constraint of the strictest kind has rolled back already.
		if (this.#database.inTransaction) await connection.executeQuery(CompiledQuery.raw('rollback'));
	}

	async savepoint(connection: DatabaseConnection, name: string): Promise<void> {
		await connection.executeQuery(CompiledQuery.raw(`savepoint ${quoted(name)}`));
	}

	async rollbackToSavepoint(connection: DatabaseConnection, name: string): Promise<void> {
		await connection.executeQuery(CompiledQuery.raw(`rollback to ${quoted(name)}`));
	}

	async releaseSavepoint(connection: DatabaseConnection, name: string): Promise<void> {
		await connection.executeQuery(CompiledQuery.raw(`release ${quoted(name)}`));
	}

	async destroy(): Promise<void> {
		this.#database.close();
	}

	#turn(): Promise<void> {
		return new Promise((resolve, reject) => {
			const waiter = () => {
				clearTimeout(timer);
				resolve();
			};
			const timer = setTimeout(() => {
				this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
				reject(
					new StoreError(
						'store-busy',
						`A query waited ${connectionTimeoutMs / 1000} s for a transaction. Inside a transaction, use its own handle (trx), not store.db.`,
					),
				);
			}, connectionTimeoutMs);
			this.#waiting.push(waiter);
		});
	}
}

class SqliteConnection implements DatabaseConnection {
	readonly #database: Database;

	constructor(database: Database) {
		this.#database = database;
	}

	async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
		for (let waitedMs = 0; ; waitedMs += busy.pauseMs) {
			try {
				return this.#execute<Row>(query);
			} catch (error) {
				if (!isBusy(error) || waitedMs >= busy.longestMs) throw error;
				await new Promise((resolve) => setTimeout(resolve, busy.pauseMs));
			}
		}
	}

	async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
		const statement: Statement<Row, SQLQueryBindings[]> = this.#database.prepare(query.sql);
		try {
			for (const row of statement.iterate(...(query.parameters as SQLQueryBindings[]))) yield { rows: [row] };
		} finally {
			statement.finalize();
		}
	}

	#execute<Row>(query: CompiledQuery): QueryResult<Row> {
		const statement: Statement<Row, SQLQueryBindings[]> = this.#database.query(query.sql);
		const bindings = query.parameters as SQLQueryBindings[];
		if (statement.columnNames.length === 0) {
			const { changes, lastInsertRowid } = statement.run(...bindings);
			return { insertId: BigInt(lastInsertRowid), numAffectedRows: BigInt(changes), rows: [] };
		}
		const rows = statement.all(...bindings);
		return { numAffectedRows: BigInt(rows.length), rows };
	}
}

/** Nothing has happened yet then: a statement that cannot get the lock changes nothing. */
function isBusy(error: unknown): boolean {
	return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
}

function quoted(name: string): string {
	return `"${name.replaceAll('"', '""')}"`;
}

function openingError(file: string, error: unknown): StoreError {
	const code = error instanceof Error && 'code' in error ? String(error.code) : '';
	if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT'))
		return new StoreError(
			'store-corrupt',
			`${file} is not a readable SQLite database (${reason(error)}). Keep the file, and bring back the last backup with "mana restore FILE".`,
			{ cause: error },
		);
	if (isBusy(error))
		return new StoreError('store-busy', `${file} is held by another process (${reason(error)}). Stop it and start again.`, {
			cause: error,
		});
	return new StoreError(
		'store-unwritable',
		`${file} cannot be opened for writing (${reason(error)}). Check its owner, its permissions and the free space.`,
		{ cause: error },
	);
}

function reason(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

import { Database, SQLiteError } from 'bun:sqlite';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** A data folder that this process alone uses, until it lets go of it or ends. */
export interface HomeLock {
	release(): void;
}

/**
 * Takes a data folder. The lock is the operating system's (an exclusive transaction on `<home>/run/lock`, a SQLite file), so it
 * ends with its process, however that ends, and holds across containers that share the folder: no lock is ever stale.
 *
 * @returns `null` when another Mana uses the folder
 */
export function lockHome(home: string): HomeLock | null {
	return take(home, (database) => database.run('begin exclusive'));
}

/**
 * Joins a data folder with others of its kind: services that run without a supervisor, each in a process or container of its own, share
 * one folder, while nobody can take it for himself (`mana up`, `mana restore`).
 *
 * @returns `null` when a Mana has the folder for itself
 */
export function joinHome(home: string): HomeLock | null {
	return take(home, (database) => {
		database.run('begin');
		// Only a read takes the shared lock; it lasts as long as the transaction.
		database.query('select count(*) from sqlite_schema').get();
	});
}

/** Whether a Mana uses a data folder now. Looks without keeping anybody out. */
export function isLocked(home: string): boolean {
	if (!existsSync(join(home, 'run', 'lock'))) return false;
	const database = new Database(join(home, 'run', 'lock'), { readonly: true });
	try {
		database.query('select count(*) from sqlite_schema').get();
		return false;
	} catch (error) {
		if (error instanceof SQLiteError && error.code === 'SQLITE_BUSY') return true;
		throw error;
	} finally {
		database.close();
	}
}

/** Without this a lock that its owner does not look at any more would be closed, and lost, whenever memory is tidied. */
const held = new Set<Database>();

function take(home: string, begin: (database: Database) => void): HomeLock | null {
	mkdirSync(join(home, 'run'), { recursive: true, mode: 0o700 });
	const database = new Database(join(home, 'run', 'lock'));
	try {
		database.run('pragma busy_timeout = 0');
		begin(database);
	} catch (error) {
		database.close();
		if (error instanceof SQLiteError && error.code === 'SQLITE_BUSY') return null;
		throw error;
	}
	held.add(database);
	return {
		release: () => {
			held.delete(database);
			database.run('rollback');
			database.close();
		},
	};
}

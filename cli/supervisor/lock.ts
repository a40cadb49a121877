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
	mkdirSync(join(home, 'run'), { recursive: true, mode: 0o700 });
	const database = new Database(join(home, 'run', 'lock'));
	try {
		database.run('pragma busy_timeout = 0');
		database.run('begin exclusive');
	} catch (error) {
		database.close();
		if (error instanceof SQLiteError && error.code === 'SQLITE_BUSY') return null;
		throw error;
	}
	return {
		release: () => {
			database.run('rollback');
			database.close();
		},
	};
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

import { Database, SQLiteError } from 'bun:sqlite';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

const lookAgainMs = 200;

/**
 * Runs `work` while no other process of this machine does, so that two builds never write into each other's files. The lock is the
 * operating system's (an exclusive transaction on a SQLite file), so it ends with its process, however that ends: none is ever stale.
 *
 * @param file where the lock lies; it stays there
 * @param waiting called once when another one is at work
 */
export async function alone<T>(file: string, waiting: () => void, work: () => Promise<T>): Promise<T> {
	mkdirSync(dirname(file), { recursive: true });
	const database = new Database(file);
	try {
		database.run('pragma busy_timeout = 0');
		let told = false;
		while (!take(database)) {
			if (!told) waiting();
			told = true;
			await Bun.sleep(lookAgainMs);
		}
		return await work();
	} finally {
		database.close();
	}
}

function take(database: Database): boolean {
	try {
		database.run('begin exclusive');
		return true;
	} catch (error) {
		if (error instanceof SQLiteError && error.code === 'SQLITE_BUSY') return false;
		throw error;
	}
}

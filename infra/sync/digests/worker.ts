// Counts the cells of one space in a SQLite file, on a thread of its own: reading a large space takes seconds.
import { Database } from 'bun:sqlite';
import { countSqlite } from './sqlite.ts';
import type { CountOutcome, CountTask } from './threaded.ts';

declare const self: Worker;

/** How long to wait for the committer, which holds the file for milliseconds at a time. */
const BUSY_TIMEOUT_MS = 10_000;

self.addEventListener('message', ({ data }: MessageEvent<CountTask>) => handle(data));

function handle({ file, space }: CountTask): void {
	let outcome: CountOutcome = { failed: null };
	try {
		const database = new Database(file, { create: false, readwrite: true });
		database.run(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`);
		// Sums that a power cut takes are counted again: nobody has to wait for the disk.
		database.run('pragma synchronous = normal');
		countSqlite(database, space);
		database.close();
	} catch (error) {
		outcome = { failed: error instanceof Error ? error.message : String(error) };
	}
	postMessage(outcome);
}

// Builds one snapshot in a SQLite file, on a thread of its own: reading a large space takes seconds.
import { Database } from 'bun:sqlite';
import { buildSnapshot } from './build.ts';
import { SqliteChunks } from './sqlite.ts';
import type { BuildOutcome, BuildTask } from './threaded.ts';

declare const self: Worker;

/** How long to wait for the committer, which holds the file for milliseconds at a time. */
const BUSY_TIMEOUT_MS = 10_000;

self.addEventListener('message', ({ data }: MessageEvent<BuildTask>) => void handle(data));

async function handle({ file, space, now }: BuildTask): Promise<void> {
	let outcome: BuildOutcome;
	try {
		const database = new Database(file, { create: false, readwrite: true });
		database.run(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`);
		// A snapshot that a power cut takes is built again: nobody has to wait for the disk.
		database.run('pragma synchronous = normal');
		outcome = { built: await buildSnapshot(new SqliteChunks(database, () => now), space, () => now) };
		database.close();
	} catch (error) {
		outcome = { failed: error instanceof Error ? error.message : String(error) };
	}
	postMessage(outcome);
}

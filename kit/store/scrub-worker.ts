// A thread of its own, because writing a large database anew would hold up every request of the service for seconds.
import { Database } from 'bun:sqlite';
import { workerData } from 'node:worker_threads';

/** How long readers may hold on to the log before it cannot be cut off, in milliseconds. */
const READERS_MS = 20_000;

const { file } = workerData as { readonly file: string };
const database = new Database(file, { create: false, readwrite: true });
try {
	database.run(`pragma busy_timeout = ${READERS_MS}`);
	database.run('vacuum');
	const answer = database.query<{ busy: number }, []>('pragma wal_checkpoint(truncate)').get();
	if (answer?.busy !== 0) throw new Error(`${file} was read for so long that its log could not be cut off.`);
} finally {
	database.close();
}

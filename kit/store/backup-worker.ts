// A thread of its own, because VACUUM INTO of a large database would hold up every request of the service for seconds.
import { Database } from 'bun:sqlite';
import { workerData } from 'node:worker_threads';

const { source, target } = workerData as { readonly source: string; readonly target: string };
const database = new Database(source, { readonly: true });
try {
	database.run('pragma busy_timeout = 10000');
	database.query('vacuum into ?').run(target);
} finally {
	database.close();
}

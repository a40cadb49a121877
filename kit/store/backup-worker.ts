// A thread of its own, because VACUUM INTO of a large database would hold up every request of the service for seconds.
import { Database } from 'bun:sqlite';

declare const self: Worker;

self.addEventListener('message', (event: MessageEvent<{ source: string; target: string }>) => {
	try {
		const database = new Database(event.data.source, { readonly: true });
		try {
			database.run('pragma busy_timeout = 10000');
			database.query('vacuum into ?').run(event.data.target);
		} finally {
			database.close();
		}
		postMessage(null);
	} catch (error) {
		postMessage(error instanceof Error ? error.message : String(error));
	}
});

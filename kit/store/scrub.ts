import type { Pool } from 'pg';
import { Worker } from 'node:worker_threads';

/**
 * Writes a SQLite file anew without its free pages and cuts off its log: a deleted row otherwise stays in both until something is
 * written over it. Others read meanwhile, and wait to write.
 *
 * @throws Error when somebody read or wrote for so long that it could not be done: nothing is lost, and it can be done again
 */
export async function scrubSqlite(file: string): Promise<void> {
	const worker = new Worker(new URL('./scrub-worker.ts', import.meta.url), { workerData: { file } });
	await new Promise<void>((resolve, reject) => {
		worker.once('error', reject);
		worker.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${file} could not be written anew (${code}).`))));
	});
}

/**
 * Gives the room of deleted rows of one schema free. PostgreSQL writes over it in its own time; until then only who reads the files of
 * its server finds them.
 */
export async function scrubPostgres(pool: Pool, schema: string): Promise<void> {
	const { rows } = await pool.query<{ name: string }>(
		`select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = $1`,
		[schema],
	);
	for (const { name } of rows) await pool.query(`vacuum ${name}`);
}

import { randomUUID } from 'node:crypto';
import { execFile } from 'node:child_process';
import { chmod, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { StoreError } from './store-error.ts';

const run = promisify(execFile);

/**
 * Copies a SQLite database that is in use (VACUUM INTO: one read transaction, no write is held up).
 *
 * @throws StoreError `store-unwritable`
 */
export async function backupSqlite(source: string, target: string): Promise<void> {
	await whole(target, async (temporary) => {
		const worker = new Worker(new URL('./backup-worker.ts', import.meta.url), { workerData: { source, target: temporary } });
		await new Promise<void>((resolve, reject) => {
			worker.once('error', reject);
			worker.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`the copy ended with code ${code}`))));
		});
	});
}

/**
 * Copies one PostgreSQL schema with `pg_dump` (custom format, for `pg_restore`).
 *
 * @throws StoreError `store-tool-missing` when pg_dump is absent or older than the server, `store-unwritable`
 */
export async function backupPostgres(databaseUrl: string, schema: string, target: string): Promise<void> {
	const url = new URL(databaseUrl);
	// In the environment, because every user of the machine can read the arguments of a process.
	const env = { ...process.env, ...(url.password ? { PGPASSWORD: decodeURIComponent(url.password) } : {}) };
	url.password = '';
	await whole(target, async (temporary) => {
		try {
			await run('pg_dump', ['--format=custom', `--schema=${schema}`, `--file=${temporary}`, url.href], { env });
		} catch (error) {
			throw missingTool(error) ?? error;
		}
	});
}

function missingTool(error: unknown): StoreError | null {
	if (!(error instanceof Error)) return null;
	const absent = 'code' in error && error.code === 'ENOENT';
	if (!absent && !error.message.includes('server version mismatch')) return null;
	return new StoreError(
		'store-tool-missing',
		`A backup of PostgreSQL needs its program pg_dump, which is ${absent ? 'not in PATH' : 'older than the server'}. Install the client tools of the server's version.`,
		{ cause: error },
	);
}

/** Writes beside the target, makes it durable, then gives it its name: a reader sees the old file or the new one. */
async function whole(target: string, write: (temporary: string) => Promise<void>): Promise<void> {
	const temporary = `${target}.${randomUUID()}.partial`;
	try {
		await mkdir(dirname(target), { recursive: true });
		try {
			await write(temporary);
			await chmod(temporary, 0o600);
			await sync(temporary);
			await rename(temporary, target);
		} finally {
			await rm(temporary, { force: true });
		}
		await sync(dirname(target));
	} catch (error) {
		if (error instanceof StoreError) throw error;
		throw new StoreError(
			'store-unwritable',
			`The backup ${target} could not be written (${error instanceof Error ? error.message : String(error)}). Check the folder's permissions and free space.`,
			{ cause: error },
		);
	}
}

async function sync(path: string): Promise<void> {
	const handle = await open(path, 'r');
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
}

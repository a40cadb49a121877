import { Database } from 'bun:sqlite';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { services } from '@mana/schema';
import { backupPostgres, backupSqlite } from '@mana/store/backup';
import { Client } from 'pg';
import { isHosted } from '../supervisor/plan.ts';
import { digestFile } from './digest.ts';
import { ArchiveError, type Part } from './manifest.ts';

/** A part and the file to take it from. */
export interface SourcedPart extends Part {
	readonly source: string;
}

/** Belong to the running Mana, not to what people keep. */
const passing = new Set(['run', 'logs']);
/** Files that a database or a writer keeps beside its own while it works. */
const besideFiles = /(-wal|-shm|-journal|\.partial|\.new)$/;
/** Content that people keep, chunk by chunk: it stays as it is even when it looks like a database. `incoming` is half of something. */
const blobFiles = /^[^/]+\/blobs\//;
const halfBlobs = /^[^/]+\/blobs\/incoming\//;
/** What people asked for to take along: made of what is in the backup already, and gone in a week. */
const archives = /^mana-auth\/archives\//;
const sqliteHeader = 'SQLite format 3\0';

/**
 * Collects everything that people keep, whoever put it there: copies of all databases made by the databases themselves, and all other
 * files. Databases come first: a blob is written before the record that names it, so no record of the backup misses its blob.
 *
 * @param scratch an empty folder for the copies
 */
export async function collectParts(home: string, databaseUrl: string | undefined, scratch: string): Promise<SourcedPart[]> {
	const files = await filesIn(home);
	const isDatabase = await Promise.all(
		files.map(async (file) => !blobFiles.test(relative(home, file)) && (await startsAsSqlite(file))),
	);
	const parts: SourcedPart[] = [];
	for (const source of files.filter((_, index) => isDatabase[index])) parts.push(await copyDatabase(source, home, scratch));
	if (databaseUrl !== undefined)
		for (const schema of await schemasOf(databaseUrl)) parts.push(await dumpSchema(databaseUrl, schema, scratch));
	for (const source of files.filter((_, index) => !isDatabase[index])) {
		const path = relative(home, source);
		// What a service collects meanwhile is named by no record, neither now nor in the copies above.
		if (blobFiles.test(path) && !existsSync(source)) continue;
		parts.push(await partOf('file', path, source));
	}
	return parts;
}

/** The PostgreSQL schemas of our services that exist. */
export async function schemasOf(databaseUrl: string): Promise<string[]> {
	const client = new Client({ connectionString: databaseUrl });
	await client.connect();
	try {
		const ours = services.filter(isHosted).map((row) => row.name.replaceAll('-', '_'));
		const found = await client.query<{ name: string }>(
			'select nspname as name from pg_namespace where nspname = any($1) order by 1',
			[ours],
		);
		return found.rows.map((row) => row.name);
	} finally {
		await client.end();
	}
}

async function filesIn(home: string): Promise<string[]> {
	const top = (await readdir(home, { withFileTypes: true })).filter((entry) => !passing.has(entry.name));
	const below = top
		.filter((entry) => entry.isDirectory())
		.map((entry) => readdir(join(home, entry.name), { recursive: true, withFileTypes: true }));
	return [...top, ...(await Promise.all(below)).flat()]
		.filter((entry) => entry.isFile() && !besideFiles.test(entry.name))
		.map((entry) => join(entry.parentPath, entry.name))
		.filter((file) => !halfBlobs.test(relative(home, file)) && !archives.test(relative(home, file)))
		.sort();
}

async function startsAsSqlite(file: string): Promise<boolean> {
	const handle = await open(file, 'r');
	try {
		const { buffer, bytesRead } = await handle.read(Buffer.alloc(sqliteHeader.length), 0, sqliteHeader.length, 0);
		return buffer.toString('latin1', 0, bytesRead) === sqliteHeader;
	} finally {
		await handle.close();
	}
}

async function copyDatabase(source: string, home: string, scratch: string): Promise<SourcedPart> {
	const path = relative(home, source);
	const copy = join(scratch, path);
	await mkdir(dirname(copy), { recursive: true });
	await backupSqlite(source, copy);
	const database = new Database(copy, { readonly: true });
	try {
		const found = database.query<{ quick_check: string }, []>('pragma quick_check(1)').get()?.quick_check;
		if (found !== 'ok')
			throw new ArchiveError(`${source} is damaged (${found}), so this backup would be too. Restore an earlier one.`);
	} finally {
		database.close();
	}
	return partOf('database', path, copy);
}

async function dumpSchema(databaseUrl: string, schema: string, scratch: string): Promise<SourcedPart> {
	const path = `postgres/${schema}.dump`;
	await backupPostgres(databaseUrl, schema, join(scratch, path));
	return partOf('dump', path, join(scratch, path));
}

async function partOf(kind: Part['kind'], path: string, source: string): Promise<SourcedPart> {
	return { kind, path: path.replaceAll('\\', '/'), source, ...(await digestFile(source)) };
}

import { Glob } from 'bun';
import { Client } from 'pg';
import { join } from 'node:path';

/** A word that is looked for, and where it was found: a file, or a table and column. */
export interface Trace {
	readonly word: string;
	readonly where: string;
}

/**
 * Looks for words in everything that is kept at a place: the bytes of every file under the folder, also of free pages and of logs, and on
 * PostgreSQL each value of every row of every table.
 */
export async function tracesOf(
	{ home, databaseUrl }: { readonly home: string; readonly databaseUrl: string | undefined },
	words: readonly string[],
): Promise<Trace[]> {
	const found: Trace[] = [];
	for await (const name of new Glob('**/*').scan({ cwd: home, dot: true, onlyFiles: true })) {
		const bytes = Buffer.from(await Bun.file(join(home, name)).arrayBuffer());
		for (const word of words) if (bytes.includes(word)) found.push({ word, where: name });
	}
	if (databaseUrl !== undefined) found.push(...(await tracesInDatabase(databaseUrl, words)));
	return found;
}

async function tracesInDatabase(databaseUrl: string, words: readonly string[]): Promise<Trace[]> {
	const client = new Client(databaseUrl);
	await client.connect();
	try {
		const { rows: columns } = await client.query<{ at: string; named: string; type: string }>(
			`select format('%I.%I', table_schema, table_name) as at, quote_ident(column_name) as named, data_type as type
			from information_schema.columns where table_schema not in ('pg_catalog', 'information_schema')`,
		);
		const found: Trace[] = [];
		for (const { at, named, type } of columns)
			for (const word of words) {
				const bytes = type === 'bytea' ? named : `convert_to(${named}::text, 'UTF8')`;
				const { rows } = await client.query(`select 1 from ${at} where position($1::bytea in ${bytes}) > 0 limit 1`, [
					Buffer.from(word),
				]);
				if (rows.length > 0) found.push({ word, where: `${at}.${named}` });
			}
		return found;
	} finally {
		await client.end();
	}
}

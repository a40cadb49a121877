import { join } from 'node:path';
import { Client } from 'pg';
import { ArchiveError, type Manifest } from './manifest.ts';
import { schemasOf } from './parts.ts';

/**
 * Renames the schemas that are there, so that those of a backup find their names free. Nothing is deleted.
 *
 * @param stamp goes into the new names
 * @throws ArchiveError when there are some and `replace` was not asked for
 */
export async function putSchemasAside(databaseUrl: string, stamp: string, replace: boolean): Promise<void> {
	const schemas = await schemasOf(databaseUrl);
	if (schemas.length > 0 && !replace)
		throw new ArchiveError(
			`The database holds ${schemas.join(', ')} already. Use an empty one, or --replace, which renames what is there.`,
		);
	const client = new Client({ connectionString: databaseUrl });
	await client.connect();
	try {
		await client.query('begin');
		for (const schema of schemas)
			await client.query(`alter schema "${schema}" rename to "${schema}_before_restore_${stamp.toLowerCase()}"`);
		await client.query('commit');
	} finally {
		await client.end();
	}
}

/** @throws ArchiveError with what pg_restore said */
export async function restoreSchemas(databaseUrl: string, folder: string, { parts }: Manifest): Promise<void> {
	for (const { path } of parts.filter((part) => part.kind === 'dump')) {
		const program = Bun.which('pg_restore');
		if (!program)
			throw new ArchiveError(
				'A restore to PostgreSQL needs its program pg_restore, which is not in PATH. Install the PostgreSQL client tools.',
			);
		const child = Bun.spawn({
			cmd: [program, '--exit-on-error', '--single-transaction', '--no-owner', `--dbname=${databaseUrl}`, join(folder, path)],
			stdout: 'ignore',
			stderr: 'pipe',
		});
		const said = await new Response(child.stderr).text();
		if ((await child.exited) !== 0) throw new ArchiveError(`${path} could not be restored:\n${said.trim()}`);
	}
}

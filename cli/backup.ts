import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { version } from '@mana/service';
import { ArchiveError, type Manifest } from './archive/manifest.ts';
import { packArchive } from './archive/pack.ts';
import { collectParts } from './archive/parts.ts';
import type { Command } from './command.ts';
import { readArguments, UsageError } from './place.ts';

export const backupCommand: Command = {
	name: 'backup',
	summary: 'put everything you keep into one file, also while Mana runs',
	usage: [
		'mana backup FILE [--home DIR]',
		'',
		'  FILE   for example mana-2026-11-23.tar.gz; it holds your secrets too, so keep it safe',
	],
	async run(args, io) {
		const { place, positionals } = readArguments(args, {});
		const [file, ...rest] = positionals;
		if (file === undefined || rest.length > 0) throw new UsageError('Say where to: mana backup FILE');
		try {
			const { parts } = await backupHome(place.home, process.env['MANA_DATABASE_URL'], resolve(file), new Date());
			const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
			io.out(
				`${resolve(file)} holds ${parts.length} parts, ${(bytes / 1e6).toFixed(1)} MB before packing. It was read back and is whole.`,
			);
			return 0;
		} catch (error) {
			if (!(error instanceof ArchiveError)) throw error;
			io.err(error.message);
			return 1;
		}
	},
};

/**
 * Backs a data folder up, whether it is in use or not.
 *
 * @param file must not exist
 * @throws ArchiveError with what to do
 */
export async function backupHome(home: string, databaseUrl: string | undefined, file: string, now: Date): Promise<Manifest> {
	if (!existsSync(home)) throw new ArchiveError(`There is no data folder ${home}. Name it with --home DIR.`);
	if (existsSync(file)) throw new ArchiveError(`${file} exists already. A backup never overwrites another: choose a new name.`);
	if (`${file}/`.startsWith(`${resolve(home)}/`))
		throw new ArchiveError(
			`${file} lies in the data folder, so every backup would hold those before it. Choose a place outside.`,
		);
	const scratch = `${file}.parts`;
	if (existsSync(scratch))
		throw new ArchiveError(
			`${scratch} is there: another backup is under way, or was cut off. Delete it then, or choose a new name.`,
		);
	await mkdir(dirname(file), { recursive: true });
	await mkdir(scratch, { mode: 0o700 });
	try {
		const sourced = await collectParts(home, databaseUrl, scratch);
		if (sourced.length === 0) throw new ArchiveError(`${home} holds nothing to back up.`);
		const parts = sourced.map(({ path, kind, bytes, sha256 }) => ({ path, kind, bytes, sha256 }));
		const engine = databaseUrl === undefined ? 'sqlite' : 'postgres';
		const manifest: Manifest = { format: 1, version, createdAt: now.toISOString(), engine, parts };
		await packArchive(file, manifest, sourced);
		return manifest;
	} finally {
		await rm(scratch, { recursive: true, force: true });
	}
}

import { statSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { version } from '@mana/service';
import { bumpEpochs } from '../infra/sync/index.ts';
import { ArchiveError, type Manifest } from './archive/manifest.ts';
import { putSchemasAside, restoreSchemas } from './archive/postgres.ts';
import { unpackArchive } from './archive/unpack.ts';
import type { Command } from './command.ts';
import { readArguments, UsageError } from './place.ts';
import { lockHome } from './supervisor/lock.ts';

export const restoreCommand: Command = {
	name: 'restore',
	summary: 'bring a backup back; devices that know more than it keep what is theirs',
	usage: [
		'mana restore FILE [--replace] [--home DIR]',
		'',
		'  --replace   the data folder is in use already: put what it holds aside first, never delete it',
	],
	async run(args, io) {
		const { place, values, positionals } = readArguments(args, { replace: { type: 'boolean' } });
		const [file, ...rest] = positionals;
		if (file === undefined || rest.length > 0) throw new UsageError('Say what: mana restore FILE');
		try {
			const databaseUrl = process.env['MANA_DATABASE_URL'];
			const { manifest, aside } = await restoreHome(resolve(file), {
				home: place.home,
				databaseUrl,
				replace: values.replace ?? false,
				now: new Date(),
			});
			io.out(`${place.home} is as it was on ${manifest.createdAt}.`);
			if (aside !== null) io.out(`What it held before is in ${aside}.`);
			return 0;
		} catch (error) {
			if (!(error instanceof ArchiveError)) throw error;
			io.err(error.message);
			return 1;
		}
	},
};

export interface RestoreOptions {
	readonly home: string;
	readonly databaseUrl: string | undefined;
	/** Put what is there aside. */
	readonly replace: boolean;
	readonly now: Date;
}

/**
 * Brings a backup back. Everything is unpacked and compared beside the data folder first, so a damaged backup changes nothing.
 *
 * @returns where what was there before has gone, `null` when there was nothing
 * @throws ArchiveError with what to do
 */
export async function restoreHome(
	file: string,
	{ home, databaseUrl, replace, now }: RestoreOptions,
): Promise<{ manifest: Manifest; aside: string | null }> {
	if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new ArchiveError(`There is no file ${file}.`);
	const stamp = now.toISOString().replaceAll(/[-:]|\.\d+/g, '');
	const staging = join(dirname(home), `.${basename(home)}.restoring-${stamp}`);
	await mkdir(dirname(home), { recursive: true });
	const lock = lockHome(home);
	if (!lock) throw new ArchiveError(`A Mana is using ${home}. Stop it first, then restore.`);
	try {
		const held = (await readdir(home)).filter((name) => name !== 'run' && name !== 'logs');
		if (held.length > 0 && !replace)
			throw new ArchiveError(
				`${home} is not empty. Restore into another folder (--home DIR), or with --replace, which puts aside what is there.`,
			);
		await mkdir(staging, { mode: 0o700 });
		const manifest = await unpackArchive(file, staging);
		refuseWhatDoesNotFit(manifest, databaseUrl);
		if (databaseUrl !== undefined) {
			await putSchemasAside(databaseUrl, stamp, replace);
			await restoreSchemas(databaseUrl, staging, manifest);
		}
		await bumpEpochs({ home: staging, databaseUrl }, now.getTime());
		return { manifest, aside: await swap(home, staging, held.length > 0 ? `${home}.before-restore-${stamp}` : null) };
	} finally {
		lock.release();
		await rm(staging, { recursive: true, force: true });
	}
}

function refuseWhatDoesNotFit({ version: made, engine }: Manifest, databaseUrl: string | undefined): void {
	if (Bun.semver.order(made, version) > 0)
		throw new ArchiveError(`This backup is of Mana ${made}, newer than this ${version}. Update Mana first.`);
	if (engine === 'postgres' && databaseUrl === undefined)
		throw new ArchiveError('This backup is of a Mana on PostgreSQL. Set MANA_DATABASE_URL to an empty database.');
	if (engine === 'sqlite' && databaseUrl !== undefined)
		throw new ArchiveError('This backup is of a Mana on SQLite. Unset MANA_DATABASE_URL to restore it.');
}

/** Puts the new folder in the place of the old one. The lock is on a file of the old one, so it holds until both are done. */
async function swap(home: string, staging: string, aside: string | null): Promise<string | null> {
	try {
		if (aside === null) await rm(home, { recursive: true });
		else await rename(home, aside);
	} catch (error) {
		if (error instanceof Error && 'code' in error && ['EBUSY', 'EXDEV', 'EACCES', 'EPERM'].includes(String(error.code)))
			throw new ArchiveError(
				`${home} cannot be put aside, perhaps it is a mounted disk. Restore into a folder within it: --home ${join(home, 'mana')}`,
			);
		throw error;
	}
	await rename(staging, home);
	return aside;
}

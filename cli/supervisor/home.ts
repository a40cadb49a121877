import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from './refusal.ts';

/** Makes the data folder and proves that it can be written. @throws Refusal */
export function prepareHome(home: string): void {
	try {
		mkdirSync(join(home, 'run'), { recursive: true, mode: 0o700 });
		// A name of its own: containers that share the folder have the same process ids.
		const probe = mkdtempSync(join(home, 'run', 'probe-'));
		try {
			writeFileSync(join(probe, 'x'), 'x', { flush: true });
		} finally {
			rmSync(probe, { recursive: true });
		}
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? String(error.code) : '';
		const why = reasons[code];
		if (!why) throw error;
		throw new Refusal(`The data folder ${home} ${why}`);
	}
}

/** The link by which somebody becomes owner; `null` when somebody is. mana-auth keeps it there while it is needed. */
export function readSetupLink(home: string): string | null {
	try {
		return readFileSync(join(home, 'run', 'setup-link'), 'utf8').trim() || null;
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
		throw error;
	}
}

const own = 'Give yourself the right to write there, or choose another folder: npm start -- --home DIR';
const reasons: Readonly<Record<string, string>> = {
	EACCES: `cannot be written. ${own}`,
	EPERM: `cannot be written. ${own}`,
	EROFS: 'lies on a disk that can only be read. Choose another folder: npm start -- --home DIR',
	ENOSPC: 'lies on a full disk. Free some space and start again.',
	EDQUOT: 'is beyond your disk quota. Free some space and start again.',
	ENOTDIR: 'cannot be made: a part of its path is a file. Choose another folder: npm start -- --home DIR',
	EEXIST: 'cannot be made: there is a file of that name. Choose another folder: npm start -- --home DIR',
};

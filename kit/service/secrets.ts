import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

/** Reads `<home>/secrets/<name>`, or makes it: 256 random bits as base64url. Two first starts at once get the same one. */
export function generateSecret(home: string, name: string): string {
	if (!/^[a-z][a-z0-9-]*$/.test(name)) throw new Error(`"${name}" is no name for a secret: use a-z, 0-9 and dashes.`);
	const folder = join(home, 'secrets');
	const file = join(folder, name);
	const existing = readSecret(file);
	if (existing !== null) return existing;
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const draft = `${file}.${randomBytes(6).toString('hex')}`;
	writeFileSync(draft, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx', flush: true });
	try {
		linkSync(draft, file);
	} catch (error) {
		if (!isCode(error, 'EEXIST')) throw error;
	} finally {
		rmSync(draft);
	}
	const made = readSecret(file);
	if (made === null) throw new Error(`The secret ${file} could not be made. Check the folder's permissions.`);
	return made;
}

function readSecret(file: string): string | null {
	try {
		const text = readFileSync(file, 'utf8').trim();
		if (text.length < 32)
			throw new Error(`${file} is too short to be a secret. Restore it from a backup, or delete it to make a new one.`);
		chmodSync(file, 0o600);
		return text;
	} catch (error) {
		if (isCode(error, 'ENOENT')) return null;
		throw error;
	}
}

function isCode(error: unknown, code: string): boolean {
	return error instanceof Error && 'code' in error && error.code === code;
}

import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';

/**
 * Which copy of Mana a process belongs to: the same for every service of one data folder, another one for every other folder. Told to
 * this machine only, so that `mana ports doctor` does not take the services of one copy for those of another.
 *
 * @param home the data folder
 */
export function copyOf(home: string): string {
	return createHash('sha256').update(realOf(home)).digest('hex').slice(0, 16);
}

/** A folder has one name however it is reached; one that does not exist yet is taken by its word. */
function realOf(home: string): string {
	try {
		return realpathSync(home);
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return resolve(home);
		throw error;
	}
}

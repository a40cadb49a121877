// Plain JavaScript for Node 20: this runs before anything is installed.
import { accessSync, chmodSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Below this a file is the placeholder that Bun's package holds until its install script has run. */
const smallestBinaryBytes = 1_000_000;

/**
 * Finds the Bun that npm installed. Where install scripts are switched off, Bun's own package holds only a placeholder
 * and the binary is still in the package for this platform.
 *
 * @param {string} root the folder with node_modules
 * @returns {string | null} the path of the binary
 */
export function findBun(root) {
	const platforms = join(root, 'node_modules', '@oven');
	const names = existsSync(platforms) ? readdirSync(platforms).filter((name) => name.startsWith(`bun-${platform()}`)) : [];
	const places = [
		join(root, 'node_modules', 'bun', 'bin', 'bun.exe'),
		...names.flatMap((name) => [join(platforms, name, 'bin', 'bun'), join(platforms, name, 'bin', 'bun.exe')]),
	];
	return places.find(isBinary) ?? null;
}

function platform() {
	return process.platform === 'win32' ? 'windows' : process.platform;
}

function isBinary(file) {
	if (!existsSync(file) || statSync(file).size < smallestBinaryBytes) return false;
	try {
		accessSync(file, constants.X_OK);
	} catch (error) {
		if (error.code !== 'EACCES') throw error;
		chmodSync(file, 0o755);
	}
	return true;
}

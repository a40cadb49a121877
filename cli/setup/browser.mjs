// Plain JavaScript for Node 20: finds the browser for the end-to-end tests.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const places = [
	'/usr/bin/chromium',
	'/usr/bin/chromium-browser',
	'/usr/bin/google-chrome-stable',
	'/usr/bin/google-chrome',
	'/Applications/Chromium.app/Contents/MacOS/Chromium',
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * Finds a Chromium, or installs one and says so: Playwright's own, else Debian's.
 *
 * @param {string} root the folder with node_modules
 * @param {(line: string) => void} say
 * @returns {string} the path of a browser that starts
 * @throws {Error} with what to do
 */
export function findBrowser(root, say) {
	const wanted = process.env.MANA_CHROMIUM;
	if (wanted) {
		if (!starts(wanted)) throw new Error(`MANA_CHROMIUM names ${wanted}, but no browser starts there.`);
		return wanted;
	}
	const own = () => createRequire(join(root, 'package.json'))('@playwright/test').chromium.executablePath();
	const found = [...places, own()].find(starts);
	if (found) return found;
	const cli = join(root, 'node_modules', '@playwright', 'test', 'cli.js');
	say('No Chromium found. Downloading Playwright’s (about 170 MB) …');
	if (run(process.execPath, [cli, 'install', 'chromium']) && starts(own())) return own();
	if (existsSync('/usr/bin/apt-get') && process.getuid?.() === 0) {
		say('That did not work. Installing Debian’s: apt-get install -y chromium …');
		if (run('apt-get', ['update', '-q']) && run('apt-get', ['install', '-y', '-q', 'chromium']) && starts('/usr/bin/chromium'))
			return '/usr/bin/chromium';
	}
	throw new Error(
		'There is no Chromium for the end-to-end tests. Install one and name it: MANA_CHROMIUM=/path/to/chromium npm test',
	);
}

/** A file may be there and still lack a library of the system. */
function starts(file) {
	return existsSync(file) && spawnSync(file, ['--version'], { timeout: 20_000 }).status === 0;
}

function run(command, args) {
	return spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}

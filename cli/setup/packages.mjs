// Plain JavaScript for Node 20: this runs before anything is installed.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Says what npm would have to do: compares the lockfile with npm's own record of what it has put in place.
 *
 * @param {string} root the folder with package-lock.json
 * @param {{ dev: boolean }} wanted whether the tools for tests and checks belong to it
 * @returns {{ wanted: string[], missing: string[], dev: boolean }} folders under `root`; `dev`: an earlier install had the tools
 */
export function survey(root, { dev }) {
	const locked = readLock(join(root, 'package-lock.json'));
	if (!locked) throw new Error('package-lock.json is missing: this folder is no complete copy of Mana.');
	const placed = readLock(join(root, 'node_modules', '.package-lock.json')) ?? {};
	const tools = Object.entries(locked).filter(([, entry]) => entry.dev);
	const hadTools = tools.some(([path]) => path in placed);
	const wanted = Object.entries(locked)
		.filter(([path, entry]) => path.includes('node_modules/') && !entry.optional && !entry.devOptional && (dev || !entry.dev))
		.map(([path]) => path);
	const missing = wanted.filter((path) => {
		const [is, should] = [placed[path], locked[path]];
		return !is || is.version !== should.version || is.integrity !== should.integrity || !existsSync(join(root, path));
	});
	return { wanted, missing, dev: hadTools };
}

/**
 * Installs what the lockfile names, when anything of it is missing. Shows how far it is on `say`.
 *
 * @param {string} root
 * @param {{ dev: boolean, say: (line: string) => void, force?: boolean }} options
 * @returns {Promise<boolean>} whether it had to install
 * @throws {Error} with a sentence that says what to do
 */
export async function installPackages(root, { dev, say, force = false }) {
	const before = survey(root, { dev });
	if (before.missing.length === 0 && !force) return false;
	const withTools = dev || before.dev;
	const { wanted } = survey(root, { dev: withTools });
	say(`Installing ${wanted.length} packages into node_modules (this happens once and needs the internet) …`);
	const started = Date.now();
	const progress = setInterval(() => {
		const there = wanted.filter((path) => existsSync(join(root, path, 'package.json'))).length;
		say(`  ${there} of ${wanted.length} packages, ${Math.round((Date.now() - started) / 1000)} s`);
	}, 3000);
	try {
		// Not `npm ci`: it refuses a lockfile that leaves out what other platforms need, and would empty a folder that a Mana runs from.
		await npm(root, [
			'install',
			'--no-save',
			...(withTools ? [] : ['--omit=dev']),
			'--no-audit',
			'--no-fund',
			'--loglevel=error',
		]);
	} finally {
		clearInterval(progress);
	}
	say(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`);
	return true;
}

function readLock(file) {
	try {
		return JSON.parse(readFileSync(file, 'utf8')).packages;
	} catch (error) {
		if (error.code === 'ENOENT' || error instanceof SyntaxError) return null;
		throw error;
	}
}

function npm(root, args) {
	const script = process.env.npm_execpath;
	const [command, first] = script?.endsWith('.js') || script?.endsWith('.cjs') ? [process.execPath, [script]] : ['npm', []];
	return new Promise((resolve, reject) => {
		let told = '';
		const child = spawn(command, [...first, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
		for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (told = (told + chunk).slice(-20_000)));
		child.on('error', (error) => reject(new Error(explain(root, `${error.code ?? ''} ${error.message}`))));
		child.on('exit', (code, signal) => {
			if (code === 0) resolve();
			else reject(new Error(signal ? `The install was stopped (${signal}). Start again to continue.` : explain(root, told)));
		});
	});
}

const causes = [
	[/ENOSPC|no space left/i, () => 'The disk is full. Free about 500 MB and start again.'],
	[
		/EACCES|EROFS|EPERM|read-only file system/i,
		(root) =>
			`Mana may not write into ${join(root, 'node_modules')}. Give yourself the right to write in ${root}, or clone Mana into a folder of your own.`,
	],
	[
		/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|network/i,
		() =>
			'The package registry cannot be reached. Check the internet connection (behind a proxy: npm config set proxy URL) and start again.',
	],
	[
		/spawn npm ENOENT|ENOENT.*npm/i,
		() => 'npm was not found. It comes with Node: install Node 20 or newer from https://nodejs.org.',
	],
	[/EINTEGRITY/i, () => 'A downloaded package is damaged. Run "npm cache verify" and start again.'],
	[/E401|E403/i, () => 'The package registry refused the download. Look at the registry line of your .npmrc.'],
];

/** @returns {string} what went wrong, and what to do about it */
export function explain(root, told) {
	const cause = causes.find(([pattern]) => pattern.test(told));
	const lines = told.trim().split('\n').slice(-12).join('\n');
	return cause ? `${cause[1](root)}\n\nnpm said:\n${lines}` : `npm could not install the packages. It said:\n${lines}`;
}

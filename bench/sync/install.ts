import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Engine, isInstalled } from './engines.ts';

/**
 * Installs what a peer needs, as its lock file says, and says what that is. No script of a package runs, so nothing else is downloaded.
 * Not `npm ci`, which refuses where a registry lacks an optional package for some other platform.
 *
 * @throws when npm cannot
 */
export async function install(engine: Engine, say: (line: string) => void): Promise<void> {
	const { folder, label, licence } = engine;
	if (folder === null || isInstalled(engine)) return;
	const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
		dependencies: Record<string, string>;
	};
	const packages = Object.entries(dependencies).map(([name, version]) => `${name} ${version}`);
	say(`Downloading ${label} (${licence}) into bench/sync/peers/${engine.name}: ${packages.join(', ')}`);
	const child = Bun.spawn(['npm', 'install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
		cwd: folder,
		stdout: 'ignore',
		stderr: 'pipe',
	});
	const complaint = await new Response(child.stderr).text();
	if ((await child.exited) !== 0) throw new Error(`npm could not install ${label}: ${complaint.trim()}`);
}

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { alone } from './build-lock.ts';
import { firstLoad } from './first-load.ts';
import { compileMessages } from './messages.ts';
import { readManifest, writeOffline } from './offline.ts';
import { writeInstallables } from './pwa.ts';

/*
 * Builds the pages: `bun web/build.ts [--if-stale]`. Messages, registry, icons and web manifests, the SvelteKit build, and the list of
 * files for offline use. The hash of everything that goes in names the build and lies beside it, so that a second start builds nothing.
 */

const web = import.meta.dir;
const root = join(web, '..');
const build = join(web, 'build');
const stamp = join(build, '.stamp');
const sources = [
	'apps',
	'kit/ui',
	'kit/archive',
	'kit/shared',
	'kit/model',
	'kit/sync',
	'kit/time',
	'schema',
	'web/src',
	'web/icons',
];
const singles = [
	'package-lock.json',
	'web/build.ts',
	'web/vite.config.ts',
	'web/first-visits.ts',
	'web/first-load.ts',
	'web/messages.ts',
	'web/pwa.ts',
	'web/offline.ts',
	'tsconfig.json',
];

/** Names what a build is made of: a hash over every source file. */
export function inputsHash(): string {
	const hash = createHash('sha256');
	for (const path of [...sources.flatMap(filesIn), ...singles].sort()) {
		hash.update(path);
		hash.update(readFileSync(join(root, path)));
	}
	return hash.digest('hex').slice(0, 16);
}

function filesIn(folder: string): string[] {
	return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
		.map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
		.filter((path) => !path.startsWith('kit/ui/i18n/generated/') && !path.includes('node_modules/'));
}

async function run(): Promise<void> {
	const began = performance.now();
	await command([join(root, 'schema/generate/generate.ts'), 'registry'], root);
	const inputs = inputsHash();
	if (process.argv.includes('--if-stale') && existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs) return;
	const messages = await compileMessages();
	say(`${messages} messages in two languages`);
	// Only now: an app's name is a message.
	const { apps } = await import('@mana/schema/registry/apps');
	await writeInstallables(apps, join(web, 'generated/static'));
	say(`icons and web manifests of ${apps.length + 1}`);
	await command(
		['--bun', join(dirname(Bun.resolveSync('vite/package.json', web)), 'bin/vite.js'), 'build', '--logLevel', 'warn'],
		web,
		{
			MANA_BUILD: inputs,
		},
	);
	const files = await writeOffline(
		web,
		build,
		apps.map((app) => app.id),
		inputs,
	);
	say(
		`pages: ${files.shell.length} files of the shell, ${apps.map((app) => `${files.apps[app.id]?.length ?? 0} of ${app.id}`).join(', ')}`,
	);
	const { manifest, nodes } = await readManifest(web);
	const names = apps.map((app) => app.id);
	const loads = names.map((app) => `${app} ${kilobytes(firstLoad(manifest, nodes, app, names))}`);
	say(`first loads, compressed: ${loads.join(', ')}`);
	await Bun.write(stamp, inputs);
	say(`built in ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

function kilobytes(files: ReadonlySet<string>): string {
	const bytes = [...files].reduce((sum, file) => sum + Bun.gzipSync(readFileSync(join(build, file))).length, 0);
	return `${(bytes / 1000).toFixed(1)} kB`;
}

async function command(args: readonly string[], cwd: string, env: Record<string, string> = {}): Promise<void> {
	const child = Bun.spawn([process.execPath, ...args], { cwd, env: { ...process.env, ...env }, stdout: 'pipe', stderr: 'pipe' });
	const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
	if ((await child.exited) !== 0) throw new Error(`"bun ${args.join(' ')}" failed:\n${out}${err}`);
}

function say(line: string): void {
	console.log(`Building: ${line}`);
}

if (import.meta.main)
	try {
		await alone(join(web, 'generated/building.sqlite'), () => say('another build is at work, waiting'), run);
	} catch (error) {
		console.error(error instanceof Error ? error.message : error);
		process.exitCode = 1;
	}

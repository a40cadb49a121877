import { afterEach, describe, expect, test } from 'bun:test';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBun } from './bun.mjs';
import { explain, survey } from './packages.mjs';
import { findTool } from './tools.mjs';

const root = join(import.meta.dir, '..', '..');
const folders: string[] = [];
afterEach(() => {
	for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

interface Entry {
	readonly version?: string;
	readonly dev?: boolean;
	readonly optional?: boolean;
}

const locked: Readonly<Record<string, Entry>> = {
	'': {},
	'node_modules/hono': { version: '4.0.0' },
	'node_modules/playwright': { version: '1.0.0', dev: true },
	'node_modules/@oven/bun-darwin-x64': { version: '1.0.0', optional: true },
};

/** A clone with nothing but what starts it, and packages as npm leaves them. */
function clone(placed: Readonly<Record<string, Entry>> | null, lock: Readonly<Record<string, Entry>> = locked): string {
	const folder = mkdtempSync(join(tmpdir(), 'mana-clone-'));
	folders.push(folder);
	mkdirSync(join(folder, 'cli'));
	cpSync(join(root, 'start.mjs'), join(folder, 'start.mjs'));
	cpSync(join(root, 'cli', 'setup'), join(folder, 'cli', 'setup'), { recursive: true });
	writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
	writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages: lock }));
	for (const path of Object.keys(placed ?? {})) mkdirSync(join(folder, path), { recursive: true });
	if (placed) {
		mkdirSync(join(folder, 'node_modules'), { recursive: true });
		writeFileSync(join(folder, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: placed }));
	}
	return folder;
}

/** A program in the place of Bun: large enough to be believed, does what the script says. */
function placeBun(folder: string, script: string, mode = 0o755): string {
	const file = join(folder, 'node_modules', '@oven', `bun-${process.platform}-x64`, 'bin', 'bun');
	mkdirSync(join(file, '..'), { recursive: true });
	writeFileSync(file, `#!/bin/sh\n${script}\nexit 0\n${'#\n'.repeat(600_000)}`);
	chmodSync(file, mode);
	return file;
}

async function start(folder: string, args: readonly string[], env: Record<string, string> = {}) {
	const child = Bun.spawn({
		cmd: ['node', join(folder, 'start.mjs'), ...args],
		env: { ...(process.env as Record<string, string>), ...env },
		stdout: 'pipe',
		stderr: 'pipe',
	});
	const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text(), child.exited]);
	return { code: child.exitCode, out, err };
}

describe('what is missing', () => {
	const hono = { 'node_modules/hono': { version: '4.0.0' } };

	test('is everything in a fresh clone, without what is optional or for tests', () => {
		expect(survey(clone(null), { dev: false }).missing).toEqual(['node_modules/hono']);
		expect(survey(clone(null), { dev: true }).missing).toEqual(['node_modules/hono', 'node_modules/playwright']);
	});

	test('is nothing when it is all there, with the tools for tests or without', () => {
		expect(survey(clone(hono), { dev: false }).missing).toEqual([]);
		expect(survey(clone({ ...hono, 'node_modules/playwright': { version: '1.0.0' } }), { dev: false })).toMatchObject({
			missing: [],
			dev: true,
		});
	});

	test('is what has another version, or was deleted by hand', () => {
		expect(survey(clone({ 'node_modules/hono': { version: '3.0.0' } }), { dev: false }).missing).toEqual(['node_modules/hono']);
		const folder = clone(hono);
		rmSync(join(folder, 'node_modules', 'hono'), { recursive: true });
		expect(survey(folder, { dev: false }).missing).toEqual(['node_modules/hono']);
	});

	test('is nothing in this very clone', () => {
		expect(survey(root, { dev: true }).missing).toEqual([]);
	});
});

describe('Bun', () => {
	test('is found in the package of this platform when install scripts were switched off', () => {
		const folder = clone({});
		mkdirSync(join(folder, 'node_modules', 'bun', 'bin'), { recursive: true });
		writeFileSync(join(folder, 'node_modules', 'bun', 'bin', 'bun.exe'), 'the placeholder', { mode: 0o755 });
		expect(findBun(folder)).toBeNull();
		const file = placeBun(folder, 'true', 0o644);
		expect(findBun(folder)).toBe(file);
		expect(Bun.spawnSync([file]).exitCode).toBe(0);
	});

	test('is found here', () => {
		expect(
			Bun.spawnSync([findBun(root) ?? '', '--version'])
				.stdout.toString()
				.trim(),
		).toBe(Bun.version);
	});
});

describe('a program that judges generated files', () => {
	/** What was unpacked beside the packages of a clone. */
	function unpacked(script: string): string {
		const folder = clone({});
		const start = join(folder, 'node_modules', '.cache', 'mana-tools', 'promtool', 'start');
		mkdirSync(join(start, '..'), { recursive: true });
		writeFileSync(start, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
		return folder;
	}

	test('is found beside the packages', () => {
		const folder = unpacked('test "$1" = --version');
		expect(findTool(folder, 'promtool', [])).toBe(join(folder, 'node_modules', '.cache', 'mana-tools', 'promtool', 'start'));
		expect(findTool(folder, 'nginx', [])).toBeNull();
	});

	test('is passed over when it does not start', () => {
		expect(findTool(unpacked('exit 127'), 'promtool', [])).toBeNull();
	});

	test("is the machine's own where it has one", () => {
		const folder = unpacked('exit 0');
		const own = join(folder, 'bin');
		mkdirSync(own);
		writeFileSync(join(own, 'promtool'), '#!/bin/sh\n', { mode: 0o755 });
		expect(findTool(folder, 'promtool', [own])).toBe(join(own, 'promtool'));
	});
});

describe('the start', () => {
	const ready = {};
	const nothingToDo = { '': {} };

	test('hands a command over and its exit code back', async () => {
		const folder = clone(ready, nothingToDo);
		placeBun(folder, 'echo "$@"; exit 3');
		expect(await start(folder, ['status', '--json'])).toEqual({
			code: 3,
			out: `${join(folder, 'cli/mana.ts')} status --json\n`,
			err: '',
		});
	});

	test('means "up" when it is given nothing or only options', async () => {
		const folder = clone(ready, nothingToDo);
		placeBun(folder, 'echo "$@"');
		expect((await start(folder, [])).out).toEndWith('cli/mana.ts up\n');
		expect((await start(folder, ['--lan'])).out).toEndWith('cli/mana.ts up --lan\n');
	});

	test('passes a signal on and waits', async () => {
		const folder = clone(ready, nothingToDo);
		placeBun(folder, 'trap "echo told; exit 7" TERM; echo up; while :; do sleep 0.05; done');
		const child = Bun.spawn({ cmd: ['node', join(folder, 'start.mjs')], stdout: 'pipe', stderr: 'inherit' });
		const reader = child.stdout.getReader();
		const read = async () => new TextDecoder().decode((await reader.read()).value);
		expect(await read()).toBe('up\n');
		child.kill('SIGTERM');
		expect(await read()).toBe('told\n');
		expect(await child.exited).toBe(7);
	});

	test('says what to do when the install fails', async () => {
		const folder = clone(null);
		const npm = join(folder, 'npm.cjs');
		writeFileSync(npm, 'console.error("npm error code ENOTFOUND"); process.exit(1)');
		const { code, err } = await start(folder, [], { npm_execpath: npm });
		expect(code).toBe(1);
		expect(err).toContain('Installing 1 packages');
		expect(err).toContain('Check the internet connection');
		expect(err).not.toContain('    at ');
	});

	test('knows the ways in which an install fails', () => {
		expect(explain('/mana', 'npm error ENOSPC: no space left on device')).toStartWith('The disk is full');
		expect(explain('/mana', 'npm error EACCES: permission denied, mkdir')).toContain('/mana/node_modules');
		expect(explain('/mana', 'npm error EROFS: read-only file system')).toContain('clone Mana into a folder of your own');
		expect(explain('/mana', 'something else')).toEndWith('something else');
	});
});

test('a folder in memory goes with the process that made it, or with the next one where it was killed', async () => {
	const program = `const { memoryFolder } = await import(${JSON.stringify(join(root, 'cli', 'setup', 'memory.mjs'))});
		console.log(memoryFolder());
		if (process.argv[1] === 'killed') process.kill(process.pid, 'SIGKILL');`;
	const made = async (...args: string[]) => {
		const child = Bun.spawn(['node', '--input-type=module', '-e', program, ...args], { stdout: 'pipe' });
		const folder = (await new Response(child.stdout).text()).trim();
		await child.exited;
		return { folder, left: existsSync(folder) };
	};
	const killed = await made('killed');
	// Not every machine has room for it: then tests use the usual folder.
	if (killed.folder === 'null') return;
	expect(killed.left).toBe(true);
	expect((await made()).left).toBe(false);
	expect(existsSync(killed.folder)).toBe(false);
});

import { afterEach, describe, expect, test } from 'bun:test';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { portIn } from '@mana/service';
import { freeOffset } from '@mana/schema/offsets';
import { lockHome } from './supervisor/lock.ts';
import { writeState } from './supervisor/state.ts';

const program = join(import.meta.dir, 'mana.ts');
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
	for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function newHome(): string {
	const home = mkdtempSync(join(tmpdir(), 'mana-up-'));
	cleanups.push(() => rmSync(home, { recursive: true, force: true }));
	return home;
}

async function newOffset(): Promise<number> {
	const held = await freeOffset();
	cleanups.push(() => held.close());
	return held.offset;
}

function spawnMana(...args: string[]) {
	const child = Bun.spawn({ cmd: [process.execPath, program, ...args], stdout: 'pipe', stderr: 'pipe' });
	cleanups.push(async () => {
		child.kill('SIGTERM');
		await child.exited;
	});
	return child;
}

/** Runs a command to its end. */
async function mana(...args: string[]) {
	const child = spawnMana(...args);
	const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
	return { code: await child.exited, out, err };
}

/** Starts the services without pages and waits for the greeting. */
async function up(home: string, offset: number) {
	const child = spawnMana('up', 'mana-auth', 'mana-sync', '--home', home, '--port-offset', String(offset));
	let said = '';
	const decoder = new TextDecoder();
	for await (const chunk of child.stdout) {
		said += decoder.decode(chunk);
		if (said.includes('/setup#')) break;
	}
	return { child, said };
}

interface Status {
	readonly running: boolean;
	readonly address: string;
	readonly services: readonly { service: string; health: string; pid: number; restarts: number; address: string }[];
}

async function status(home: string): Promise<Status> {
	return JSON.parse((await mana('status', '--json', '--home', home)).out) as Status;
}

function lives(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
		throw error;
	}
}

describe('mana up', () => {
	test('prints one address and the setup link, is seen by status, and leaves nothing behind', async () => {
		const [home, offset] = [newHome(), await newOffset()];
		const { child, said } = await up(home, offset);
		const address = `http://localhost:${portIn('mana-web', offset)}`;
		expect(said).toContain(`Mana is ready`);
		expect(said).toContain(address);
		expect(said).toMatch(/\/setup#token=\S{20,}/);

		const running = await status(home);
		expect(running).toMatchObject({ running: true, address });
		expect(running.services.map(({ service, health }) => [service, health])).toEqual([
			['mana-auth', 'ready'],
			['mana-sync', 'ready'],
		]);

		child.kill('SIGTERM');
		expect(await child.exited).toBe(0);
		for (const { pid } of running.services) expect(lives(pid)).toBe(false);
		expect(await status(home)).toMatchObject({ running: false, services: [] });
		expect((await mana('status', '--home', home)).code).toBe(1);
	});

	test('is not taken for the one before it while it is starting', async () => {
		const home = newHome();
		mkdirSync(join(home, 'run'));
		writeState(home, { pid: 1, startedAt: 0, publicUrl: 'http://before.example', offset: 0, processes: [] });
		await mana('up', 'mana-auth', '--home', home, '--port-offset', '1000');
		const lock = lockHome(home);
		cleanups.push(() => lock?.release());
		const { code, out } = await mana('status', '--home', home);
		expect([code, out]).toEqual([1, `A Mana is only just starting in ${home}. Ask again in a moment.\n`]);
	});

	test('has a service running again that was killed', async () => {
		const [home, offset] = [newHome(), await newOffset()];
		await up(home, offset);
		const before = (await status(home)).services.find(({ service }) => service === 'mana-sync');
		process.kill(before?.pid ?? 0, 'SIGKILL');
		for (;;) {
			const now = (await status(home)).services.find(({ service }) => service === 'mana-sync');
			if (now?.health === 'ready' && now.pid !== before?.pid) {
				expect(now.restarts).toBe(1);
				break;
			}
		}
		expect(readFileSync(join(home, 'logs', 'mana.log'), 'utf8')).toContain('sync stopped: it ended with SIGKILL');
	});

	test('ends with all its services at an error that nobody caught', async () => {
		const [home, offset] = [newHome(), await newOffset()];
		const fault = join(home, 'fault.ts');
		writeFileSync(fault, "process.on('SIGUSR2', () => void Promise.reject(new Error('nobody caught this')));");
		const args = ['--preload', fault, program, 'up', 'mana-auth', '--home', home, '--port-offset', String(offset)];
		const child = Bun.spawn({ cmd: [process.execPath, ...args], stdout: 'pipe', stderr: 'pipe' });
		cleanups.push(() => child.kill('SIGKILL'));
		await child.stdout.getReader().read();
		const [service] = (await status(home)).services;
		child.kill('SIGUSR2');
		expect(await child.exited).toBe(1);
		expect(await new Response(child.stderr).text()).toContain('nobody caught this');
		while (lives(service?.pid ?? 0)) await Bun.sleep(5);
	});

	test('goes on when it cannot write down what runs', async () => {
		const [home, offset] = [newHome(), await newOffset()];
		mkdirSync(join(home, 'run', 'state.json.new'), { recursive: true });
		const { child, said } = await up(home, offset);
		expect(said).toContain('Mana is ready');
		child.kill('SIGTERM');
		expect(await child.exited).toBe(0);
		expect(readFileSync(join(home, 'logs', 'mana.log'), 'utf8')).toContain('cannot be written down');
	});

	test('says what is wrong with a host plan, a host or a name before it touches anything', async () => {
		const home = join(newHome(), 'untouched');
		const file = join(newHome(), 'plan.json');
		const broken = { name: 'broken', title: 'Sync alone', hosts: [{ name: 'a', title: 'A', system: 'any' }] };
		writeFileSync(file, JSON.stringify({ ...broken, placements: [{ service: 'mana-sync', host: 'a' }] }));
		for (const [args, message] of [
			[['--plan', 'two-machines'], 'Say which one this is: --host windows-gpu | mac-mini'],
			[['--plan', 'two-machines', '--host', 'attic'], 'has no host "attic"'],
			[['--plan', 'two-machines', '--host', 'windows-gpu'], 'starts nothing of ours on windows-gpu yet'],
			[['--plan', '2026-04-08', '--host', 'mac-mini'], 'a picture of what once was'],
			[['mana-llm', '--plan', 'default'], 'does not start mana-llm on here'],
			[['--plan', file], 'does not hold:\n  mana-sync needs mana-auth'],
			[['--plan', 'nowhere'], 'There is no host plan "nowhere"'],
			[['--host', 'here'], 'say which plan, with --plan P'],
			[['--name', 'mana'], 'add --lan'],
			[['--lan', '--name', 'two words'], '--name takes one word'],
		] as const) {
			const { code, err } = await mana('up', ...args, '--home', home);
			expect([code, err]).toEqual([2, expect.stringContaining(message) as unknown as string]);
		}
		expect(existsSync(home)).toBe(false);
	});

	test('refuses a folder that another Mana uses, and names that one', async () => {
		const [home, offset] = [newHome(), await newOffset()];
		const { child } = await up(home, offset);
		const { code, err } = await mana('up', 'mana-auth', '--home', home, '--port-offset', String(await newOffset()));
		expect(code).toBe(1);
		expect(err).toContain(`is in use by another Mana (process ${child.pid}`);
	});

	test('names who holds a port, and a command that works', async () => {
		const offset = await newOffset();
		await up(newHome(), offset);
		const home = newHome();
		const { code, err } = await mana('up', 'mana-auth', '--home', home, '--port-offset', String(offset));
		expect(code).toBe(1);
		expect(err).toContain(`npm start -- up mana-auth --home ${home} --port-offset `);
		expect(err).toContain(`Port ${portIn('mana-auth', offset)}, which mana-auth needs, is taken by process`);
		const other = Number(/--port-offset (\d+)/.exec(err)?.[1]);
		expect(other).not.toBe(offset);
		const { said } = await up(newHome(), other);
		expect(said).toContain('Mana is ready');
	});

	test('says what is wrong with what it was asked for', async () => {
		const home = newHome();
		writeFileSync(join(home, 'file'), '');
		const wrong: Readonly<Record<string, readonly string[]>> = {
			'a part of its path is a file': ['--home', join(home, 'file', 'data')],
			'takes a whole number': ['--port-offset', 'x', '--home', home],
			'The offset 1000 cannot be used': ['--port-offset', '1000', '--home', home],
			'exclude each other': ['--lan', '--public-url', 'https://mana.example', '--home', home],
			'no address for a Mana': ['--public-url', 'mana.example/path', '--home', home],
			'There is no service "nobody"': ['nobody', '--home', home],
			'Unknown option': ['--nonsense', '--home', home],
		};
		for (const [message, args] of Object.entries(wrong)) {
			const { code, err } = await mana('up', ...args);
			expect(err).toContain(message);
			expect(code).toBeGreaterThan(0);
			expect(err).not.toContain('    at ');
		}
	});
});

describe('mana user reset', () => {
	test('knows nobody in a new Mana, and says so plainly', async () => {
		const { code, err } = await mana('user', 'reset', 'ada@example.org', '--home', newHome());
		expect(code).toBe(1);
		expect(err).not.toContain('    at ');
	});

	test('makes no folder where it was told a wrong one', async () => {
		const home = join(newHome(), 'mistyped');
		const { code, err } = await mana('user', 'reset', 'ada@example.org', '--home', home);
		expect([code, existsSync(home)]).toEqual([1, false]);
		expect(err).toContain(`There is no data folder ${home}`);
	});
});

test('mana audit verify proves an empty log, and names what it does not understand', async () => {
	expect(await mana('audit', 'verify', '--home', newHome())).toMatchObject({ code: 0, out: 'The log has no entries yet.\n' });
	expect((await mana('audit', 'verify', '--home', join(newHome(), 'mistyped'))).code).toBe(1);
	expect((await mana('audit', 'repair')).code).toBe(2);
});

test('mana status refuses words that it does not know', async () => {
	const { code, err } = await mana('status', 'mana-auth');
	expect(code).toBe(2);
	expect(err).toContain('"mana-auth" is not understood here.');
});

describe('mana', () => {
	test('says plainly what the file system or the store refuses', async () => {
		const [home, outside] = [newHome(), newHome()];
		writeFileSync(join(outside, 'file'), 'no folder');
		mkdirSync(join(outside, 'cut.tar.gz.parts'));
		const refused: Readonly<Record<string, readonly string[]>> = {
			mkdir: ['backup', join(outside, 'file', 'a.tar.gz'), '--home', home],
			'was cut off': ['backup', join(outside, 'cut.tar.gz'), '--home', home],
			'lies in the data folder': ['backup', join(home, 'a.tar.gz'), '--home', home],
			'cannot be written': ['user', 'reset', 'ada@example.org', '--home', join(outside, 'file')],
			'There is no file': ['restore', outside, '--home', join(outside, 'new')],
		};
		for (const [message, args] of Object.entries(refused)) {
			const { code, err } = await mana(...args);
			expect(err).toContain(message);
			expect(code).toBe(1);
			expect(err).not.toContain('    at ');
		}
	});

	test('names its commands, and how each is called', async () => {
		const { out } = await mana('help');
		for (const name of ['up', 'status', 'ports', 'config', 'backup', 'restore', 'user', 'audit']) {
			expect(out).toContain(name);
			expect((await mana('help', name)).out).toContain(`mana ${name}`);
		}
		expect((await mana('nonsense')).code).toBe(2);
	});

	test('shows the configuration with its secrets masked', async () => {
		const { out } = await mana('config');
		expect(out).toContain('MANA_AUTH_REGISTRATION');
		expect(out).toMatch(/MANA_AUTH_SECRET\s+•+/);
	});
});

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freeOffset } from '@mana/schema/offsets';

const root = join(import.meta.dir, '..');
const command = join(root, 'cli/mana.ts');
/** Long enough for another build of the pages to end and one more to be made. */
const startMs = 180_000;
const comebackMs = 20_000;

/** A whole Mana of a test's own: a fresh home, ports that nobody else uses, started with the command that people use. */
export interface TestMana {
	readonly url: string;
	/** The link that the first start printed. */
	readonly setupLink: string;
	readonly home: string;
	/** Added to every port of the schema. */
	readonly offset: number;
	/** Runs another `mana` command on this home. @returns what it printed @throws when it failed */
	command(...args: string[]): Promise<string>;
	/** Kills the process that runs a service as a power cut would; the supervisor starts it again. Resolves when it is gone. */
	kill(service: string): Promise<void>;
	/** Resolves when the supervisor has every service running. */
	whole(): Promise<void>;
	/** Halts the process that runs a service, so that it takes connections and never answers. @returns the way to let it go on */
	freeze(service: string): () => void;
	/** Stops everything and keeps home and ports. */
	down(): Promise<void>;
	/** Starts again what `down` stopped. */
	up(): Promise<void>;
	/** Stops for good and removes everything. */
	stop(): Promise<void>;
}

/**
 * Starts a Mana. It builds the pages when they are older than their sources, as `npm start` does.
 *
 * @param options of `mana up`, besides those of the place
 * @param env settings, by variable name
 */
export async function startMana(options: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<TestMana> {
	// A folder in a folder of its own: a restore puts what was there beside it.
	const folder = mkdtempSync(join(tmpdir(), 'mana-e2e-'));
	const home = join(folder, 'home');
	const held = await freeOffset();
	let running = run(home, held.offset, /\/setup#\S+\s/, options, env);
	const stop = async (): Promise<void> => {
		await running.end();
		held.close();
		rmSync(folder, { recursive: true, force: true });
	};
	try {
		const said = await running.ready;
		const setupLink = /https?:\/\/\S+\/setup#\S+/.exec(said)?.[0];
		if (!setupLink) throw new Error(`No setup link in what Mana said:\n${said}`);
		return {
			url: new URL(setupLink).origin,
			setupLink,
			home,
			offset: held.offset,
			command: async (...args) =>
				(await promisify(execFile)(process.execPath, [command, ...args, '--home', home], { cwd: root })).stdout,
			kill: (service) => kill(home, service),
			whole: () => until(() => statesOf(home).every(({ state }) => state === 'ready'), `every service of ${home} to be ready`),
			freeze: (service) => freeze(home, service),
			down: () => running.end(),
			up: async () => {
				running = run(home, held.offset, /Mana is ready/, options, env);
				await running.ready;
			},
			stop,
		};
	} catch (error) {
		await stop();
		throw error;
	}
}

/** One life of the supervisor. `ready` resolves with what it printed, once that holds `sign`. */
export function run(
	home: string,
	offset: number,
	sign: RegExp,
	options: readonly string[] = [],
	env: Readonly<Record<string, string>> = {},
): { readonly ready: Promise<string>; end(): Promise<void> } {
	const child = spawn(process.execPath, [command, 'up', ...options, '--home', home, '--port-offset', String(offset)], {
		cwd: root,
		env: { ...process.env, ...env },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
	return {
		ready: greeting(child, ended, sign),
		end: async () => {
			child.kill('SIGTERM');
			await ended;
		},
	};
}

function greeting(child: ChildProcess, ended: Promise<void>, sign: RegExp): Promise<string> {
	let said = '';
	return new Promise((resolve, reject) => {
		const late = setTimeout(() => reject(new Error(`Mana was not up within ${startMs / 1000} s. It said:\n${said}`)), startMs);
		const hear = (chunk: Buffer): void => {
			said += chunk.toString();
			if (!sign.test(said)) return;
			clearTimeout(late);
			resolve(said);
		};
		child.stdout!.on('data', hear);
		child.stderr!.on('data', hear);
		void ended.then(() => {
			clearTimeout(late);
			reject(new Error(`Mana stopped before it was up. It said:\n${said}`));
		});
	});
}

interface ProcessState {
	readonly pid: number | null;
	readonly state: string;
	readonly services: readonly string[];
}

async function kill(home: string, service: string): Promise<void> {
	const pid = pidOf(home, service);
	process.kill(pid, 'SIGKILL');
	await until(() => statesOf(home).every((other) => other.pid !== pid), `the supervisor to notice that ${service} is gone`);
}

function freeze(home: string, service: string): () => void {
	const pid = pidOf(home, service);
	process.kill(pid, 'SIGSTOP');
	return () => void process.kill(pid, 'SIGCONT');
}

function pidOf(home: string, service: string): number {
	const pid = statesOf(home).find(({ services }) => services.includes(service))?.pid;
	if (!pid) throw new Error(`No process of this Mana runs ${service}.`);
	return pid;
}

/** The processes of the Mana that runs in a home. */
export function statesOf(home: string): readonly ProcessState[] {
	return (JSON.parse(readFileSync(join(home, 'run/state.json'), 'utf8')) as { processes: ProcessState[] }).processes;
}

async function until(condition: () => boolean, what: string): Promise<void> {
	const patience = Date.now() + comebackMs;
	while (!condition()) {
		if (Date.now() > patience) throw new Error(`Waited ${comebackMs / 1000} s for ${what}.`);
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

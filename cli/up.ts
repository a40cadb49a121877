import { join } from 'node:path';
import { hostEnvironment, type HostEnvironment, type Service, services } from '@mana/schema';
import { listensAt, readInstance } from '@mana/service';
import type { Command, Io } from './command.ts';
import { type Place, readArguments, UsageError } from './place.ts';
import { onHost, planFrom } from './plan.ts';
import { type Front, frontOf } from './supervisor/front.ts';
import { prepareHome, readSetupLink } from './supervisor/home.ts';
import type { Keeper } from './supervisor/keeper.ts';
import type { LanName } from './supervisor/lan-name.ts';
import { lockHome } from './supervisor/lock.ts';
import { MergedLog } from './supervisor/log.ts';
import { planProcesses, rowsToRun } from './supervisor/plan.ts';
import { portTrouble } from './supervisor/port-probe.ts';
import { Refusal } from './supervisor/refusal.ts';
import { spawnHost } from './supervisor/spawn.ts';
import { clearState, readState, writeState } from './supervisor/state.ts';
import { Supervisor } from './supervisor/supervisor.ts';
import { systemTimers } from './supervisor/timers.ts';

const root = join(import.meta.dir, '..');
const hub = 'mana-web';
/** One Ctrl-C can arrive twice, from the terminal and from npm. Only what comes later is a second one. */
const sameInterruptMs = 1000;

export const upCommand: Command = {
	name: 'up',
	summary: 'start Mana: everything, or the services you name',
	usage: [
		'mana up [SERVICE …] [--home DIR] [--port-offset N] [--lan [--name NAME] | --public-url URL | --plan P [--host H]]',
		'',
		'  --home DIR         the folder that holds everything you keep (default ./data)',
		'  --port-offset N    added to every port, for a second Mana on this machine',
		'  --lan              also opens it to your local network, encrypted',
		'  --name NAME        with --lan: lives at https://NAME.local instead of a number; NAME:443 leaves the port out of the address',
		'  --public-url URL   the address people use, when a proxy of yours stands before it',
		'  --plan P           a host plan, by name or as a JSON file: starts what it puts on this machine, and finds the rest on the others',
		'  --host H           which of its hosts this machine is',
	],
	async run(args, io) {
		const { place, values, positionals } = readArguments(args, {
			lan: { type: 'boolean' },
			name: { type: 'string' },
			'public-url': { type: 'string' },
			plan: { type: 'string' },
			host: { type: 'string' },
		});
		let name: LanName | null = null;
		try {
			const { rows, plan } = toStart(positionals, place, values);
			if (values.name !== undefined) {
				if (!values.lan) throw new UsageError('--name is a name on the local network: add --lan.');
				const { takeName } = await import('./supervisor/lan-name.ts');
				name = await takeName(values.name, { ...place, warn: (message) => io.err(message) });
				if (name.note !== null) io.err(name.note);
			}
			const front = frontOf({
				lan: values.lan ?? false,
				lanUrl: name?.publicUrl,
				publicUrl: values['public-url'] ?? process.env['MANA_PUBLIC_URL'],
				offset: place.offset,
				plan,
			});
			return await runMana(rows, place, front, io, (other) => startWith(args, other));
		} catch (error) {
			if (!(error instanceof Refusal)) throw error;
			io.err(error.message);
			return 1;
		} finally {
			await name?.close();
		}
	},
};

/** The rows to run, and what a plan tells their processes. @throws Refusal, UsageError */
function toStart(
	names: readonly string[],
	{ offset }: Place,
	options: { readonly plan?: string | undefined; readonly host?: string | undefined },
): { readonly rows: readonly Service[]; readonly plan?: HostEnvironment } {
	if (options.plan === undefined) {
		if (options.host !== undefined) throw new UsageError('--host names a host of a plan: say which plan, with --plan P.');
		return { rows: rowsToRun(services, names) };
	}
	const plan = planFrom(options.plan);
	const { host, rows } = onHost(plan, options.host, names);
	return { rows, plan: hostEnvironment(plan, host, offset) };
}

/** Runs until it is told to stop. @returns the exit code @throws Refusal with what to do about it */
async function runMana(
	rows: readonly Service[],
	place: Place,
	front: Front,
	io: Io,
	again: (offset: number) => string,
): Promise<number> {
	const { home, offset } = place;
	prepareHome(home);
	const lock = lockHome(home);
	if (!lock) throw new Refusal(inUse(home));
	try {
		clearState(home);
		const environment = { ...inherited(), ...front.environment, MANA_HOME: home, MANA_PORT_OFFSET: String(offset) };
		const instance = readInstance(environment);
		const starts = rows.map(({ name }) => ({ name, ...listensAt(name, { ...instance, host: front.host }) }));
		const trouble = await portTrouble(starts, offset, front.host, again);
		if (trouble !== null) throw new Refusal(trouble);
		if (rows.some((row) => row.name === hub)) await buildPages(io);
		return await supervise(rows, place, front, environment, io);
	} finally {
		lock.release();
	}
}

async function supervise(
	rows: readonly Service[],
	{ home, offset }: Place,
	front: Front,
	environment: Record<string, string>,
	io: Io,
): Promise<number> {
	const log = new MergedLog({ file: join(home, 'logs', 'mana.log'), show: (line) => io.err(line), now: systemTimers.now });
	const startedAt = systemTimers.now();
	const elsewhere = Object.entries(readInstance(environment).whereabouts).flatMap(([name, { address }]) =>
		address === undefined ? [] : [{ name, url: address }],
	);
	const changed = (keeper: Keeper, message: string | null) => {
		try {
			writeState(home, {
				pid: process.pid,
				startedAt,
				publicUrl: front.publicUrl,
				offset,
				processes: supervisor.report(),
				elsewhere,
			});
		} catch (error) {
			// A full disk stops nobody who works; only "mana status" knows less.
			log.say(
				'warn',
				`what runs cannot be written down for "mana status": ${error instanceof Error ? error.message : String(error)}`,
			);
		}
		log.say(
			keeper.state === 'failed' ? 'error' : message === null || keeper.state === 'ready' ? 'info' : 'warn',
			message ?? `${keeper.plan.name}: ${keeper.state}`,
		);
		if (keeper.state === 'ready')
			io.err(`  ${message ?? `${keeper.plan.name} is up (${seconds(systemTimers.now() - startedAt)})`}`);
	};
	const supervisor: Supervisor = new Supervisor({
		plans: planProcesses(rows),
		timers: systemTimers,
		spawn: (plan) => spawnHost(plan, environment, log),
		changed,
	});
	const stopped = whenTold(supervisor, io);
	io.err('Starting …');
	await Promise.race([supervisor.start(), stopped]);
	const failed = supervisor.keepers.filter((keeper) => keeper.state === 'failed');
	const usable = failed.length < supervisor.keepers.length && !failed.some((keeper) => keeper.plan.services.includes(hub));
	if (!usable) await supervisor.stop();
	else if (supervisor.keepers.every((keeper) => keeper.state === 'ready' || keeper.state === 'failed'))
		for (const line of front.greeting(readSetupLink(home), seconds(systemTimers.now() - startedAt))) io.out(line);
	if (usable) await stopped;
	else io.err(`Mana could not start. The log has more: ${join(home, 'logs', 'mana.log')}`);
	log.close();
	return usable ? 0 : 1;
}

/** Settles when a signal has come and everything has stopped. */
function whenTold(supervisor: Supervisor, io: Io): Promise<void> {
	return new Promise((resolve) => {
		let toldAt: number | null = null;
		const tell = (signal: NodeJS.Signals) => {
			if (toldAt !== null && systemTimers.now() - toldAt < sameInterruptMs) return;
			if (toldAt !== null) return supervisor.kill();
			toldAt = systemTimers.now();
			io.err(signal === 'SIGINT' ? '\nStopping … (once more to stop at once)' : 'Stopping …');
			void supervisor.stop().then(() => {
				io.err('Mana has stopped.');
				resolve();
			});
		};
		for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, tell);
	});
}

/** Builds the pages when their sources are newer than the build. */
async function buildPages(io: Io): Promise<void> {
	const child = Bun.spawn({
		cmd: [process.execPath, join(root, 'web', 'build.ts'), '--if-stale'],
		cwd: root,
		stdout: 'pipe',
		stderr: 'pipe',
	});
	const errors = new Response(child.stderr).text();
	for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream()))
		for (const line of chunk.split('\n')) if (line.trim() !== '') io.err(line);
	if ((await child.exited) !== 0) throw new Refusal(`The pages could not be built:\n${(await errors).trim()}`);
}

/** The same start under another offset: with the same folder, or people would find an empty Mana. */
function startWith(args: readonly string[], offset: number): string {
	const kept = args.filter((arg, index) => !arg.startsWith('--port-offset') && args[index - 1] !== '--port-offset');
	const words = [...kept, '--port-offset', String(offset)];
	if (!words[0]?.startsWith('-')) words.unshift('up');
	return `npm start -- ${words.map((word) => (/[^\w./:@%+=,~-]/.test(word) ? `'${word}'` : word)).join(' ')}`;
}

function inUse(home: string): string {
	const state = readState(home);
	const who = state ? ` (process ${state.pid}, ${state.publicUrl})` : '';
	return `${home} is in use by another Mana${who}.\nStop that one, or give this one a folder of its own: npm start -- --home DIR --port-offset 10000`;
}

function inherited(): Record<string, string> {
	return Object.fromEntries(
		Object.entries(process.env).flatMap(([name, value]) =>
			value === undefined || name.startsWith('npm_') ? [] : [[name, value]],
		),
	);
}

function seconds(ms: number): string {
	return `${(ms / 1000).toFixed(1)} s`;
}

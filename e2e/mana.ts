import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freeOffset } from '@mana/schema/offsets';

const root = join(import.meta.dir, '..');
const startMs = 60_000;

/** A whole Mana of a test's own: a fresh home, ports that nobody else uses, started with the command that people use. */
export interface TestMana {
	readonly url: string;
	readonly setupLink: string;
	readonly home: string;
	/** Kills the process that runs a service as a power cut would, and waits until the supervisor has it running again. */
	kill(service: string): Promise<void>;
	stop(): Promise<void>;
}

/** Starts a Mana. The pages must be built (`npm test` and `npm start` do). */
export async function startMana(): Promise<TestMana> {
	const home = mkdtempSync(join(tmpdir(), 'mana-e2e-'));
	const held = await freeOffset();
	const child = spawn(process.execPath, [join(root, 'cli/mana.ts'), 'up', '--home', home, '--port-offset', String(held.offset)], {
		cwd: root,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const stopped = new Promise<void>((resolve) => child.once('exit', () => resolve()));
	const stop = async (): Promise<void> => {
		child.kill('SIGTERM');
		await stopped;
		held.close();
		rmSync(home, { recursive: true, force: true });
	};
	try {
		const said = await greeting(child, stopped);
		const setupLink = /https?:\/\/\S+\/setup#\S+/.exec(said)?.[0];
		if (!setupLink) throw new Error(`No setup link in what Mana said:\n${said}`);
		return { url: new URL(setupLink).origin, setupLink, home, kill: (service) => kill(home, service), stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

/** Everything that was printed until the setup link came. */
function greeting(child: ChildProcess, stopped: Promise<void>): Promise<string> {
	let said = '';
	return new Promise((resolve, reject) => {
		const late = setTimeout(() => reject(new Error(`Mana was not up within ${startMs / 1000} s. It said:\n${said}`)), startMs);
		const hear = (chunk: Buffer): void => {
			said += chunk.toString();
			if (!/\/setup#\S+\s/.test(said)) return;
			clearTimeout(late);
			resolve(said);
		};
		child.stdout!.on('data', hear);
		child.stderr!.on('data', hear);
		void stopped.then(() => {
			clearTimeout(late);
			reject(new Error(`Mana stopped before it was up. It said:\n${said}`));
		});
	});
}

async function kill(home: string, service: string): Promise<void> {
	const before = processOf(home, service);
	process.kill(before.pid!, 'SIGKILL');
	const patience = Date.now() + 20_000;
	for (;;) {
		const now = processOf(home, service);
		if (now.state === 'ready' && now.pid !== before.pid) return;
		if (Date.now() > patience) throw new Error(`${service} did not come back within 20 s: ${JSON.stringify(now)}`);
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

function processOf(home: string, service: string): { pid: number | null; state: string; services: string[] } {
	const state = JSON.parse(readFileSync(join(home, 'run/state.json'), 'utf8')) as { processes: ReturnType<typeof processOf>[] };
	const found = state.processes.find(({ services }) => services.includes(service));
	if (!found) throw new Error(`No process of this Mana runs ${service}.`);
	return found;
}

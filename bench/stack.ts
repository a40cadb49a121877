import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freeOffset } from '@mana/schema/offsets';

const root = join(import.meta.dir, '..');

/** A whole Mana in processes of its own, and an owner to work as. */
export interface Stack {
	readonly url: string;
	readonly home: string;
	/** From the command to the printed address. */
	readonly startMs: number;
	readonly setupLink: string;
	/** Address of one service behind the hub's door. */
	direct(service: string): string;
	/** Memory of all its processes: proportional set size where the system tells, else resident. */
	memoryMb(): number;
	stop(): Promise<void>;
}

export async function startStack(home = mkdtempSync(join(tmpdir(), 'mana-bench-'))): Promise<Stack> {
	const held = await freeOffset();
	const began = performance.now();
	const child = spawn(process.execPath, [join(root, 'cli/mana.ts'), 'up', '--home', home, '--port-offset', String(held.offset)], {
		cwd: root,
	});
	const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
	let said = '';
	const ready = new Promise<void>((resolve, reject) => {
		const hear = (chunk: Buffer): void => {
			said += chunk.toString();
			if (/Mana is ready[^\n]*\n/.test(said)) resolve();
		};
		child.stdout.on('data', hear);
		child.stderr.on('data', hear);
		void ended.then(() => reject(new Error(`Mana stopped before it was up:\n${said}`)));
	});
	await ready;
	const startMs = performance.now() - began;
	await Bun.sleep(300);
	const state = JSON.parse(readFileSync(join(home, 'run/state.json'), 'utf8')) as State;
	return {
		url: state.publicUrl,
		home,
		startMs,
		setupLink: /https?:\/\/\S+\/setup#\S+/.exec(said)?.[0] ?? '',
		direct(service) {
			const found = state.processes.flatMap(({ listening }) => listening).find(({ name }) => name === service);
			if (!found) throw new Error(`${service} listens nowhere.`);
			return found.url;
		},
		memoryMb: () => [child.pid!, ...state.processes.map(({ pid }) => pid)].reduce((sum, pid) => sum + processMb(pid), 0),
		async stop() {
			child.kill('SIGTERM');
			await ended;
			held.close();
			rmSync(home, { recursive: true, force: true });
		},
	};
}

/** Makes the owner and returns the session cookie. */
export async function signUpOwner(stack: Stack): Promise<string> {
	const token = new URL(stack.setupLink).hash.replace('#token=', '');
	const response = await fetch(`${stack.url}/api/mana-auth/setup`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', origin: stack.url },
		body: JSON.stringify({ token, name: 'Bench', email: 'bench@mana.test', password: 'a long enough password', language: 'en' }),
	});
	if (!response.ok) throw new Error(`Setup answered ${response.status}: ${await response.text()}`);
	return response.headers.getSetCookie().map((cookie) => cookie.split(';')[0]!).join('; '); // prettier-ignore
}

export async function tokenOf(stack: Stack, cookie: string): Promise<string> {
	const response = await fetch(`${stack.url}/api/mana-auth/token`, { method: 'POST', headers: { cookie, origin: stack.url } });
	if (!response.ok) throw new Error(`Token answered ${response.status}: ${await response.text()}`);
	return ((await response.json()) as { token: string }).token;
}

interface State {
	readonly publicUrl: string;
	readonly processes: readonly {
		readonly pid: number;
		readonly listening: readonly { readonly name: string; readonly url: string }[];
	}[];
}

export function processMb(pid: number): number {
	const read = (file: string, field: string): number =>
		Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync(file, 'utf8'))?.[1] ?? 0) / 1024;
	return readdirSync(`/proc/${pid}`).includes('smaps_rollup')
		? read(`/proc/${pid}/smaps_rollup`, 'Pss')
		: read(`/proc/${pid}/status`, 'VmRSS');
}

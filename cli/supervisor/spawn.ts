import { join } from 'node:path';
import type { Exit, Life, Listening } from './keeper.ts';
import type { MergedLog } from './log.ts';
import type { ProcessPlan } from './plan.ts';

/** What `cli/host.ts` tells its supervisor. */
export type HostMessage =
	| { readonly kind: 'ready'; readonly listening: readonly Listening[] }
	| { readonly kind: 'failed'; readonly message: string };

const host = join(import.meta.dir, '..', 'host.ts');

/**
 * Starts a plan's services in a process of its own.
 *
 * It leads its own process group, so that a Ctrl-C at the terminal reaches only the supervisor, which then stops everything in
 * order. Should the supervisor be killed, the channel between them closes and the process ends by itself.
 *
 * @param environment of the process
 * @param program for tests: what runs instead of `cli/host.ts`
 */
export function spawnHost(plan: ProcessPlan, environment: Record<string, string>, log: MergedLog, program = host): Life {
	const ready = Promise.withResolvers<readonly Listening[]>();
	let complaint: string | null = null;
	const child = Bun.spawn({
		cmd: [process.execPath, program, ...plan.services],
		env: environment,
		stdin: 'ignore',
		stdout: 'pipe',
		stderr: 'pipe',
		detached: true,
		serialization: 'json',
		ipc: (message: HostMessage) => {
			if (message.kind === 'ready') ready.resolve(message.listening);
			else complaint = message.message;
		},
	});
	const read = Promise.all([
		drain(child.stdout, (text) => log.take(plan.name, 'stdout', text)),
		drain(child.stderr, (text) => log.take(plan.name, 'stderr', text)),
	]);
	return {
		pid: child.pid,
		ready: ready.promise,
		complaint: () => complaint,
		exited: child.exited.then(async (): Promise<Exit> => {
			await Promise.race([read, Bun.sleep(500)]);
			log.ended(plan.name);
			return { code: child.exitCode, signal: child.signalCode === null ? null : String(child.signalCode) };
		}),
		stop: () => child.kill('SIGTERM'),
		kill: () => child.kill('SIGKILL'),
	};
}

async function drain(stream: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void> {
	const decoder = new TextDecoder();
	for await (const chunk of stream) take(decoder.decode(chunk, { stream: true }));
}

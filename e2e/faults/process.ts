import type { Subprocess } from 'bun';
import { join } from 'node:path';
import type { Player, PlayerOptions } from './player.ts';
import type { Told } from './replica.ts';

const program = join(import.meta.dir, 'replica-process.ts');

/** A client in a process of its own, with a store in memory: it tells one JSON value a line and is told words. */
export async function startProcess({ writer, seed, rate, url, token, heard, ended }: PlayerOptions): Promise<Player> {
	const ready = Promise.withResolvers<void>();
	const player = new ProcessPlayer(
		[program, writer, String(seed), String(rate), url, token],
		(told) => {
			if (told.kind === 'ready') ready.resolve();
			heard(told);
		},
		ended,
	);
	await ready.promise;
	return player;
}

class ProcessPlayer implements Player {
	readonly #child: Subprocess<'pipe', 'pipe', 'inherit'>;
	#dead = false;

	constructor(command: readonly string[], heard: (told: Told) => void, ended: (how: string) => void) {
		this.#child = Bun.spawn([process.execPath, ...command], { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' });
		void this.#read(heard);
		void this.#child.exited.then((code) => {
			if (!this.#dead) ended(`ended by itself (${code})`);
			this.#dead = true;
		});
	}

	tell(word: string): void {
		if (this.#dead) return;
		this.#child.stdin.write(`${word}\n`);
		this.#child.stdin.flush();
	}

	async pause(): Promise<void> {
		if (!this.#dead) this.#child.kill('SIGSTOP');
	}

	async resume(): Promise<void> {
		if (!this.#dead) this.#child.kill('SIGCONT');
	}

	async kill(): Promise<void> {
		this.#dead = true;
		this.#child.kill('SIGKILL');
		await this.#child.exited;
	}

	async #read(heard: (told: Told) => void): Promise<void> {
		const decoder = new TextDecoder();
		let rest = '';
		for await (const chunk of this.#child.stdout) {
			const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
			rest = lines.pop() ?? '';
			for (const line of lines) if (!this.#dead) heard(JSON.parse(line) as Told);
		}
	}
}

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Engine } from '../engines.ts';

/** An engine did not finish in the time that it was given. */
export class TimeIsUp extends Error {
	override readonly name = 'TimeIsUp';
}

/** A process that plays the server of an engine, or clients of it. What it can do stands in `deeds.mjs`. */
export class Actor {
	readonly #child: ChildProcess;
	readonly #engine: Engine;
	readonly #asked = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
	readonly #gone: Promise<void>;
	readonly #complaints: string[] = [];
	#ready!: () => void;
	readonly #started: Promise<void>;
	#lastId = 0;

	private constructor(engine: Engine) {
		this.#engine = engine;
		const runtime = engine.runtime === 'bun' ? process.execPath : 'node';
		const memory = engine.runtime === 'node' ? ['--max-old-space-size=6144'] : [];
		this.#child = spawn(runtime, [...memory, join(import.meta.dir, 'actor.mjs'), engine.file], {
			stdio: ['pipe', 'pipe', 'pipe'],
		});
		this.#started = new Promise((resolve) => (this.#ready = resolve));
		createInterface({ input: this.#child.stdout! }).on('line', (line) => this.#hear(line));
		createInterface({ input: this.#child.stderr! }).on('line', (line) => {
			this.#complaints.push(line);
			if (this.#complaints.length > 20) this.#complaints.shift();
		});
		this.#gone = new Promise((resolve) => this.#child.once('exit', () => resolve()));
		void this.#gone.then(() => {
			for (const { reject } of this.#asked.values()) reject(new Error(`${engine.label} ended: ${this.#lastWords()}`));
			this.#asked.clear();
		});
	}

	/** @throws when the engine's packages cannot be loaded */
	static async start(engine: Engine): Promise<Actor> {
		const actor = new Actor(engine);
		const ended = actor.#gone.then(() => {
			throw new Error(`${engine.label} did not start: ${actor.#lastWords()}`);
		});
		await Promise.race([actor.#started, ended]);
		return actor;
	}

	/** Has it do something. @throws `TimeIsUp` after `withinMs`; the actor is then good for nothing but `end` */
	async do<T = null>(deed: string, given: object = {}, withinMs = 120_000): Promise<T> {
		const id = ++this.#lastId;
		const answered = new Promise<T>((resolve, reject) => {
			this.#asked.set(id, { resolve: resolve as (result: unknown) => void, reject });
		});
		this.#child.stdin!.write(`${JSON.stringify({ id, deed, given })}\n`);
		let timer: ReturnType<typeof setTimeout> | undefined;
		const late = new Promise<never>((_resolve, reject) => {
			timer = setTimeout(() => {
				this.#asked.delete(id);
				reject(new TimeIsUp(`${this.#engine.label} did not ${deed} within ${withinMs / 1000} s.`));
			}, withinMs);
		});
		try {
			return await Promise.race([answered, late]);
		} finally {
			clearTimeout(timer);
		}
	}

	/** Ends the process, by force: nothing of a bench outlives it. */
	async end(): Promise<void> {
		this.#child.kill('SIGKILL');
		await this.#gone;
	}

	#hear(line: string): void {
		const message = JSON.parse(line) as { ready?: true; id?: number; result?: unknown; error?: string };
		if (message.ready) return this.#ready();
		const asked = this.#asked.get(message.id!);
		this.#asked.delete(message.id!);
		if (message.error === undefined) asked?.resolve(message.result);
		else asked?.reject(new Error(`${this.#engine.label}: ${message.error}`));
	}

	#lastWords(): string {
		return this.#complaints.slice(-6).join('\n') || 'it said nothing.';
	}
}

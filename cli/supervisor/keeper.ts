import type { ProcessPlan } from './plan.ts';
import { defaultPolicy, type RestartPolicy, Restarts } from './restarts.ts';
import type { Timers } from './timers.ts';

/** A service that answers. */
export interface Listening {
	readonly name: string;
	readonly url: string;
}

export interface Exit {
	readonly code: number | null;
	readonly signal: string | null;
}

/** One life of a process. */
export interface Life {
	readonly pid: number;
	/** Settles when every service in it is ready; never, if it dies before. */
	readonly ready: Promise<readonly Listening[]>;
	/** What the process said about why it cannot run; `null` while it has said nothing. */
	readonly complaint: () => string | null;
	readonly exited: Promise<Exit>;
	/** Asks it to finish what it is doing and end. */
	stop(): void;
	kill(): void;
}

/**
 * - `waiting`: for the processes it needs, or to be started.
 * - `restarting`: died, waits for its next start.
 * - `failed`: given up.
 */
export type ProcessState = 'waiting' | 'starting' | 'ready' | 'restarting' | 'stopping' | 'stopped' | 'failed';

export interface KeeperOptions {
	readonly plan: ProcessPlan;
	readonly spawn: (plan: ProcessPlan) => Life;
	readonly timers: Timers;
	readonly policy?: RestartPolicy;
	/** A process that is not ready by then is killed, which counts as a crash. */
	readonly startTimeoutMs?: number;
	/** A process that has not ended so long after being asked to is killed. */
	readonly stopTimeoutMs?: number;
	/** Told after every change of state, with a sentence where there is something to say. */
	readonly changed: (keeper: Keeper, message: string | null) => void;
}

/** Keeps one process running: starts it, starts it again when it dies, stops it. */
export class Keeper {
	readonly #options: KeeperOptions;
	readonly #restarts: Restarts;
	#state: ProcessState = 'waiting';
	#life: Life | null = null;
	#bornAt = 0;
	#listening: readonly Listening[] = [];
	#lastExit: Exit | null = null;
	#callOff: (() => void) | null = null;
	readonly #settled = Promise.withResolvers<void>();
	readonly #stopped = Promise.withResolvers<void>();

	constructor(options: KeeperOptions) {
		this.#options = options;
		this.#restarts = new Restarts(options.policy ?? defaultPolicy, options.timers.random);
	}

	get plan(): ProcessPlan {
		return this.#options.plan;
	}

	get state(): ProcessState {
		return this.#state;
	}

	get pid(): number | null {
		return this.#life?.pid ?? null;
	}

	/** When the present life began, in ms. */
	get bornAt(): number {
		return this.#bornAt;
	}

	get restarts(): number {
		return this.#restarts.total;
	}

	get listening(): readonly Listening[] {
		return this.#listening;
	}

	get lastExit(): Exit | null {
		return this.#lastExit;
	}

	/** Starts it. Settles when it is ready for the first time, given up or stopped; `state` says which. */
	start(): Promise<void> {
		if (this.#state === 'waiting') this.#begin();
		return this.#settled.promise;
	}

	/** Asks it to end and waits until it has. */
	async stop(): Promise<void> {
		this.#callOff?.();
		if (!this.#life) return this.#end(this.#state === 'failed' ? 'failed' : 'stopped', null);
		if (this.#state !== 'stopping') {
			this.#life.stop();
			this.#move('stopping', null);
			this.#callOff = this.#options.timers.after(this.#options.stopTimeoutMs ?? 10_000, () => this.kill());
		}
		await this.#stopped.promise;
	}

	/** Ends it at once. */
	kill(): void {
		this.#life?.kill();
	}

	#begin(): void {
		const { spawn, timers, plan, startTimeoutMs = 60_000 } = this.#options;
		const life = spawn(plan);
		this.#life = life;
		this.#bornAt = timers.now();
		this.#move('starting', null);
		this.#callOff = timers.after(startTimeoutMs, () => life.kill());
		void life.ready.then((listening) => this.#isReady(life, listening));
		void life.exited.then((exit) => this.#died(life, exit));
	}

	#isReady(life: Life, listening: readonly Listening[]): void {
		if (this.#life !== life || this.#state !== 'starting') return;
		this.#callOff?.();
		this.#listening = listening;
		this.#move('ready', this.#restarts.total > 0 ? `${this.plan.name} runs again.` : null);
		this.#settled.resolve();
	}

	#died(life: Life, exit: Exit): void {
		this.#callOff?.();
		this.#life = null;
		this.#listening = [];
		this.#lastExit = exit;
		if (this.#state === 'stopping') return this.#end('stopped', null);
		const why = life.complaint()?.replace(/\.$/, '') ?? `it ended with ${exit.signal ?? `code ${exit.code}`}`;
		const pauseMs = this.#restarts.died(this.#options.timers.now() - this.#bornAt);
		if (pauseMs === null) return this.#end('failed', `${this.plan.name} (${this.plan.services.join(', ')}) was given up: ${why}`);
		this.#callOff = this.#options.timers.after(pauseMs, () => this.#begin());
		this.#move('restarting', `${this.plan.name} stopped: ${why}. Next start in ${(pauseMs / 1000).toFixed(1)} s.`);
	}

	#end(state: 'stopped' | 'failed', message: string | null): void {
		this.#settled.resolve();
		this.#stopped.resolve();
		if (this.#state !== state) this.#move(state, message);
	}

	#move(state: ProcessState, message: string | null): void {
		this.#state = state;
		this.#options.changed(this, message);
	}
}

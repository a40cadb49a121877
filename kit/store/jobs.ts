import type { Logger } from 'pino';
import { type Clock, systemClock } from './clock.ts';
import { type AnyTransaction, jobMigrations, type JobRow, type JobState, JobTable } from './jobs/table.ts';
import { Loop } from './jobs/loop.ts';
import type { Store } from './open.ts';
import { fraction, type RandomBytes, systemRandom } from './random.ts';

/** What a handler knows of the job it runs. */
export interface RunningJob {
	readonly id: string;
	/** 1 for the first try. */
	readonly attempt: number;
	/** Aborted when the lease is over: somebody else may take the job then, so stop. */
	readonly signal: AbortSignal;
	/** Keeps the job for another lease from now on: work that takes longer than one says so that it goes on. Aborts the signal where the job was lost. */
	hold(): Promise<void>;
}

/** Does the work, or throws to have it tried again. Runs at least once, so it must bear being repeated. */
// oxlint-disable-next-line typescript/no-explicit-any -- a table of handlers of any payload; `enqueue` checks each by its own
export type JobHandler<Payload = any> = (payload: Payload, job: RunningJob) => Promise<unknown>;
export type JobHandlers = Readonly<Record<string, JobHandler>>;
type PayloadOf<Handler> = Handler extends (payload: infer Payload, ...rest: never[]) => unknown ? Payload : never;

export interface EnqueueOptions {
	/** Not before this time, in milliseconds since 1970. */
	readonly at?: number;
	/** With the same name and key there is only ever one job (until it is finished and forgotten after a week). */
	readonly key?: string;
	readonly maxAttempts?: number;
	/** The caller's transaction: the job exists exactly when what it is about does. */
	readonly within?: AnyTransaction;
}

export interface JobsOptions<Handlers> {
	readonly clock?: Clock;
	readonly random?: RandomBytes;
	readonly log?: Logger;
	/** How long a job may take, in milliseconds, before it counts as abandoned. */
	readonly leaseMs?: number;
	/** How many run at once in this process. */
	readonly concurrency?: number;
	/** Jobs that come back by themselves (payload `null`): the time between two of them, in milliseconds. */
	readonly every?: { readonly [Name in keyof Handlers]?: number };
}

export interface Job {
	readonly id: string;
	readonly name: string;
	readonly state: JobState;
	readonly attempts: number;
	readonly runAt: number;
	/** Why the last attempt failed. */
	readonly reason: string | null;
}

export interface Jobs<Handlers extends JobHandlers> {
	/** @returns the job's id; with a key that is known, that of the job which has it */
	enqueue<Name extends keyof Handlers & string>(
		name: Name,
		payload: PayloadOf<Handlers[Name]>,
		options?: EnqueueOptions,
	): Promise<string>;
	/** @returns whether the job was still waiting, and so will not run (again) */
	cancel(id: string): Promise<boolean>;
	/** Gives a dead job another set of attempts. @returns whether it was dead */
	revive(id: string): Promise<boolean>;
	find(id: string): Promise<Job | null>;
	/** Jobs whose attempts are used up, with the reason. */
	dead(): Promise<Job[]>;
	/** Runs what is due now. A job whose end the store does not take stays leased. @returns how many jobs it ran */
	tick(): Promise<number>;
	/** Ticks whenever something is due, until `stop`. */
	start(): void;
	/** Takes no more jobs and resolves when those under way are finished. */
	stop(): Promise<void>;
}

const defaults = { leaseMs: 60_000, concurrency: 4, maxAttempts: 8 };
const retry = { firstMs: 1000, longestMs: 3_600_000 };
const forgetAfterMs = 7 * 86_400_000;
const reasonLength = 2000;

/**
 * Durable jobs in a table of the service's own store. Any number of processes may work on the same table.
 *
 * @example
 * const jobs = await openJobs(store, { 'send-mail': async (mail: { to: string }) => send(mail) }, { clock });
 * await jobs.enqueue('send-mail', { to: 'ada@mana.example' }, { key: 'welcome-ada' });
 * jobs.start();
 */
export async function openJobs<Handlers extends JobHandlers, Tables>(
	store: Pick<Store<Tables>, 'db' | 'engine' | 'migrate'>,
	handlers: Handlers,
	options: JobsOptions<Handlers> = {},
): Promise<Jobs<Handlers>> {
	await store.migrate('jobs', jobMigrations);
	return new TableJobs(new JobTable(store), handlers, options);
}

class TableJobs<Handlers extends JobHandlers> implements Jobs<Handlers> {
	readonly #table: JobTable;
	readonly #handlers: Handlers;
	readonly #options: JobsOptions<Handlers>;
	readonly #clock: Clock;
	readonly #random: RandomBytes;
	readonly #loop: Loop;
	/** The last slot of each recurring job that this process has put into the table. */
	readonly #slots = new Map<string, number>();
	readonly #underWay = new Set<Promise<void>>();
	#forgottenAt = 0;

	constructor(table: JobTable, handlers: Handlers, options: JobsOptions<Handlers>) {
		this.#table = table;
		this.#handlers = handlers;
		this.#options = options;
		this.#clock = options.clock ?? systemClock;
		this.#random = options.random ?? systemRandom;
		this.#loop = new Loop(
			async () => (await this.#begin()).length,
			() => this.#waitMs(),
			(error) => options.log?.error({ err: error }, 'jobs cannot be read; trying again'),
		);
	}

	async enqueue<Name extends keyof Handlers & string>(
		name: Name,
		payload: PayloadOf<Handlers[Name]>,
		options: EnqueueOptions = {},
	): Promise<string> {
		const now = this.#clock.now();
		const row: JobRow = {
			id: Buffer.from(this.#random(new Uint8Array(16))).toString('hex'),
			name,
			key: options.key ?? null,
			payload: JSON.stringify(payload ?? null),
			state: 'waiting',
			run_at: options.at ?? now,
			attempts: 0,
			max_attempts: options.maxAttempts ?? defaults.maxAttempts,
			lease_until: null,
			reason: null,
			created_at: now,
			finished_at: null,
		};
		const id = await this.#table.add(row, options.within);
		this.#loop.wake();
		return id;
	}

	cancel(id: string): Promise<boolean> {
		return this.#table.move(id, 'waiting', { state: 'cancelled', finished_at: this.#clock.now() });
	}

	async revive(id: string): Promise<boolean> {
		const revived = await this.#table.move(id, 'dead', {
			state: 'waiting',
			attempts: 0,
			run_at: this.#clock.now(),
			finished_at: null,
		});
		this.#loop.wake();
		return revived;
	}

	async find(id: string): Promise<Job | null> {
		const row = await this.#table.byId(id);
		return row ? jobOf(row) : null;
	}

	async dead(): Promise<Job[]> {
		return (await this.#table.inState('dead')).map(jobOf);
	}

	async tick(): Promise<number> {
		const begun = await this.#begin();
		await Promise.all(begun);
		return begun.length;
	}

	start(): void {
		this.#loop.start();
	}

	async stop(): Promise<void> {
		await this.#loop.stop();
		await Promise.all(this.#underWay);
	}

	/** Takes what is due, as far as there is room, and begins to run it. */
	async #begin(): Promise<Promise<void>[]> {
		const now = this.#clock.now();
		await this.#repeat(now);
		await this.#forget(now);
		const { leaseMs = defaults.leaseMs } = this.#options;
		const taken = await this.#table.take(Object.keys(this.#handlers), now, now + leaseMs, this.#room());
		return taken.map((job) => {
			const run = this.#run(job, leaseMs)
				.catch((error: unknown) => this.#lost(job, error))
				.finally(() => {
					this.#underWay.delete(run);
					this.#loop.wake();
				});
			this.#underWay.add(run);
			return run;
		});
	}

	#room(): number {
		return (this.#options.concurrency ?? defaults.concurrency) - this.#underWay.size;
	}

	async #run(job: JobRow, leaseMs: number): Promise<void> {
		// The worker that had it is gone without a word each time: perhaps the job itself brings workers down.
		if (job.attempts > job.max_attempts) return this.#fail(job, `It was abandoned ${job.max_attempts} times.`);
		const lease = new AbortController();
		let timer = setTimeout(() => lease.abort(), leaseMs);
		const hold = async (): Promise<void> => {
			if (!(await this.#table.hold(job, this.#clock.now() + leaseMs))) return lease.abort();
			clearTimeout(timer);
			if (!lease.signal.aborted) timer = setTimeout(() => lease.abort(), leaseMs);
		};
		const running: RunningJob = { id: job.id, attempt: job.attempts, signal: lease.signal, hold };
		try {
			await this.#handlers[job.name]?.(JSON.parse(job.payload), running);
			await this.#table.settle(job, { state: 'done', finished_at: this.#clock.now(), reason: null });
		} catch (error) {
			await this.#fail(job, error instanceof Error ? error.message : String(error));
		} finally {
			clearTimeout(timer);
		}
	}

	async #fail(job: JobRow, cause: string): Promise<void> {
		const reason = cause.slice(0, reasonLength);
		const now = this.#clock.now();
		const outcome: Partial<JobRow> =
			job.attempts >= job.max_attempts
				? { state: 'dead', finished_at: now, reason }
				: { state: 'waiting', run_at: now + backOffMs(job.attempts, fraction(this.#random)), reason };
		await this.#table.settle(job, outcome);
		const level = outcome.state === 'dead' ? 'error' : 'warn';
		this.#options.log?.[level]({ job: job.name, id: job.id, attempt: job.attempts, reason }, `job ${outcome.state}`);
	}

	/** The store is away: nobody can say how the job ended, so it is taken again when its lease is over. */
	#lost(job: JobRow, error: unknown): void {
		const told = { err: error, job: job.name, id: job.id, attempt: job.attempts };
		this.#options.log?.error(told, 'how a job ended could not be written; it runs again when its lease is over');
	}

	/** Every process tries; the key lets one of them win. */
	async #repeat(now: number): Promise<void> {
		for (const [name, everyMs] of Object.entries<number | undefined>(this.#options.every ?? {})) {
			if (everyMs === undefined) continue;
			const slot = Math.floor(now / everyMs);
			if (this.#slots.get(name) === slot) continue;
			await this.enqueue(name, null as PayloadOf<Handlers[string]>, { key: `every ${everyMs} ${slot}` });
			this.#slots.set(name, slot);
		}
	}

	async #forget(now: number): Promise<void> {
		if (now - this.#forgottenAt < forgetAfterMs / 100) return;
		this.#forgottenAt = now;
		await this.#table.forgetFinished(now - forgetAfterMs);
	}

	async #waitMs(): Promise<number> {
		if (this.#room() === 0) return Infinity;
		const next = await this.#table.nextDue(Object.keys(this.#handlers));
		return next === null ? Infinity : next - this.#clock.now();
	}
}

/** Doubles with every attempt up to an hour; the jitter keeps jobs that failed together from coming back together. */
function backOffMs(attempt: number, jitter: number): number {
	const full = Math.min(retry.firstMs * 2 ** (attempt - 1), retry.longestMs);
	return Math.round(full * (0.5 + jitter / 2));
}

function jobOf({ id, name, state, attempts, run_at: runAt, reason }: JobRow): Job {
	return { id, name, state, attempts, runAt, reason };
}

import type { Environment } from '../environment.ts';

/** Longest silence that is taken for granted, in ms. */
const ANSWER_MS = 10_000;
const PING_AFTER_MS = 20_000;
/** After a wake somebody is looking, and what was open may be dead: for this long less is waited, for an answer and between attempts. */
const HURRY_MS = 15_000;
const HURRIED_ANSWER_MS = 3_000;

/** Tells a conversation that goes on from one that does not, by what was heard and when. */
export class Watchdog {
	readonly #env: Environment;
	#hurryUntil = -Infinity;
	/** How long an answer is waited for while somebody looks. A way that is slow and not dead gets twice the time after each attempt. */
	#hurriedMs = 0;
	#heardAt = 0;
	/** When we began to wait for an answer of any kind; `null` while none is due. */
	#askedAt: number | null = null;
	#pingedAt: number | null = null;
	/** When something last brought us nearer to the newest checkpoint that we heard of. */
	#movedAt = 0;

	constructor(env: Environment) {
		this.#env = env;
	}

	/** Somebody is looking. */
	hurry(): void {
		this.#hurryUntil = this.#env.elapsed() + HURRY_MS;
		this.#hurriedMs = HURRIED_ANSWER_MS;
	}

	get hurried(): boolean {
		return this.#env.elapsed() < this.#hurryUntil;
	}

	/** A connection is being opened. */
	opened(): void {
		this.#askedAt = this.#heardAt = this.#env.elapsed();
	}

	/** An answer is due from now on. */
	asked(): void {
		this.#askedAt = this.#env.elapsed();
	}

	/** None is due any more. */
	answered(): void {
		this.#askedAt = null;
	}

	heard(): void {
		this.#heardAt = this.#env.elapsed();
		this.#pingedAt = null;
	}

	moved(): void {
		this.#movedAt = this.#env.elapsed();
	}

	pinged(): void {
		this.#pingedAt = this.#askedAt = this.#env.elapsed();
	}

	/** Whether a ping is on its way. */
	get pinging(): boolean {
		return this.#pingedAt !== null;
	}

	get shouldPing(): boolean {
		return !this.pinging && this.#env.elapsed() - this.#heardAt > PING_AFTER_MS;
	}

	/** Nothing came although an answer is due. */
	get isSilent(): boolean {
		return this.#askedAt !== null && this.#env.elapsed() - Math.max(this.#askedAt, this.#heardAt) > this.#patience;
	}

	/** What was asked for before there was a connection is not there yet. */
	get isLate(): boolean {
		return this.#askedAt !== null && this.#env.elapsed() - this.#askedAt > this.#patience;
	}

	/** Nothing came for long that brought us nearer. */
	get isStalled(): boolean {
		return this.#env.elapsed() - this.#movedAt > ANSWER_MS;
	}

	/** The connection ended. */
	drop(): void {
		if (this.#askedAt !== null) this.#hurriedMs *= 2;
		this.#askedAt = this.#pingedAt = null;
	}

	get #patience(): number {
		return this.hurried ? this.#hurriedMs : ANSWER_MS;
	}
}

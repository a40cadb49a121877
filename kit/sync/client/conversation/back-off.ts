const FIRST_MS = 500;
const LONGEST_MS = 60_000;

/** Waiting times between attempts: exponential with full jitter (Brooker, "Exponential Backoff And Jitter", AWS 2015). */
export class BackOff {
	readonly #random: () => number;
	#attempts = 0;

	constructor(random: () => number) {
		this.#random = random;
	}

	/** How long to wait before the next attempt, in ms: at least `least`, which is spread out too, and then at most `longest` more. */
	next(least = 0, longest = LONGEST_MS): number {
		const most = Math.min(longest, FIRST_MS * 2 ** this.#attempts);
		if (most < longest) this.#attempts++; // no further, so that what follows short pauses is not a long one
		return Math.round(least * (1 + this.#random() / 2) + this.#random() * most);
	}

	/** It worked. */
	reset(): void {
		this.#attempts = 0;
	}
}

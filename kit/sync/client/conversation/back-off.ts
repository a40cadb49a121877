const FIRST_MS = 500;
const LONGEST_MS = 60_000;

/** Waiting times between attempts: exponential with full jitter (Brooker, "Exponential Backoff And Jitter", AWS 2015). */
export class BackOff {
	readonly #random: () => number;
	/** The most that the next pause may be; it doubles, from what the last one might have been. */
	#mostMs = FIRST_MS;

	constructor(random: () => number) {
		this.#random = random;
	}

	/** How long to wait before the next attempt, in ms: at least `least`, which is spread out too, and then at most `longest` more. */
	next(least = 0, longest = LONGEST_MS): number {
		const most = Math.min(longest, this.#mostMs);
		this.#mostMs = 2 * most;
		return Math.round(least * (1 + this.#random() / 2) + this.#random() * most);
	}

	/** It worked. */
	reset(): void {
		this.#mostMs = FIRST_MS;
	}
}

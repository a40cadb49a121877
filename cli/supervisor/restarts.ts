/** When a process that died is started again. All durations in milliseconds. */
export interface RestartPolicy {
	/** The pause before the first new start; it doubles with every further fast crash. */
	readonly firstMs: number;
	readonly longestMs: number;
	/** A process that lived this long was healthy: its next crash counts as the first one. */
	readonly steadyMs: number;
	/** So many fast crashes in a row, and it is left alone. */
	readonly tries: number;
}

export const defaultPolicy: RestartPolicy = { firstMs: 200, longestMs: 30_000, steadyMs: 30_000, tries: 8 };

/** Counts the fast crashes of one process and says how long to wait: exponential back-off with jitter. */
export class Restarts {
	readonly #policy: RestartPolicy;
	readonly #random: () => number;
	#crashes = 0;
	#total = 0;

	/** @param random yields numbers in [0, 1) */
	constructor(policy: RestartPolicy = defaultPolicy, random: () => number = Math.random) {
		this.#policy = policy;
		this.#random = random;
	}

	/** How often it was started again since the beginning. */
	get total(): number {
		return this.#total;
	}

	/**
	 * To be called when the process has died.
	 *
	 * @param lifeMs how long it had lived
	 * @returns the pause before the next start, or `null`: give up
	 */
	died(lifeMs: number): number | null {
		const { firstMs, longestMs, steadyMs, tries } = this.#policy;
		this.#crashes = lifeMs >= steadyMs ? 1 : this.#crashes + 1;
		if (this.#crashes > tries) return null;
		this.#total += 1;
		const pauseMs = Math.min(longestMs, firstMs * 2 ** (this.#crashes - 1));
		return Math.round(pauseMs * (0.5 + this.#random() / 2));
	}
}

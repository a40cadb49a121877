import type { Timers } from '../timers.ts';

/** A clock that stands still until it is told to go on. */
export class FakeTimers implements Timers {
	#now = 0;
	#calls: { readonly at: number; readonly call: () => void }[] = [];

	now(): number {
		return this.#now;
	}

	after(delayMs: number, call: () => void): () => void {
		const entry = { at: this.#now + delayMs, call };
		this.#calls.push(entry);
		return () => (this.#calls = this.#calls.filter((other) => other !== entry));
	}

	/** Without jitter: the upper end of every pause. */
	random(): number {
		return 1;
	}

	/** Goes on by `ms` and makes the calls that fall due, in order. */
	pass(ms: number): void {
		const until = this.#now + ms;
		for (;;) {
			const due = this.#calls.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
			if (!due) break;
			this.#calls = this.#calls.filter((other) => other !== due);
			this.#now = due.at;
			due.call();
		}
		this.#now = until;
	}
}

import { SLICE_MS } from '../breathe.ts';

/** Does long work on the thread that draws, step by step; a step is what must not be cut. Rejects with what a step throws. */
export type Pace = <T>(work: Generator<void, T>) => Promise<T>;

/**
 * Slices, between which whoever waits has a turn.
 *
 * @param elapsed ms that passed since some fixed moment
 * @param rest settles when everybody who waited for the thread has had a turn
 */
export function slices(elapsed: () => number, rest: () => Promise<void>): Pace {
	return async (work) => {
		for (;;) {
			await rest();
			const until = elapsed() + SLICE_MS;
			do {
				const { done, value } = work.next();
				if (done) return value;
			} while (elapsed() < until);
		}
	};
}

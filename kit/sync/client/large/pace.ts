/** How long work may keep the thread that draws, ms (sync.md §6.14 allows 8): a step that was begun is ended. */
const SLICE_MS = 6;

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

/** Lets input, timers and painting have their turn. A timer would wait longer than that, and a second in a page that nobody sees. */
export function rest(): Promise<void> {
	const { promise, resolve } = Promise.withResolvers<void>();
	const { port1, port2 } = new MessageChannel();
	port1.addEventListener('message', () => {
		port1.close();
		resolve();
	});
	port1.start();
	port2.postMessage(null);
	return promise;
}

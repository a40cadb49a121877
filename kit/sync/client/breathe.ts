/** How long work may keep the thread that draws, ms (sync.md §6.14 allows 8): a step that was begun is ended. */
export const SLICE_MS = 6;

/** Asked between two steps of long work: `null` while it may go on, else settles when everybody who waited for the thread has had a turn. */
export type Breathe = () => Promise<void> | null;

/** @param elapsed ms that passed since some fixed moment */
export function breather(elapsed: () => number, pause: () => Promise<void> = rest): Breathe {
	let until = elapsed() + SLICE_MS;
	return () => {
		if (elapsed() < until) return null;
		return pause().then(() => {
			until = elapsed() + SLICE_MS;
		});
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

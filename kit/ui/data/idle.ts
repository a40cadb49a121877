/** Calls back once the browser has nothing else to do, with the ms that are left for work. Returns the way to call it off. */
export type Idle = (work: (leftMs: () => number) => void) => () => void;

/** What is left at least when another step is begun, ms. */
const LEAST_MS = 2;
/** Without a browser that tells when it is idle: after so long a pause, for so long at once, ms. */
const [PAUSE_MS, TURN_MS] = [50, 5];

/**
 * Does work step by step while nobody waits for anything else.
 *
 * @returns the way to stop it
 */
export function whenIdle(work: Iterator<void>, idle: Idle = idleOfBrowser): () => void {
	let stop: () => void;
	const go = (leftMs: () => number): void => {
		do if (work.next().done) return;
		while (leftMs() > LEAST_MS);
		stop = idle(go);
	};
	stop = idle(go);
	return () => stop();
}

const idleOfBrowser: Idle = (work) => {
	if ('requestIdleCallback' in globalThis) {
		const asked = requestIdleCallback((deadline) => work(() => deadline.timeRemaining()));
		return () => cancelIdleCallback(asked);
	}
	// Safari.
	const timer = setTimeout(() => {
		const until = performance.now() + TURN_MS;
		work(() => until - performance.now());
	}, PAUSE_MS);
	return () => clearTimeout(timer);
};

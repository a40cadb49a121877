/**
 * Wall clock in ms with microseconds, the same in all processes of a machine. `performance.timeOrigin` is not exact enough in every
 * runtime, so the offset is measured at the edges where `Date.now()` ticks.
 */
export function exactClock(rounds = 12) {
	let offset = Infinity;
	for (let round = 0; round < rounds; round++) {
		const before = Date.now();
		let tick = before;
		while (tick === before) tick = Date.now();
		// What was noticed late reads too small an offset from the true one, never too big.
		offset = Math.min(offset, performance.now() - tick);
	}
	return () => performance.now() - offset;
}

export const now = exactClock();

/** Waits until `atMs`: asleep while it is far, then turning the event loop, so that the timer's millisecond does not count as latency. */
export async function until(atMs) {
	const far = atMs - now() - 2;
	if (far > 0) await new Promise((resolve) => setTimeout(resolve, far));
	while (now() < atMs) await new Promise((resolve) => setImmediate(resolve));
}

/** Time and chance as parameters, so that a test can be the clock. */
export interface Timers {
	/** Milliseconds since 1970-01-01T00:00:00Z. */
	now(): number;
	/** Calls once after `delayMs`; the answer calls it off. */
	after(delayMs: number, call: () => void): () => void;
	/** A number in [0, 1). */
	random(): number;
}

export const systemTimers: Timers = {
	now: () => Date.now(),
	after: (delayMs, call) => {
		const timer = setTimeout(call, delayMs);
		return () => clearTimeout(timer);
	},
	random: () => Math.random(),
};

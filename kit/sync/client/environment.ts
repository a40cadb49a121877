/** Everything the client takes from its surroundings, so that the simulator can run it under virtual time. Browser values: `browser.ts`. */
export interface Environment {
	/** Milliseconds since 1970, by this device's clock, right or wrong: for stamps and for people. */
	now(): number;
	/** Milliseconds that passed since some fixed moment; never jumps. For waiting. */
	elapsed(): number;
	/** A number in [0,1). */
	random(): number;
	/** Fills the array it is given and returns it. */
	randomBytes(bytes: Uint8Array): Uint8Array;
	/** Calls `job` about every `ms` milliseconds. Returns the way to stop. */
	every(ms: number, job: () => void): () => void;
}

/** Clock, randomness and timers of the browser (or of Bun, in tests). */
export function webEnvironment(): Environment {
	return {
		now: () => Date.now(),
		elapsed: () => performance.now(),
		random: () => Math.random(),
		randomBytes: (bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>),
		every(ms, job) {
			const timer = setInterval(job, ms);
			return () => clearInterval(timer);
		},
	};
}

/** Everything the client takes from its surroundings, so that the simulator can run it under virtual time. Browser values: `browser.ts`. */
export interface Environment {
	/** Milliseconds since 1970, by this device's clock, right or wrong. */
	now(): number;
	/** A number in [0,1). */
	random(): number;
	/** Fills the array it is given. */
	randomBytes(bytes: Uint8Array): Uint8Array;
	/** Calls `job` about every `ms` milliseconds. Returns the way to stop. */
	every(ms: number, job: () => void): () => void;
}

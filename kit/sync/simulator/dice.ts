/** The only source of chance in a simulation: one seed, one history (mulberry32, Tommy Ettinger, public domain). */
export class Dice {
	#state: number;

	constructor(seed: number) {
		this.#state = (seed ^ 0x5bd1e995) >>> 0;
		for (let i = 0; i < 3; i++) this.next();
	}

	/** A number in [0,1). */
	next(): number {
		this.#state = (this.#state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000;
	}

	/** A whole number from `low` to `high`, both included. */
	int(low: number, high: number): number {
		return low + Math.floor(this.next() * (high - low + 1));
	}

	chance(probability: number): boolean {
		return this.next() < probability;
	}

	pick<T>(list: readonly T[]): T {
		return list[this.int(0, list.length - 1)]!;
	}

	bytes(into: Uint8Array): Uint8Array {
		for (let i = 0; i < into.length; i++) into[i] = this.int(0, 255);
		return into;
	}

	/** Dice of its own for one part of the world, so that what happens elsewhere does not change its luck. */
	fork(): Dice {
		return new Dice(Math.floor(this.next() * 0x100000000));
	}
}

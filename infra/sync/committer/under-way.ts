import type { SpaceId } from '@mana/sync';

/** Counts what is on its way to the disk, by space and in bytes. */
export class UnderWay {
	readonly #spaces = new Map<SpaceId, number>();
	readonly #settled: (space: SpaceId) => void;
	#bytes = 0;
	#idle: (() => void)[] = [];

	/** @param settled told when nothing of a space is on its way any more */
	constructor(settled: (space: SpaceId) => void) {
		this.#settled = settled;
	}

	get bytes(): number {
		return this.#bytes;
	}

	has(space: SpaceId): boolean {
		return this.#spaces.has(space);
	}

	/** Counts `work` as long as it lasts. */
	async track<T>(space: SpaceId, bytes: number, work: Promise<T>): Promise<T> {
		this.#spaces.set(space, (this.#spaces.get(space) ?? 0) + 1);
		this.#bytes += bytes;
		try {
			return await work;
		} finally {
			this.#bytes -= bytes;
			const left = this.#spaces.get(space)! - 1;
			if (left > 0) this.#spaces.set(space, left);
			else {
				this.#spaces.delete(space);
				this.#settled(space);
				if (this.#spaces.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
			}
		}
	}

	/** Resolves when nothing is on its way. */
	async idle(): Promise<void> {
		if (this.#spaces.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
	}
}

import type { SpaceId } from '@mana/sync';
import type { DigestStore, Sums } from '@mana/sync/space/index';
import type { SumKeeper } from './sum-keeper.ts';

/** Counts that are tried before somebody who asks is told that it cannot be said: another node may count as well. */
const TRIES = 3;

/** The sums of spaces for whoever compares: as they are kept, or counted when they are not or somebody doubts them. */
export class Digests implements DigestStore {
	readonly readRecords: DigestStore['readRecords'];
	readonly #keeper: SumKeeper;
	readonly #doubted = new Set<SpaceId>();
	readonly #counting = new Map<SpaceId, Promise<void>>();

	constructor(keeper: SumKeeper, readRecords: DigestStore['readRecords']) {
		this.#keeper = keeper;
		this.readRecords = readRecords;
	}

	async sums(space: SpaceId, person: string): Promise<Sums | null> {
		for (let tries = 0; tries < TRIES; tries++) {
			const kept = await this.#keeper.read(space, person);
			if (!kept || (kept.whole && !this.#doubted.has(space))) return kept;
			await this.#count(space);
		}
		throw new Error(`The cells of space ${space} could not be counted.`);
	}

	async doubtSums(space: SpaceId): Promise<void> {
		this.#doubted.add(space);
	}

	/** One count at a time, whoever asks. */
	#count(space: SpaceId): Promise<void> {
		const known = this.#counting.get(space);
		if (known) return known;
		this.#doubted.delete(space);
		const counting = this.#keeper.count(space).finally(() => this.#counting.delete(space));
		this.#counting.set(space, counting);
		return counting;
	}
}

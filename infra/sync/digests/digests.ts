import { sameSum, type SpaceId, type Sum } from '@mana/sync';
import type { DigestStore, Sums } from '@mana/sync/space/index';
import type { KeptSums, SumKeeper } from './sum-keeper.ts';

/** Counts that are tried before somebody who asks is told that it cannot be said: another node may count as well. */
const TRIES = 3;

const NOTHING: Sum = { low: 0, high: 0 };

/** The sums of spaces for whoever compares: as they are kept, or counted when they are not or somebody doubts them. */
export class Digests implements DigestStore {
	readonly readRecords: DigestStore['readRecords'];
	readonly #keeper: SumKeeper;
	readonly #damaged: (space: SpaceId) => void;
	readonly #doubted = new Set<SpaceId>();
	readonly #counting = new Map<SpaceId, Promise<void>>();

	/** @param damaged told of a space whose cells are not what its commits made of them: a value on the disk became another one */
	constructor(keeper: SumKeeper, readRecords: DigestStore['readRecords'], damaged: (space: SpaceId) => void) {
		this.#keeper = keeper;
		this.readRecords = readRecords;
		this.#damaged = damaged;
	}

	async sums(space: SpaceId, person: string): Promise<Sums | null> {
		for (let tries = 0; tries < TRIES; tries++) {
			const kept = await this.#keeper.read(space, person);
			if (!kept || (kept.whole && !this.#doubted.has(space))) return kept;
			await this.#count(space, person, kept);
		}
		throw new Error(`The cells of space ${space} could not be counted.`);
	}

	async doubtSums(space: SpaceId): Promise<void> {
		this.#doubted.add(space);
	}

	/** One count at a time, whoever asks. @param kept the sums before it */
	#count(space: SpaceId, person: string, kept: KeptSums): Promise<void> {
		const known = this.#counting.get(space);
		if (known) return known;
		this.#doubted.delete(space);
		const counting = this.#keeper
			.count(space)
			.then(() => this.#compare(space, person, kept))
			.finally(() => this.#counting.delete(space));
		this.#counting.set(space, counting);
		return counting;
	}

	/** What commits summed up must be what is there, where nobody wrote while it was counted. */
	async #compare(space: SpaceId, person: string, before: KeptSums): Promise<void> {
		const after = before.whole && (await this.#keeper.read(space, person));
		if (!after || !after.whole || after.epoch !== before.epoch || after.seq !== before.seq) return;
		const collections = new Set([...before.sums.keys(), ...after.sums.keys()]);
		const of = ({ sums }: KeptSums, collection: number) => sums.get(collection) ?? NOTHING;
		if (![...collections].every((collection) => sameSum(of(before, collection), of(after, collection)))) this.#damaged(space);
	}
}

import type { SpaceId, Sum } from '@mana/sync';
import type { Sums } from '@mana/sync/space/index';

/** Where the sums of spaces stand. One for each engine, the same behaviour. */
export interface SumKeeper {
	/** What is kept, of one snapshot with the head; `whole`: it is the sum of all cells. `null`: no such space. */
	read(space: SpaceId, person: string): Promise<KeptSums | null>;
	/** Counts all cells of a space. Commits go on meanwhile. When somebody else begins a count as well, the later one is kept. */
	count(space: SpaceId): Promise<void>;
}

export interface KeptSums extends Sums {
	readonly whole: boolean;
}

export interface SumRow {
	readonly collection: number;
	readonly low: number;
	readonly high: number;
}

/** The number of a count: neither `NONE` nor `WHOLE`. */
export function countNumber(): number {
	return 3 + Math.floor(Math.random() * 2 ** 31);
}

export function sumsFrom(rows: readonly SumRow[]): Map<number, Sum> {
	return new Map(rows.map(({ collection, low, high }) => [collection, { low, high }]));
}

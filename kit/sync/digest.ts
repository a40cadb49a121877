import type { RecordId } from '@mana/model';
import type { Cell } from './cell.ts';
import { limits } from './limits.ts';
import { isLeftover } from './tombstone.ts';
import { finish, mix, mixNumber, mixText, mixValue, newLanes, type Lanes } from './lanes.ts';

/**
 * 64 bits that stand for a set of cells, in two halves below 2^32. Sums are added half by half, so neither order nor grouping matters,
 * and what a cell held can be taken out again.
 */
export interface Sum {
	readonly low: number;
	readonly high: number;
}

/** A sum of a part of the state: `of` is the number of a collection, or of a bucket of one. */
export interface PartSum extends Sum {
	readonly of: number;
}

/** The sum of no cells. */
export const NOTHING_SUM: Sum = { low: 0, high: 0 };

/** Into how many parts the records of a collection are divided to find what differs. */
export const BUCKETS: number = limits.buckets;

export function plus(a: Sum, b: Sum): Sum {
	return { low: (a.low + b.low) >>> 0, high: (a.high + b.high) >>> 0 };
}

export function minus(a: Sum, b: Sum): Sum {
	return { low: (a.low - b.low) >>> 0, high: (a.high - b.high) >>> 0 };
}

export function sameSum(a: Sum, b: Sum): boolean {
	return a.low === b.low && a.high === b.high;
}

/** The bucket of a record in its collection, below `BUCKETS`. */
export function bucketOf(record: RecordId): number {
	return finish(lanesOf(record).low) % BUCKETS;
}

/** Sum of one cell: all that a replica holds of it, its place, value, stamp and actor. */
export function sumOfCell(cell: Cell): Sum {
	return sumBehind(lanesOf(cell.record), cell);
}

/** Sum of the cells of one record. */
export function sumOfRecord(record: RecordId, cells: Iterable<Cell>): Sum {
	const start = lanesOf(record);
	let sum = NOTHING_SUM;
	for (const cell of cells) sum = plus(sum, sumBehind(start, cell));
	return sum;
}

/** @param sums by whatever divides the state; changed in place */
export function addSum<K>(sums: Map<K, Sum>, part: K, sum: Sum): void {
	sums.set(part, plus(sums.get(part) ?? NOTHING_SUM, sum));
}

function lanesOf(record: RecordId): Lanes {
	const lanes = newLanes();
	mixText(lanes, record);
	return lanes;
}

function sumBehind(start: Lanes, cell: Cell): Sum {
	if (isLeftover(cell)) return NOTHING_SUM; // each side lets go of it when it may
	const { collection, field, key, value, stamp, actor } = cell;
	const lanes = { low: start.low, high: start.high };
	mix(lanes, collection);
	mix(lanes, field);
	mix(lanes, actor);
	mixNumber(lanes, stamp);
	mixText(lanes, key);
	mixValue(lanes, value);
	return { low: finish(lanes.low), high: finish(lanes.high) };
}

import { compareWrites, type Law } from './law.ts';
import { compareValues } from './compare.ts';
import type { Value } from '../value.ts';

/**
 * One part of a counter (sync.md §6.4 `counter`): each writer has keys of its own that hold totals, and the greater total wins. What the
 * counter shows is the sum over its keys (`fields/counter.ts`). Totals instead of steps, so that a write that comes twice counts once.
 */
export const counter: Law = {
	code: 3,
	name: 'counter',
	merge: (a, b) => ((compareValues(a.value, b.value) || compareWrites(a, b)) >= 0 ? a : b),
};

/**
 * What stands in a part whose total was put into the sum of all folded parts. It says up to which total, so that what is written about the part
 * later counts only for what is more. As a text it is greater than every number; of one length, the one that says more is greater; and whoever
 * does not know of folding reads it as 0, for `0e…` is a way to write that.
 *
 * @param total a whole number, 0 or more
 */
export function foldedAt(total: number): Value {
	return `0e${String(total).padStart(16, '0')}`;
}

/** The total up to which a part was folded; `null` when it was not. */
export function foldedTotal(value: Value | undefined): number | null {
	return typeof value === 'string' && /^0e\d{16}$/.test(value) ? Number(value.slice(2)) : null;
}

/** The key of the sum of all folded parts in one direction: that of a part without a name, which no writer may use. */
export function sumKey(key: string): string {
	return key.slice(0, 1);
}

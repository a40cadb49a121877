import { compareWrites, type Law } from './law.ts';
import { compareValues } from './compare.ts';

/**
 * One part of a counter (sync.md §6.4 `counter`): each writer has keys of its own that hold totals, and the greater total wins. What the
 * counter shows is the sum over its keys (`fields/counter.ts`). Totals instead of steps, so that a write that comes twice counts once.
 */
export const counter: Law = {
	code: 3,
	name: 'counter',
	merge: (a, b) => ((compareValues(a.value, b.value) || compareWrites(a, b)) >= 0 ? a : b),
};

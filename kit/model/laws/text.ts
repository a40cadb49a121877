import { compareWrites, type Law } from './law.ts';

/**
 * One update of a text that many may edit (sync.md §6.4 `text`): each update has a key that is used once, and is cleared (`null`) when it
 * was merged into a bigger one. Yjs merges the updates; this law only has to keep the clearing.
 */
export const text: Law = {
	code: 5,
	name: 'text',
	merge: (a, b) => (compareWrites(a, b) >= 0 ? a : b),
};

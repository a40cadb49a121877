import { compareWrites, type Law } from './law.ts';

/**
 * The parent of a record in a tree (sync.md §6.4): the later move wins. The server refuses a move that would close a circle, because it
 * alone has the moves of all devices in one order.
 */
export const tree: Law = {
	code: 7,
	name: 'tree',
	merge: (a, b) => (compareWrites(a, b) >= 0 ? a : b),
};

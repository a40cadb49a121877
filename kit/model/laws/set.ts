import { compareWrites, type Law } from './law.ts';

/**
 * One key of a set or a map (sync.md §6.4 `set`): each key is its own register, in when it holds something and out when it holds `null`.
 * The later write wins and an add beats a remove of the same stamp. A later remove beats an earlier concurrent add.
 */
export const set: Law = {
	code: 4,
	name: 'set',
	merge(a, b) {
		if (a.stamp === b.stamp && (a.value === null) !== (b.value === null)) return a.value === null ? b : a;
		return compareWrites(a, b) >= 0 ? a : b;
	},
};

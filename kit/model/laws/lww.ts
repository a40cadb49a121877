import { compareWrites, type Law } from './law.ts';

/** The later write wins (sync.md §6.4 `lww`): higher stamp, then higher actor. */
export const lww: Law = {
	code: 0,
	name: 'lww',
	merge: (a, b) => (compareWrites(a, b) >= 0 ? a : b),
};

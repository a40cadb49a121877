import { compareWrites, type Law } from './law.ts';

/**
 * What the server decides (sync.md §6.4 `cmd`): a device writes a request, the server puts the result in its place or refuses the whole
 * transaction. The server gives a result a later stamp than what it replaces, so that its order and that of the stamps are one.
 */
export const command: Law = {
	code: 6,
	name: 'command',
	merge: (a, b) => (compareWrites(a, b) >= 0 ? a : b),
};

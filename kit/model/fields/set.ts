import type { Field } from '../field.ts';
import { fieldNumber, set as law } from '../laws/index.ts';

/** A set of short keys (tag ids, member ids). Each key merges by itself, so edits of different keys never collide. */
export function set(id: number): Field<ReadonlySet<string>> {
	return {
		type: 'set',
		id,
		number: fieldNumber(id, law),
		law,
		keyed: true,
		fallback: new Set<string>(),
		check(value, key) {
			if (key.length === 0 || key.length > 64 || !key.isWellFormed()) return 'A key of a set has 1 to 64 characters.';
			return value === true || value === null ? null : 'A key of a set is in (true) or out (null).';
		},
		read: () => {
			throw new Error('A set is read key by key.');
		},
		write: () => {
			throw new Error('A set is written key by key.');
		},
	};
}

import type { Field } from '../field.ts';
import { fieldNumber, set as law } from '../laws/index.ts';

/** All keys of the set, or what to add and what to remove. */
export type SetDraft = Iterable<string> | { readonly add?: Iterable<string>; readonly remove?: Iterable<string> };

/** A set of short keys (tag ids, member ids). Each key merges by itself, so edits of different keys never collide. */
export function set(id: number): Field<ReadonlySet<string>, SetDraft> {
	return {
		type: 'set',
		id,
		number: fieldNumber(id, law),
		law,
		fallback: new Set<string>(),
		guarded: false,
		routes: false,
		check(value, key) {
			if (key.length === 0 || key.length > 64 || !key.isWellFormed()) return 'A key of a set has 1 to 64 characters.';
			return value === true || value === null ? null : 'A key of a set is in (true) or out (null).';
		},
		form: {
			kind: 'keys',
			read: (registers) => new Set(registers.keys()),
			write(draft, present) {
				const whole = Symbol.iterator in draft;
				const wanted = new Set(whole ? draft : draft.add);
				const unwanted = whole ? [...present] : [...(draft.remove ?? [])];
				return [
					...unwanted.filter((key) => !wanted.has(key) && present.has(key)).map((key) => [key, null] as const),
					...[...wanted].filter((key) => !present.has(key)).map((key) => [key, true] as const),
				];
			},
		},
		toPlain: (value) => [...value].sort(),
		fromPlain: (plain) => (Array.isArray(plain) && plain.every((one) => typeof one === 'string') ? plain : undefined),
	};
}

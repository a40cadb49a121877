import type { Field } from '../field.ts';
import { fieldNumber, set as law } from '../laws/index.ts';
import { toBase64, type Value } from '../value.ts';

/** What one key of a map can hold. */
export type MapValue = Exclude<Value, null>;

/** The keys to write; `null` takes one out. Keys that are not named stay. */
export type MapDraft = Readonly<Record<string, MapValue | null>>;

/** Values by short keys (settings by name, votes by person). Each key merges by itself: the later write of a key wins. */
export function map(id: number): Field<ReadonlyMap<string, MapValue>, MapDraft> {
	return {
		type: 'map',
		id,
		number: fieldNumber(id, law),
		law,
		fallback: new Map<string, MapValue>(),
		guarded: false,
		routes: false,
		check(_value, key) {
			return key.length > 0 && key.length <= 64 && key.isWellFormed() ? null : 'A key of a map has 1 to 64 characters.';
		},
		form: {
			kind: 'keys',
			read: (registers) => new Map([...registers].map(([key, value]) => [key, value as MapValue])),
			write: (draft, current) => Object.entries(draft).filter(([key, value]) => (current.get(key) ?? null) !== value),
		},
		toPlain: (value) =>
			Object.fromEntries([...value].map(([key, one]) => [key, one instanceof Uint8Array ? toBase64(one) : one])),
		fromPlain: (plain) => (isMap(plain) ? plain : undefined),
	};
}

function isMap(plain: unknown): plain is MapDraft {
	if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) return false;
	return Object.values(plain).every((value) => value === null || ['string', 'number', 'boolean'].includes(typeof value));
}

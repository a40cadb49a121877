/** What one cell can hold: the values that travel on the wire and stand in the stores. */
export type Value = null | boolean | number | string | Uint8Array;

/** The largest encoded cell value, in bytes; anything bigger belongs in a blob (sync.md §6.2). */
export const MAX_VALUE_BYTES = 64 * 1024;

/** The state of one mergeable register: `(record, field, key)` names it, this is what it holds. */
export interface Register {
	readonly value: Value;
	/** Hybrid logical clock stamp, see `@mana/sync/clock`. */
	readonly stamp: number;
	/** Index that the space gave to the writing device; breaks ties of `stamp`. */
	readonly actor: number;
}

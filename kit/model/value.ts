/** What one cell can hold: the values that travel on the wire and stand in the stores. */
export type Value = null | boolean | number | string | Uint8Array;

/** The largest encoded cell value, in bytes; anything bigger belongs in a blob (sync.md §6.2). */
export const MAX_VALUE_BYTES = 64 * 1024;

/** Whether any cell may hold `value`: numbers are finite, texts are well-formed, nothing is too big. */
export function isValue(value: unknown): value is Value {
	if (value === null || typeof value === 'boolean') return true;
	if (typeof value === 'number') return Number.isFinite(value);
	if (value instanceof Uint8Array) return value.length <= MAX_VALUE_BYTES;
	if (typeof value !== 'string' || !value.isWellFormed()) return false;
	// A unit takes at most three bytes: most texts need not be counted.
	return value.length * 3 <= MAX_VALUE_BYTES || utf8Length(value) <= MAX_VALUE_BYTES;
}

/** Bytes of a text in UTF-8, without encoding it. */
export function utf8Length(text: string): number {
	let bytes = text.length;
	for (let i = 0; i < text.length; i++) {
		const unit = text.charCodeAt(i);
		if (unit >= 0x80) bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2;
	}
	return bytes;
}

/** Bytes as text, for JSON. */
export function toBase64(bytes: Uint8Array): string {
	return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/** The bytes of such a text. @throws when it is not base64 */
export function fromBase64(text: string): Uint8Array {
	return Uint8Array.from(atob(text), (unit) => unit.charCodeAt(0));
}

/** The state of one mergeable register: `(record, field, key)` names it, this is what it holds. */
export interface Register {
	readonly value: Value;
	/** Hybrid logical clock stamp, see `@mana/sync/clock`. */
	readonly stamp: number;
	/** Index that the space gave to the writing device; breaks ties of `stamp`. */
	readonly actor: number;
}

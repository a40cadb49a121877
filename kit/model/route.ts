import type { Collection } from './collection.ts';
import type { AnyField } from './field.ts';
import { utf8Length, type Value } from './value.ts';

/**
 * Where a record stands in one of its routing fields: a text of which every engine that compares bytes (SQLite, PostgreSQL's "C", a
 * browser) says the same about what comes first. Nothing < no < yes < numbers < texts.
 */
export type RouteKey = string;

/** What a field reads that nobody wrote, or that was cleared. */
export const NO_ROUTE: RouteKey = '';
/** Above every key. */
export const LAST_ROUTE: RouteKey = '4';
/** UTF-8 bytes of a text that count: the id of a record, a day, a word of a choice are shorter. */
const TEXT_BYTES = 32;
/** Letters of the longest key, and of the end of a window behind it. */
export const ROUTE_LETTERS = 1 + TEXT_BYTES * 2 + 1;

/** Records of one collection whose routing field stands in [`from`, `to`). */
export interface Window {
	readonly collection: number;
	/** Number of the routing field. */
	readonly field: number;
	readonly from: RouteKey;
	readonly to: RouteKey;
}

/** Where a register with this value stands. Longer texts stand where their first 32 bytes stand. Bytes do not route: they stand with nothing. */
export function routeKey(value: Value): RouteKey {
	if (value === null || value instanceof Uint8Array) return NO_ROUTE;
	if (typeof value === 'boolean') return value ? '1' : '0';
	return typeof value === 'number' ? `2${hexOfNumber(value)}` : `3${hexOfText(value)}`;
}

/** Records whose routing field is `value`; `null`: in which nothing stands. */
export function equals(collection: Collection, field: AnyField, value: Value): Window {
	const key = routeKey(value);
	return windowOf(collection, field, key, `${key}0`);
}

/** Records whose routing field is `value` or above, as numbers and texts go. Nothing is never above. */
export function since(collection: Collection, field: AnyField, value: NonNullable<Value>): Window {
	const key = routeKey(value);
	return windowOf(collection, field, key, String(Number(key[0]) + 1));
}

/** Records whose routing field is in [`from`, `to`). */
export function between(collection: Collection, field: AnyField, from: NonNullable<Value>, to: NonNullable<Value>): Window {
	return windowOf(collection, field, routeKey(from), routeKey(to));
}

/** Records whose routing field stands anywhere, or nowhere. */
export function anywhere(collection: number, field: number): Window {
	return { collection, field, from: NO_ROUTE, to: LAST_ROUTE };
}

/** Whether a key stands in a window. */
export function isInside({ from, to }: Pick<Window, 'from' | 'to'>, key: RouteKey): boolean {
	return key >= from && key < to;
}

/** Whether a text can be a key, or the end of a window. */
export function isRouteKey(text: string): boolean {
	return text.length <= ROUTE_LETTERS && /^[0-9a-f]*$/.test(text);
}

/** @throws when the field does not route */
function windowOf(collection: Collection, field: AnyField, from: RouteKey, to: RouteKey): Window {
	if (!field.routes) throw new Error(`${collection.name}: windows are on routing fields only. Declare it with routed().`);
	return { collection: collection.number, field: field.number, from, to };
}

/** The bits of a number, turned so that they compare as the numbers do (IEEE 754 §5.10). */
function hexOfNumber(value: number): string {
	const view = new DataView(new ArrayBuffer(8));
	view.setFloat64(0, value + 0); // there is one zero
	let high = view.getUint32(0);
	let low = view.getUint32(4);
	if (high >= 0x8000_0000) {
		high = ~high >>> 0;
		low = ~low >>> 0;
	} else high += 0x8000_0000;
	return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}

function hexOfText(text: string): string {
	// Enough letters for the bytes that count; a letter cut in half is cut off by them.
	const part = utf8Length(text) > TEXT_BYTES ? text.slice(0, TEXT_BYTES + 1) : text;
	let hex = '';
	for (const byte of new TextEncoder().encode(part).subarray(0, TEXT_BYTES)) hex += byte.toString(16).padStart(2, '0');
	return hex;
}

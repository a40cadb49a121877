import { fromBase64, type RecordId, toBase64, type Value } from '@mana/model';
import type { Place } from './cell.ts';

/** A value in JSON: bytes stand as base64 in an object of their own. */
export type PlainValue = null | boolean | number | string | { readonly base64: string };

export function plainOf(value: Value): PlainValue {
	return value instanceof Uint8Array ? { base64: toBase64(value) } : value;
}

export function valueOf(plain: PlainValue): Value {
	return typeof plain === 'object' && plain !== null ? fromBase64(plain.base64) : plain;
}

/** What a register held, and since which write. */
export interface PlainRegister {
	readonly value: PlainValue;
	readonly stamp: number;
	readonly actor: number;
}

/** One register of the record, as it is now or was written. */
export interface PlainCell extends PlainRegister, Pick<Place, 'field' | 'key'> {}

/** What one transaction did to the record. */
export interface RecordChange {
	/** When the server took it, ms since 1970. */
	readonly at: number;
	/** When it was written on its device, ms since 1970: long before, if the device was offline. */
	readonly writtenAt: number;
	/** Who wrote it; `null`: the server itself. A service is `service:` and its name. */
	readonly person: string | null;
	/** What that person was called in this space; '' when that is not known. */
	readonly name: string;
	/** Who wrote it in that person's name, and what they were called; `null`: they themselves. */
	readonly by: { readonly person: string; readonly name: string } | null;
	/** What it wrote, each with what stood there before (`null`: nothing). */
	readonly cells: readonly (PlainCell & { readonly before: PlainRegister | null })[];
}

/**
 * What is older than the changes of an answer: nothing (`none`: the record begins here), `more` to ask for, or something that is
 * `forgotten`: it lies outside of the log's window.
 */
export type Earlier = 'none' | 'more' | 'forgotten';

/** A page of the history of a record, newest first (docs/sync.md, "History of a record"). */
export interface RecordChanges {
	/** Which history it is of; after a restore of the server, pages of two of them do not fit together. */
	readonly epoch: number;
	/** The registers of the record as they are now, as far as the caller may read them. */
	readonly now: readonly PlainCell[];
	readonly changes: readonly RecordChange[];
	readonly earlier: Earlier;
	/** To be given as `before` for the next page; `null` unless there is `more`. */
	readonly before: number | null;
}

/** Which page of which record's history is asked for. */
export interface HistoryQuestion {
	readonly collection: number;
	readonly record: RecordId;
	/** From the page before; left out for the newest. */
	readonly next?: { readonly before: number; readonly epoch: number };
}

/** Something that a file brought, and where it stood. */
export interface Item<T> {
	/** The line of the file that it begins in, from 1. */
	readonly line: number;
	readonly item: T;
}

/** Something in a file that could not be brought. */
export interface Trouble {
	readonly line: number;
	readonly reason: TroubleReason;
	/** What stands there, as far as a person would want to see it. */
	readonly text: string;
}

/** Why: it makes no sense, there is nothing in it, it is bigger than anything may be, or the file ends in the middle of it. */
export type TroubleReason = 'unreadable' | 'empty' | 'too-big' | 'cut-off';

export type Found<T> = Item<T> | Trouble;

export function isTrouble<T>(found: Found<T>): found is Trouble {
	return 'reason' in found;
}

/** What columns of a table are: for each the field it goes to, `null` where it is passed over. */
export type Mapping = readonly (string | null)[];

/** What is looked at to know what a file is. */
export interface Head {
	/** In small letters. */
	readonly fileName: string;
	/** Its first letters. */
	readonly text: string;
}

/** A kind of file that an app reads: one file of code each, all of this shape. It runs in a worker, so it knows no page. */
export interface ImportFormat<T> {
	readonly id: string;
	/** How sure it is that a file is of this kind: [0,1]. */
	detect(head: Head): number;
	/** Reads a file as it comes. What cannot be read is told and passed over; it throws only where nothing can be read any more. */
	read(pieces: AsyncIterable<Uint8Array>, mapping: Mapping): AsyncGenerator<Found<T>>;
	/** Of a table: the fields that columns can go to, and which are meant by the names that they have. */
	readonly table?: {
		readonly fields: readonly string[];
		guess(columns: readonly string[]): Mapping;
	};
}

/** A kind of file that an app writes. */
export interface ExportFormat<T> {
	readonly id: string;
	/** How its files end, with the dot. */
	readonly ending: string;
	/** Media type (RFC 6838). */
	readonly type: string;
	/** Writes what there is, piece by piece. */
	write(items: AsyncIterable<T>): AsyncGenerator<string>;
}

/** Letters of a file's beginning that are looked at. */
export const HEAD_LETTERS = 64 * 1024;

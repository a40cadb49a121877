import { type Collection, type Entry, readRow, type RecordId, type Row } from '@mana/model';
import type { SpaceId } from '@mana/sync';

/** Where a record lies as a file. */
export interface Place {
	/** Id of what it lies in; empty: of nothing. */
	readonly home: string;
	readonly uid: string;
	/** Name of its file. */
	readonly name: string;
}

/** Which records of an app are files. */
export interface ObjectKind<C extends Collection = Collection> {
	readonly collection: C;
	/** `null`: it is none, since it is in the trash or a part of another one. */
	place(row: Row<C>): Place | null;
	/** Records of which its text says something too: its tags, its parent. */
	ties(row: Row<C>): readonly RecordId[];
	/** Records that stand in the text of an object and are no files themselves. */
	readonly parts: readonly Part[];
	/** Where its text has the UIDs of other objects in it; empty: nowhere. */
	readonly namings: readonly Naming[];
}

/**
 * Records that make an object name others by their UIDs: a group its members, a person who they are related to. What those say else of
 * themselves means nothing to it: it has changed when they come, go, or have another UID.
 */
export interface Naming {
	/** Of the records that say so: those who are in a group say that themselves. */
	readonly collection: Collection;
	of(id: RecordId, entries: readonly Entry[]): readonly Named[];
}

/** An object in whose text another one is named. */
export interface Named {
	readonly object: RecordId;
	readonly names: RecordId;
}

/** Says whom the records of a collection make objects name. */
export function naming<C extends Collection>(collection: C, of: (row: Row<C>) => readonly Named[]): Naming {
	return {
		collection,
		of(id, entries) {
			const row = readRow(collection, id, entries);
			return row ? of(row) : [];
		},
	};
}

/** Records that belong to another one: an occurrence that was changed to its event, a guest to what they are invited to. */
export interface Part {
	readonly collection: Collection;
	/** The record that it belongs to; `null`: to none. */
	of(id: RecordId, entries: readonly Entry[]): RecordId | null;
}

/** Says to what the records of a collection belong. */
export function part<C extends Collection>(collection: C, of: (row: Row<C>) => RecordId | null): Part {
	return {
		collection,
		of(id, entries) {
			const row = readRow(collection, id, entries);
			return row ? of(row) : null;
		},
	};
}

/** A record with the name under which it is in its collection. */
export interface Placed<C extends Collection = Collection> extends Place {
	readonly space: SpaceId;
	/** The space's counter when it changed last, with what belongs to it. */
	readonly seq: number;
	/** When it was written last, ms since 1970. */
	readonly changedAt: number;
	readonly collection: C;
	readonly row: Row<C>;
}

/** Whether an object of one of several kinds is one of this collection. */
export function isOf<C extends Collection>(placed: Placed, collection: C): placed is Placed<C> {
	return placed.collection.number === collection.number;
}

/** Which objects of a space are wanted. */
export interface Wanted {
	readonly home?: string;
	readonly names?: readonly string[];
	readonly uids?: readonly string[];
	readonly ids?: readonly RecordId[];
	readonly after?: number;
}

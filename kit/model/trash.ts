import type { Collection } from './collection.ts';

/** How long a record lies in the trash before it is gone for good, in days: mana-sync purges it then (`infra/sync/tidy/`), of a guest the device. */
export const TRASH_DAYS = 30;

const DAY_MS = 24 * 3_600_000;
export const TRASH_MS = TRASH_DAYS * DAY_MS;

/** In how many days something in the trash is gone for good, about; 0: any moment. @param deletedAt, now ms since 1970 */
export function trashDaysLeft(deletedAt: number, now: number): number {
	return Math.max(0, Math.ceil((deletedAt + TRASH_MS - now) / DAY_MS));
}

/** A field that names the record that its own is a part of (`partOf`). */
export interface Part {
	readonly collection: Collection;
	/** Name and wire number of the field. */
	readonly name: string;
	readonly field: number;
}

/** The fields of these collections that make a record a part of another. */
export function partsIn(collections: readonly Collection[]): Part[] {
	return collections.flatMap((collection) =>
		Object.entries(collection.fields).flatMap(([name, field]) =>
			field.partOf ? [{ collection, name, field: field.number }] : [],
		),
	);
}

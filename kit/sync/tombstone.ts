import { counter, foldedTotal, lawOf, systemFields, text } from '@mana/model';
import type { Place } from './cell.ts';
import type { Register } from '@mana/model';

/** The actor of what the server itself writes; devices begin at 1. */
export const SERVER = 0;

/** A record of one collection. */
export type RecordName = Pick<Place, 'collection' | 'record'>;

/** Where the tombstone of a record stands, or will. */
export function tombstoneOf({ collection, record }: RecordName): Place {
	return { collection, record, field: systemFields.purged.number, key: '' };
}

/**
 * Whether a register is what is left of a record that is gone for good: its flag `purged`, written by the server. All its other registers
 * are dropped, here and on every device, and nobody writes to it any more (docs/sync.md, "What goes, and when").
 */
export function isTombstone({ field, value, actor }: Pick<Place, 'field'> & Register): boolean {
	return field === systemFields.purged.number && value === true && actor === SERVER;
}

/**
 * Whether a register only tells that something is over: a tombstone, an update of a document that was merged into another, a part of a counter
 * that was folded. Each side lets go of it when it may, so it counts for nothing where two sides compare what they hold.
 */
export function isLeftover(cell: Pick<Place, 'field'> & Register): boolean {
	const law = lawOf(cell.field);
	if (law === text) return cell.value === null;
	return law === counter ? foldedTotal(cell.value) !== null : isTombstone(cell);
}

/** A text that names a record, for maps. */
export function recordKey({ collection, record }: RecordName): string {
	return `${record}${collection}`;
}

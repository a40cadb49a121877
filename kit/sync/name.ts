import type { RecordId } from '@mana/model';

/** Names one record of a space. */
export interface Name {
	readonly collection: number;
	readonly record: RecordId;
}

/** A string that names a record, for sets. */
export function nameKey({ collection, record }: Name): string {
	return `${collection} ${record}`;
}

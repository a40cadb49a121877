import type { RecordId } from '@mana/model';
import type { Due } from '@mana/sync/space/index';

/** Registers as the committer takes them. */
export function dueOf(rows: readonly (Omit<Due, 'record'> & { readonly record: string })[]): Due[] {
	return rows.map(({ collection, record, field, key, seq }) => ({ collection, record: record as RecordId, field, key, seq }));
}

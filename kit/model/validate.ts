import type { Collection } from './collection.ts';
import { lawOf, set } from './laws/index.ts';
import { isRecordId, type RecordId } from './record-id.ts';
import { namesOf } from './records.ts';
import { isValue, type Value } from './value.ts';

/** What a server is asked to write into one register. */
export interface Write {
	readonly collection: number;
	readonly record: RecordId;
	readonly field: number;
	readonly key: string;
	readonly value: Value;
}

/** The collection with a number, or `undefined` when this build has none. */
export type Registry = (collection: number) => Collection | undefined;

/**
 * The rule that a write breaks, as a sentence that names the field, or `null`. What this build does not know (a collection or field of
 * a newer app) is let through as long as it can be merged: an old server must not lose a newer app's data (sync.md §6.10).
 */
export function validateOp(write: Write, registry: Registry): string | null {
	const { field: number, key, value } = write;
	if (!isRecordId(write.record)) return 'The id of the record is not one.';
	if (!isValue(value)) return 'The value is too big, or nothing that a field can hold.';
	if (key.includes('\0') || !key.isWellFormed()) return 'A key cannot contain the character NUL, or half a character.';
	const law = lawOf(number);
	if (!law) return `Field number ${number} merges by a rule that this server does not know. Update the server.`;
	const collection = registry(write.collection);
	const field = collection?.byNumber.get(number);
	if (!collection || !field) return law === set && value !== true && value !== null ? 'A key of a set is in or out.' : null;
	const rule = field.check(value, key);
	return rule === null ? null : `${collection.name}.${namesOf(collection).get(number) ?? number}: ${rule}`;
}

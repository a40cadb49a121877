import type { Collection } from './collection.ts';
import { command, lawOf } from './laws/index.ts';
import { isRecordId, type RecordId } from './record-id.ts';
import { namesOf } from './records.ts';
import { requestOf } from './request.ts';
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
 * a newer app) is let through: an old server must not lose a newer app's data (sync.md §6.10).
 */
export function validateOp(write: Write, registry: Registry): string | null {
	const { field: number, key, value } = write;
	if (!isRecordId(write.record)) return 'The id of the record is not one.';
	if (!isValue(value)) return 'The value is too big, or nothing that a field can hold.';
	if (key.includes('\0') || !key.isWellFormed()) return 'A key cannot contain the character NUL, or half a character.';
	if (lawOf(number) === command && value !== null && !requestOf(value)) return 'Only the server writes what it decided.';
	const collection = registry(write.collection);
	const field = collection?.byNumber.get(number);
	if (!collection || !field) return null;
	const rule = field.check(value, key);
	return rule === null ? null : `${collection.name}.${namesOf(collection).get(number) ?? number}: ${rule}`;
}

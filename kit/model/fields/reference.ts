import { type Field, plainField } from '../field.ts';
import { lww } from '../laws/index.ts';
import { isRecordId, type RecordId } from '../record-id.ts';

/** Points to a record by its id; `null` points nowhere. The record may be missing or deleted: readers cope. */
export function reference(id: number): Field<RecordId | null> {
	return plainField<RecordId | null>('reference', id, lww, null, (value) =>
		isRecordId(value) ? null : 'Expected the id of a record.',
	);
}

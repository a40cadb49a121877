import { type Field, plainField } from '../field.ts';
import { tree } from '../laws/index.ts';
import { isRecordId, type RecordId } from '../record-id.ts';

/**
 * The record of the same collection under which this one stands; `null`: at the top. The server refuses what would close a circle.
 * `outline` of `@mana/model` makes a tree of rows.
 */
export function parent(id: number): Field<RecordId | null> {
	return plainField<RecordId | null>('parent', id, tree, null, (value) =>
		isRecordId(value) ? null : 'Expected the id of a record.',
	);
}

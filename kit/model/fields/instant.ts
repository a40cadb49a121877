import { type Field, plainField } from '../field.ts';
import { lww } from '../laws/index.ts';

/** A moment, in milliseconds since 1970 (UTC): when something was done, opened, sent. */
export function instant(id: number): Field<number | null> {
	return plainField<number | null>('instant', id, lww, null, (value) =>
		Number.isSafeInteger(value) ? null : 'Expected a moment in milliseconds.',
	);
}

import { type Field, plainField } from '../field.ts';
import { lww } from '../laws/index.ts';

/** A time of day without a zone, `HH:MM` on the 24-hour clock. */
export function clockTime(id: number): Field<string | null> {
	return plainField<string | null>('clock-time', id, lww, null, (value) =>
		typeof value === 'string' && /^([01]\d|2[0-3]):[0-5]\d$/.test(value) ? null : 'Expected a time such as 14:30.',
	);
}

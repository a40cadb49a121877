import { type Field, plainField } from '../field.ts';
import { lww } from '../laws/index.ts';
import { isDay } from './day.ts';

/**
 * A day of which the year may be unknown, as with birthdays: `YYYY-MM-DD`, or `--MM-DD` (ISO 8601:2000, as vCard writes it in RFC 6350
 * §4.3.1). 29 February without a year is a day.
 */
export function partialDay(id: number): Field<string | null> {
	return plainField<string | null>('partial-day', id, lww, null, (value) =>
		isPartialDay(value) ? null : 'Expected a day such as 1990-11-23, or --11-23 without a year.',
	);
}

/** Whether `value` is a day, with its year or without. */
export function isPartialDay(value: unknown): value is string {
	return typeof value === 'string' && (isDay(value) || (/^--\d\d-\d\d$/.test(value) && isDay(`2000-${value.slice(2)}`)));
}

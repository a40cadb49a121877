import { type Field, plainField } from '../field.ts';
import { lww } from '../laws/index.ts';

/** A calendar day without a zone, `YYYY-MM-DD` (ISO 8601), as people write on paper. */
export function day(id: number): Field<string | null> {
	return plainField<string | null>('day', id, lww, null, (value) => (isDay(value) ? null : 'Expected a day such as 2026-11-23.'));
}

/** Whether `value` is a day that there is, `YYYY-MM-DD`. */
export function isDay(value: unknown): boolean {
	if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) return false;
	const time = Date.parse(`${value}T00:00:00Z`);
	return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}

import { type Field, plainField } from '../field.ts';
import { lww } from '../laws/index.ts';

/**
 * A day, `2026-11-23`, or a time that a clock shows on a day, `2026-11-23T14:30` (seconds where there are some, `…T14:30:05`): ISO 8601
 * without a zone. Whose clock it is stands elsewhere. In one register, so that nobody's day is ever put together with somebody else's time.
 */
export function moment(id: number): Field<string | null> {
	return plainField<string | null>('moment', id, lww, null, (value) =>
		isMoment(value) ? null : 'Expected a day such as 2026-11-23, or a time on it such as 2026-11-23T14:30.',
	);
}

function isMoment(value: unknown): boolean {
	if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d(?:T([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)?$/.test(value)) return false;
	const day = value.slice(0, 10);
	const time = Date.parse(`${day}T00:00:00Z`);
	return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}

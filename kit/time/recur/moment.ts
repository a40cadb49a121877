import { civilOf, dayOf, daysInMonth } from './civil.ts';

const DAY_MS = 86_400_000;

/** What a clock on a wall shows, whatever the zone: ms since 1970-01-01T00:00 on that clock. */
export type Wall = number;

/** A DATE or DATE-TIME of iCalendar (RFC 5545 §3.3.4, §3.3.5). */
export interface Moment {
	readonly wall: Wall;
	/** `day`: a date without a time; `local`: a time of a zone named elsewhere, or of none; `utc`: a time with `Z`. */
	readonly form: 'day' | 'local' | 'utc';
}

/** What was to be read is no date or rule of RFC 5545. The message says what is wrong. */
export class BadRecurrence extends Error {
	override readonly name = 'BadRecurrence';
}

const SHAPE = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?$/i;

/**
 * Reads `20261126`, `20261126T090000` or `20261126T090000Z`. A leap second is read as the second before it.
 *
 * @throws BadRecurrence
 */
export function parseMoment(text: string): Moment {
	const match = SHAPE.exec(text.trim());
	if (!match) throw new BadRecurrence(`"${text}" is no date: write it like 20261126, 20261126T090000 or 20261126T090000Z.`);
	const [year, month, date, hour = 0, minute = 0, second = 0] = match
		.slice(1, 7)
		.map((part) => (part ? Number(part) : undefined));
	const exists = month! >= 1 && month! <= 12 && date! >= 1 && date! <= daysInMonth(year!, month!);
	if (!exists || hour > 23 || minute > 59 || second > 60) throw new BadRecurrence(`There is no ${text}.`);
	const wall = dayOf(year!, month!, date!) * DAY_MS + ((hour * 60 + minute) * 60 + Math.min(second, 59)) * 1_000;
	if (match[4] === undefined) return { wall, form: 'day' };
	return { wall, form: match[7] === '' ? 'local' : 'utc' };
}

/** Writes a moment as iCalendar has it. */
export function formatMoment({ wall, form }: Moment): string {
	const day = Math.floor(wall / DAY_MS);
	const { year, month, date } = civilOf(day);
	const text = `${String(year).padStart(4, '0')}${two(month)}${two(date)}`;
	if (form === 'day') return text;
	const seconds = Math.floor((wall - day * DAY_MS) / 1_000);
	const time = `T${two(Math.floor(seconds / 3_600))}${two(Math.floor(seconds / 60) % 60)}${two(seconds % 60)}`;
	return text + time + (form === 'utc' ? 'Z' : '');
}

function two(value: number): string {
	return String(value).padStart(2, '0');
}

/**
 * Calendar days without a zone, as `YYYY-MM-DD` text (ISO 8601): they compare with `<`, travel as they are and mean the same day
 * wherever they are read. Arithmetic is proleptic Gregorian.
 */
export type Day = string;

const DAY_MS = 86_400_000;

/** The day that clocks in `zone` (IANA name; default: this device's zone) show at `now` (ms since 1970). */
export function dayAt(now: number, zone?: string): Day {
	return writer(days, { year: 'numeric', month: '2-digit', day: '2-digit' }, zone).format(now);
}

/** The time of day, `HH:MM`, that clocks in `zone` show at `now` (ms since 1970). */
export function timeAt(now: number, zone?: string): string {
	return writer(times, { hour: '2-digit', minute: '2-digit' }, zone).format(now);
}

/** What writes days and times of day of each zone: to make one takes a hundred times as long as to use it. */
const days = new Map<string, Intl.DateTimeFormat>();
const times = new Map<string, Intl.DateTimeFormat>();

/** The zone of this device may change at any time, so what writes for it is not kept. */
function writer(made: Map<string, Intl.DateTimeFormat>, parts: Intl.DateTimeFormatOptions, zone?: string): Intl.DateTimeFormat {
	const known = zone === undefined ? undefined : made.get(zone);
	const format = known ?? new Intl.DateTimeFormat('sv-SE', { timeZone: zone, ...parts });
	if (zone !== undefined) made.set(zone, format);
	return format;
}

export function addDays(day: Day, count: number): Day {
	return fromUtc(toUtc(day) + count * DAY_MS);
}

/** The same day of the month `count` months later, or the last day of that month when it is shorter. */
export function addMonths(day: Day, count: number): Day {
	const [year, month, date] = parts(day);
	const first = new Date(Date.UTC(year, month - 1 + count, 1));
	return makeDay(
		first.getUTCFullYear(),
		first.getUTCMonth() + 1,
		Math.min(date, daysIn(first.getUTCFullYear(), first.getUTCMonth() + 1)),
	)!;
}

/** Whole days from `from` to `to`; negative when `to` is earlier. */
export function daysBetween(from: Day, to: Day): number {
	return Math.round((toUtc(to) - toUtc(from)) / DAY_MS);
}

/** 0 Monday … 6 Sunday (ISO 8601 order). */
export function weekdayOf(day: Day): number {
	return (new Date(toUtc(day)).getUTCDay() + 6) % 7;
}

/** The next `weekday` (0 Monday … 6 Sunday) after `day`, never `day` itself. */
export function nextWeekday(day: Day, weekday: number): Day {
	return addDays(day, ((weekday - weekdayOf(day) + 6) % 7) + 1);
}

/** A day from its parts (month 1–12), or `null` when there is no such day. */
export function makeDay(year: number, month: number, date: number): Day | null {
	if (month < 1 || month > 12 || date < 1 || date > daysIn(year, month)) return null;
	return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(date).padStart(2, '0')}`;
}

/** Year, month (1–12) and date. */
export function parts(day: Day): [year: number, month: number, date: number] {
	return [Number(day.slice(0, 4)), Number(day.slice(5, 7)), Number(day.slice(8, 10))];
}

/** The moment (ms since 1970, UTC) at which the day begins in UTC: for formatters that are told `timeZone: 'UTC'`. */
export function toUtc(day: Day): number {
	const [year, month, date] = parts(day);
	return Date.UTC(year, month - 1, date);
}

function fromUtc(ms: number): Day {
	return new Date(ms).toISOString().slice(0, 10);
}

function daysIn(year: number, month: number): number {
	return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

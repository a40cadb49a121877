/*
 * The proleptic Gregorian calendar in whole numbers. A day is counted from 1970-01-01, which is 0; a weekday from Monday, which is 0 (ISO
 * 8601). Months are 1–12. Sources: H. Hinnant, "chrono-compatible low-level date algorithms"; ISO 8601 for weeks.
 */

export interface Civil {
	readonly year: number;
	readonly month: number;
	readonly date: number;
}

/** The day of a date. A date past the end of its month is a day of the next one. */
export function dayOf(year: number, month: number, date: number): number {
	const y = month <= 2 ? year - 1 : year;
	const era = Math.floor(y / 400);
	const ofEra = y - era * 400;
	const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + date - 1;
	return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468;
}

export function civilOf(day: number): Civil {
	const z = day + 719_468;
	const era = Math.floor(z / 146_097);
	const ofEra = z - era * 146_097;
	const years = Math.floor((ofEra - Math.floor(ofEra / 1_460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365);
	const ofYear = ofEra - (365 * years + Math.floor(years / 4) - Math.floor(years / 100));
	const m = Math.floor((5 * ofYear + 2) / 153);
	const month = m < 10 ? m + 3 : m - 9;
	return { year: years + era * 400 + (month <= 2 ? 1 : 0), month, date: ofYear - Math.floor((153 * m + 2) / 5) + 1 };
}

/** 0 Monday … 6 Sunday */
export function weekdayOfDay(day: number): number {
	return (((day + 3) % 7) + 7) % 7;
}

function isLeap(year: number): boolean {
	return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

export function daysInYear(year: number): number {
	return isLeap(year) ? 366 : 365;
}

const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

export function daysInMonth(year: number, month: number): number {
	return month === 2 && isLeap(year) ? 29 : LENGTHS[month - 1]!;
}

/** The first day of the week that holds a day, of weeks that begin on `weekStart`. */
export function weekOf(day: number, weekStart: number): number {
	return day - ((weekdayOfDay(day) - weekStart + 7) % 7);
}

/** The first day of week 1: the first week with four days or more in the year. */
export function firstWeekOf(year: number, weekStart: number): number {
	return weekOf(dayOf(year, 1, 4), weekStart);
}

/** The year whose weeks a day belongs to; around New Year it may be the neighbour's. */
export function weekYearOf(day: number, weekStart: number): number {
	const { year } = civilOf(day);
	if (day < firstWeekOf(year, weekStart)) return year - 1;
	return day >= firstWeekOf(year + 1, weekStart) ? year + 1 : year;
}

/** 52 or 53 */
export function weeksInYear(year: number, weekStart: number): number {
	return (firstWeekOf(year + 1, weekStart) - firstWeekOf(year, weekStart)) / 7;
}

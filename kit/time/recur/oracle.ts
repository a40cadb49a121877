import { civilOf, dayOf, daysInMonth, daysInYear, firstWeekOf, weekdayOfDay, weekOf, weeksInYear, weekYearOf } from './civil.ts';
import type { Rule } from './rule.ts';

/**
 * A second reading of RFC 5545 §3.3.10 for rules of days and more, made to be checked by eye: it looks at every day, asks each part whether it
 * holds, and groups what is left by period. For tests; SKIP is not known here.
 *
 * @param start the day of DTSTART
 * @returns the days in [start, end)
 */
export function daysByTheBook(rule: Rule, start: number, end: number): number[] {
	const byWeeks = rule.byWeekNo.length > 0;
	const years = (day: number) => (byWeeks ? weekYearOf(day, rule.weekStart) : civilOf(day).year);
	const count = (day: number): number => {
		const { year, month } = civilOf(day);
		if (rule.freq === 'YEARLY') return years(day);
		if (rule.freq === 'MONTHLY') return year * 12 + month;
		return rule.freq === 'WEEKLY' ? Math.floor(weekOf(day, rule.weekStart) / 7) : day;
	};
	const anchor = civilOf(start);
	const periods = new Map<number, number[]>();
	for (let day = start - 380; day < end + 380; day++) {
		if (!holds(rule, anchor, weekdayOfDay(start), day)) continue;
		periods.set(count(day), [...(periods.get(count(day)) ?? []), day]);
	}
	let base = count(start);
	// As `instances` has it: the end of a year of weeks that names nothing any more does not count.
	if (byWeeks && base < civilOf(start).year && !periods.get(base)?.some((day) => day >= start)) base = civilOf(start).year;
	const found: number[] = [];
	for (const [period, days] of periods) {
		if (!Number.isInteger((period - base) / rule.interval)) continue;
		for (const [i, day] of days.entries())
			if (rule.bySetPos.length === 0 || rule.bySetPos.includes(i + 1) || rule.bySetPos.includes(i - days.length)) found.push(day);
	}
	return found.filter((day) => day >= start && day < end).sort((a, b) => a - b);
}

function holds(rule: Rule, anchor: { month: number; date: number }, anchorWeekday: number, day: number): boolean {
	const { byMonth, byWeekNo, byYearDay, byMonthDay, byDay, freq, weekStart } = rule;
	const { year, month, date } = civilOf(day);
	const [length, yearLength] = [daysInMonth(year, month), daysInYear(year)];
	const nthOfYear = day - dayOf(year, 1, 1) + 1;
	const weekYear = weekYearOf(day, weekStart);
	const week = Math.floor((day - firstWeekOf(weekYear, weekStart)) / 7) + 1;
	const weeks = weeksInYear(weekYear, weekStart);
	const weekday = weekdayOfDay(day);
	const either = (list: readonly number[], fromStart: number, total: number) =>
		list.length === 0 || list.includes(fromStart) || list.includes(fromStart - total - 1);
	const none = byWeekNo.length + byYearDay.length + byMonthDay.length + byDay.length === 0;
	const months =
		freq === 'YEARLY' && byMonth.length === 0 && byWeekNo.length + byYearDay.length === 0 && (none || byMonthDay.length > 0);
	if (months ? month !== anchor.month : byMonth.length > 0 && !byMonth.includes(month)) return false;
	if (!either(byWeekNo, week, weeks) || !either(byYearDay, nthOfYear, yearLength) || !either(byMonthDay, date, length))
		return false;
	if (none && (freq === 'YEARLY' || freq === 'MONTHLY') && date !== anchor.date) return false;
	if (byDay.length === 0) {
		const byWeekday = freq === 'WEEKLY' || (byWeekNo.length > 0 && byYearDay.length + byMonthDay.length === 0);
		return !byWeekday || weekday === anchorWeekday;
	}
	return byDay.some(({ weekday: named, nth }) => {
		if (named !== weekday) return false;
		if (nth === 0 || byWeekNo.length > 0) return true;
		const ofMonth = freq === 'MONTHLY' || byMonth.length > 0;
		const [at, total] = ofMonth ? [date, length] : [nthOfYear, yearLength];
		return nth === Math.ceil(at / 7) || nth === -Math.ceil((total - at + 1) / 7);
	});
}

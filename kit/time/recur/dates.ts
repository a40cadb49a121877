import { civilOf, dayOf, daysInMonth, daysInYear, firstWeekOf, weekdayOfDay, weeksInYear } from './civil.ts';
import type { ByDay, Rule } from './rule.ts';

/** What a rule takes from DTSTART where it does not say it itself. */
export interface Anchor {
	readonly month: number;
	readonly date: number;
	readonly weekday: number;
}

/** The days of one year that a yearly rule names, ascending. With BYWEEKNO the year is one of weeks, which may reach into its neighbours. */
export function datesOfYear(rule: Rule, anchor: Anchor, year: number): number[] {
	const { byMonth, byWeekNo, byYearDay, byMonthDay, byDay } = rule;
	const ofMonth = byMonth.length > 0;
	let days: number[];
	if (byWeekNo.length > 0) {
		days = daysOfWeeks(rule, anchor, year).filter((day) => fits(byMonth, civilOf(day).month));
		if (byYearDay.length > 0) days = days.filter((day) => isYearDay(byYearDay, day));
		if (byMonthDay.length > 0) days = days.filter((day) => isMonthDay(byMonthDay, day));
	} else if (byYearDay.length > 0) {
		const first = dayOf(year, 1, 1);
		const length = daysInYear(year);
		days = byYearDay.flatMap((nth) => (Math.abs(nth) > length ? [] : [first + (nth > 0 ? nth - 1 : length + nth)]));
		days = days.filter((day) => fits(byMonth, civilOf(day).month) && (byMonthDay.length === 0 || isMonthDay(byMonthDay, day)));
		if (byDay.length > 0) days = days.filter((day) => isOneOf(byDay, day, ofMonth));
	} else if (byMonthDay.length > 0) {
		// RFC 5545 could be read as every month; libical and most calendars mean the month of DTSTART.
		days = (ofMonth ? byMonth : [anchor.month]).flatMap((month) => monthDays(rule, byMonthDay, year, month));
		if (byDay.length > 0) days = days.filter((day) => isOneOf(byDay, day, ofMonth));
	} else if (byDay.length > 0) {
		days = ofMonth
			? byMonth.flatMap((month) => weekdaysWithin(byDay, dayOf(year, month, 1), daysInMonth(year, month)))
			: weekdaysWithin(byDay, dayOf(year, 1, 1), daysInYear(year));
	} else days = (ofMonth ? byMonth : [anchor.month]).flatMap((month) => monthDays(rule, [anchor.date], year, month));
	return ascending(days);
}

/** The days of one month that a monthly rule names, ascending. */
export function datesOfMonth(rule: Rule, anchor: Anchor, year: number, month: number): number[] {
	const { byMonth, byMonthDay, byDay } = rule;
	if (!fits(byMonth, month)) return [];
	if (byMonthDay.length === 0 && byDay.length > 0)
		return ascending(weekdaysWithin(byDay, dayOf(year, month, 1), daysInMonth(year, month)));
	const days = monthDays(rule, byMonthDay.length > 0 ? byMonthDay : [anchor.date], year, month);
	return ascending(byDay.length > 0 ? days.filter((day) => isOneOf(byDay, day, true)) : days);
}

/** The days of the week that begins on `first` which a weekly rule names, ascending. */
export function datesOfWeek(rule: Rule, anchor: Anchor, first: number): number[] {
	const weekdays = rule.byDay.length > 0 ? rule.byDay.map(({ weekday }) => weekday) : [anchor.weekday];
	const days = weekdays.map((weekday) => first + ((weekday - weekdayOfDay(first) + 7) % 7));
	return ascending(rule.byMonth.length > 0 ? days.filter((day) => fits(rule.byMonth, civilOf(day).month)) : days);
}

/** Whether a rule that goes by days, or by less, may have instances on a day. */
export function allowsDay({ byMonth, byYearDay, byMonthDay, byDay }: Rule, day: number): boolean {
	if (byDay.length > 0 && !byDay.some(({ weekday }) => weekday === weekdayOfDay(day))) return false;
	if (byMonth.length > 0 && !byMonth.includes(civilOf(day).month)) return false;
	if (byMonthDay.length > 0 && !isMonthDay(byMonthDay, day)) return false;
	return byYearDay.length === 0 || isYearDay(byYearDay, day);
}

/** The day itself, or the first of the next month that BYMONTH names. */
export function nextInMonths({ byMonth }: Rule, day: number): number {
	if (byMonth.length === 0) return day;
	const { year, month } = civilOf(day);
	if (byMonth.includes(month)) return day;
	const later = byMonth.find((one) => one > month);
	return later === undefined ? dayOf(year + 1, byMonth[0]!, 1) : dayOf(year, later, 1);
}

function daysOfWeeks({ byWeekNo, byYearDay, byMonthDay, byDay, weekStart }: Rule, anchor: Anchor, year: number): number[] {
	const first = firstWeekOf(year, weekStart);
	const weeks = weeksInYear(year, weekStart);
	const every = byDay.length === 0 && (byYearDay.length > 0 || byMonthDay.length > 0);
	const weekdays = every ? [0, 1, 2, 3, 4, 5, 6] : byDay.length > 0 ? byDay.map(({ weekday }) => weekday) : [anchor.weekday];
	return byWeekNo.flatMap((nth) => {
		const week = nth > 0 ? nth : weeks + nth + 1;
		if (week < 1 || week > weeks) return [];
		return weekdays.map((weekday) => first + (week - 1) * 7 + ((weekday - weekStart + 7) % 7));
	});
}

/** Days of a month by their number, from the end where it is negative. */
function monthDays({ skip }: Rule, dates: readonly number[], year: number, month: number): number[] {
	const first = dayOf(year, month, 1);
	const length = daysInMonth(year, month);
	return dates.flatMap((date) => {
		if (date > 0 && date <= length) return [first + date - 1];
		if (date < 0 && -date <= length) return [first + length + date];
		if (date < 0 || skip === 'OMIT') return [];
		return [first + (skip === 'BACKWARD' ? length - 1 : length)];
	});
}

/** All weekdays, or the nth ones, of `length` days from `first` on. */
function weekdaysWithin(byDay: readonly ByDay[], first: number, length: number): number[] {
	const days: number[] = [];
	const startsOn = weekdayOfDay(first);
	for (const { weekday, nth } of byDay) {
		const one = first + ((weekday - startsOn + 7) % 7);
		const many = Math.floor((first + length - 1 - one) / 7) + 1;
		if (nth === 0) for (let i = 0; i < many; i++) days.push(one + i * 7);
		else {
			const at = nth > 0 ? nth - 1 : many + nth;
			if (at >= 0 && at < many) days.push(one + at * 7);
		}
	}
	return days;
}

/** Whether a day is one of the weekdays, counted within its month or its year. */
function isOneOf(byDay: readonly ByDay[], day: number, withinMonth: boolean): boolean {
	const weekday = weekdayOfDay(day);
	return byDay.some((one) => {
		if (one.weekday !== weekday) return false;
		if (one.nth === 0) return true;
		const { year, month } = civilOf(day);
		const first = dayOf(year, withinMonth ? month : 1, 1);
		const length = withinMonth ? daysInMonth(year, month) : daysInYear(year);
		return one.nth === (one.nth > 0 ? Math.floor((day - first) / 7) + 1 : -Math.floor((first + length - 1 - day) / 7) - 1);
	});
}

function isMonthDay(dates: readonly number[], day: number): boolean {
	const { year, month, date } = civilOf(day);
	return dates.includes(date) || dates.includes(date - daysInMonth(year, month) - 1);
}

function isYearDay(nths: readonly number[], day: number): boolean {
	const { year } = civilOf(day);
	const nth = day - dayOf(year, 1, 1) + 1;
	return nths.includes(nth) || nths.includes(nth - daysInYear(year) - 1);
}

function fits(list: readonly number[], value: number): boolean {
	return list.length === 0 || list.includes(value);
}

function ascending(days: number[]): number[] {
	days.sort((a, b) => a - b);
	return days.filter((day, i) => day !== days[i - 1]);
}

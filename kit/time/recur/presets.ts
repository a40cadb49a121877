import { addDays, type Day, parts, toUtc, weekdayOf } from '../day.ts';
import { instances } from './instances.ts';
import { type ByDay, EVERY_DAY, type Rule } from './rule.ts';

/** Monday to Friday. */
export const WORKDAYS: readonly ByDay[] = [0, 1, 2, 3, 4].map((weekday) => ({ weekday, nth: 0 }));

/** Every month on a date: a month that has no such date has it on its last day, which all programs understand without RFC 7529. */
export function monthlyOn(date: number): Rule {
	const monthly: Rule = { ...EVERY_DAY, freq: 'MONTHLY' };
	if (date === 31) return { ...monthly, byMonthDay: [-1] };
	if (date <= 28) return { ...monthly, byMonthDay: [date] };
	return { ...monthly, byMonthDay: [28, 29, 30].filter((one) => one <= date), bySetPos: [-1] };
}

/** What people mostly mean when something repeats that is on `day`, by name. */
export function presetsFor(day: Day) {
	const [, month, date] = parts(day);
	const weekday = weekdayOf(day);
	const last = parts(addDays(day, 7))[1] !== month;
	const nth = last ? -1 : Math.ceil(date / 7);
	return {
		daily: EVERY_DAY,
		workdays: { ...EVERY_DAY, freq: 'WEEKLY', byDay: WORKDAYS },
		weekly: { ...EVERY_DAY, freq: 'WEEKLY', byDay: [{ weekday, nth: 0 }] },
		monthly: monthlyOn(date),
		monthlyByWeekday: { ...EVERY_DAY, freq: 'MONTHLY', byDay: [{ weekday, nth }] },
		yearly: { ...EVERY_DAY, freq: 'YEARLY', byMonth: [month], byMonthDay: [date] },
	} as const satisfies Record<string, Rule>;
}

/** The first day of a rule from `day` on; `null` when there is none. */
export function firstDay(rule: Rule, day: Day): Day | null {
	const first = instances(rule, { wall: toUtc(day), form: 'day' }).next();
	return first.done ? null : new Date(first.value).toISOString().slice(0, 10);
}

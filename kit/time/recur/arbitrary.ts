import fc from 'fast-check';
import { dayOf } from './civil.ts';
import type { Moment } from './moment.ts';
import { EVERY_DAY, FREQUENCIES, type Frequency, type Rule } from './rule.ts';

const signed = (most: number) => fc.integer({ min: -most, max: most }).filter((value) => value !== 0);
const few = <T extends number>(one: fc.Arbitrary<T>) =>
	fc.oneof(
		{ weight: 2, arbitrary: fc.constant<T[]>([]) },
		{ weight: 1, arbitrary: fc.uniqueArray(one, { minLength: 1, maxLength: 4 }).map((list) => list.sort((a, b) => a - b)) },
	);

/** Rules that RFC 5545 allows, of some frequencies, without an end. */
export function anyRule(freqs: readonly Frequency[] = FREQUENCIES): fc.Arbitrary<Rule> {
	const parts = fc.record({
		freq: fc.constantFrom(...freqs),
		interval: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 9 })),
		weekStart: fc.integer({ min: 0, max: 6 }),
		byMonth: few(fc.integer({ min: 1, max: 12 })),
		byWeekNo: few(signed(53)),
		byYearDay: few(signed(366)),
		byMonthDay: few(signed(31)),
		byWeekday: few(fc.integer({ min: 0, max: 6 })),
		nth: fc.constantFrom(0, 0, 0, 1, 2, -1),
		byHour: few(fc.integer({ min: 0, max: 23 })),
		byMinute: few(fc.integer({ min: 0, max: 59 })),
		bySecond: few(fc.integer({ min: 0, max: 59 })),
		bySetPos: few(signed(5)),
		skip: fc.constantFrom('OMIT' as const, 'OMIT' as const, 'BACKWARD' as const, 'FORWARD' as const),
	});
	return parts.map(({ byWeekday, nth, ...said }): Rule => {
		const rule = { ...EVERY_DAY, ...said, byDay: byWeekday.map((weekday) => ({ weekday, nth })) };
		const { freq } = rule;
		const cleared = {
			byWeekNo: freq === 'YEARLY' && rule.byYearDay.length === 0 ? rule.byWeekNo : [],
			byYearDay: ['MONTHLY', 'WEEKLY', 'DAILY'].includes(freq) ? [] : rule.byYearDay,
			byMonthDay: freq === 'WEEKLY' ? [] : rule.byMonthDay,
			byDay: ['MONTHLY', 'YEARLY'].includes(freq) ? rule.byDay : rule.byDay.map((day) => ({ ...day, nth: 0 })),
		};
		const one = { ...rule, ...cleared };
		const others = one.byMonth.length + one.byWeekNo.length + one.byYearDay.length + one.byMonthDay.length + one.byDay.length;
		const times = one.byHour.length + one.byMinute.length + one.bySecond.length;
		return others + times === 0 ? { ...one, bySetPos: [] } : one;
	});
}

/** A start between 1990 and 2050, at a whole second. */
export function anyStart(forms: readonly Moment['form'][] = ['day', 'local', 'utc']): fc.Arbitrary<Moment> {
	const day = fc.integer({ min: dayOf(1990, 1, 1), max: dayOf(2050, 12, 31) });
	return fc
		.record({ day, second: fc.integer({ min: 0, max: 86_399 }), form: fc.constantFrom(...forms) })
		.map(({ day, second, form }) => ({ wall: (day * 86_400 + (form === 'day' ? 0 : second)) * 1_000, form }));
}

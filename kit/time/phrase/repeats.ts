import { EVERY_DAY, formatRule, type Rule } from '../recur/rule.ts';
import { monthlyOn, WORKDAYS } from '../recur/presets.ts';
import type { Moment, PhraseRule } from './pack.ts';

/** Words of a table: how they are matched, and what one means (`words` in `rules.ts`). */
interface Words<T> {
	readonly pattern: string;
	of(word: string): T;
}

/** How a language says that something comes again. Patterns have no groups of their own unless it says so. */
export interface RepeatWords {
	/** "every", "jeden", "tous les". A `!` behind it counts from the completion. */
	readonly every: string;
	readonly weekdays: Words<number>;
	readonly units: Words<'day' | 'week' | 'month' | 'year'>;
	readonly months: Words<number>;
	readonly numbers: Words<number>;
	/** "first" 1, "second" and "other" 2, "last" -1. */
	readonly ordinals: Words<number>;
	/** Between weekdays: "and", "und". */
	readonly and: string;
	/** "of the month", "im Monat": with it the second Tuesday is that of each month, without it every other one. */
	readonly ofMonth: string;
	/** "weekday", "Werktag": Monday to Friday. */
	readonly workday: string;
	readonly partsOfDay: Words<string>;
	/** A date of the month with the group `date`: "15th", "15.". */
	readonly date: string;
	/** What may stand between a date and its month: " of". */
	readonly of: string;
	/** Single words and what they mean: "daily". They count only where nothing follows that they could describe ("daily report"). */
	readonly adverbs: Words<Rule>;
	/** "mondays", "montags": every one of them, without "every". */
	readonly plurals?: Words<number>;
}

const FREQ = { day: 'DAILY', week: 'WEEKLY', month: 'MONTHLY', year: 'YEARLY' } as const;

/** Every so many days, weeks, months or years. */
export function each(unit: keyof typeof FREQ, interval = 1): Rule {
	return { ...EVERY_DAY, freq: FREQ[unit], interval };
}

/** The ways to say in a language that something repeats. */
export function repeatRules(language: RepeatWords): PhraseRule[] {
	const { every, weekdays, units, months, numbers, ordinals, and, ofMonth, workday, partsOfDay, date, of } = language;
	const begin = `(?:${every})(?<completion>!)? `;
	const list = (names: string) => String.raw`${names}(?:(?:, ?|,? (?:${and}) )(?:(?:${every}) )?${names})*`;
	const dayList = (text: string, { pattern, of }: Words<number>) =>
		[...text.matchAll(new RegExp(pattern, 'giu'))].map(([word]) => of(word));
	const count = (text: string) => (/^\d/.test(text) ? Number(text) : numbers.of(text));
	const rules: PhraseRule[] = [
		{
			pattern: String.raw`${begin}(?<count>\d{1,3}|${numbers.pattern}) (?<unit>${units.pattern})`,
			read: said(({ count: amount, unit }) => (count(amount!) > 0 ? each(units.of(unit!), count(amount!)) : null)),
		},
		{
			pattern: `${begin}(?:(?<nth>${ordinals.pattern}) )?(?<unit>${units.pattern})`,
			read: said(({ nth, unit }) => (nth && ordinals.of(nth) < 1 ? null : each(units.of(unit!), nth ? ordinals.of(nth) : 1))),
		},
		{
			pattern: `${begin}(?:(?<nth>${ordinals.pattern}) )?(?<days>${list(weekdays.pattern)})(?<month>${ofMonth})?`,
			read: said(({ nth, days, month }) => {
				const ordinal = nth ? ordinals.of(nth) : null;
				const all = dayList(days!, weekdays);
				if (ordinal === null) return month ? null : onWeekdays(all);
				if (month || ordinal < 2) return { ...each('month'), byDay: all.map((weekday) => ({ weekday, nth: ordinal })) };
				return onWeekdays(all, ordinal);
			}),
		},
		{ pattern: `${begin}(?:${workday})`, read: said(() => ({ ...each('week'), byDay: WORKDAYS })) },
		{
			pattern: `${begin}(?<part>${partsOfDay.pattern})`,
			read: said(
				() => each('day'),
				({ part }) => partsOfDay.of(part!),
			),
		},
		{
			pattern: `${begin}${date}(?! ?${months.pattern})`,
			read: said(({ date }) => (Number(date) >= 1 && Number(date) <= 31 ? monthlyOn(Number(date)) : null)),
		},
		{
			pattern: `${begin}${date}(?:${of})? ?(?<name>${months.pattern})`,
			read: said(({ date, name }) => yearlyOn(months.of(name!), Number(date))),
		},
		{ pattern: `(?<adverb>${language.adverbs.pattern})`, weak: true, read: said(({ adverb }) => language.adverbs.of(adverb!)) },
	];
	const { plurals } = language;
	if (plurals)
		rules.push({
			pattern: `(?<days>${list(plurals.pattern)})`,
			read: said(({ days }) => onWeekdays(dayList(days!, plurals))),
		});
	return rules;
}

type Groups = Readonly<Record<string, string | undefined>>;

function said(rule: (groups: Groups) => Rule | null, time?: (groups: Groups) => string): PhraseRule['read'] {
	return ({ groups = {} }): Moment | null => {
		const read = rule(groups);
		if (!read) return null;
		const repeat = { rule: formatRule(read), from: groups['completion'] ? 'completion' : 'due' } as const;
		return time ? { repeat, time: time(groups) } : { repeat };
	};
}

function onWeekdays(weekdays: readonly number[], interval = 1): Rule {
	const sorted = [...new Set(weekdays)].sort((a, b) => a - b);
	return { ...each('week', interval), byDay: sorted.map((weekday) => ({ weekday, nth: 0 })) };
}

/** The longest month decides whether there is such a date. */
function yearlyOn(month: number, date: number): Rule | null {
	const most = new Date(Date.UTC(2024, month, 0)).getUTCDate();
	return date >= 1 && date <= most ? { ...each('year'), byMonth: [month], byMonthDay: [date] } : null;
}

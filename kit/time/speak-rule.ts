import { addDays, makeDay } from './day.ts';
import type { Repeat } from './phrase/pack.ts';
import { type ByDay, type Frequency, parseRule, type Rule } from './recur/rule.ts';
import { WORKDAYS } from './recur/presets.ts';
import { format, speakWeekday, spellDate } from './speak.ts';

type Unit = Extract<Frequency, 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY'>;

/** What a language says of rules. Names of days and months come from `Intl`. */
interface RuleWords {
	/** "every day", "every 3 days". */
	every(unit: Unit, interval: number): string;
	/** "every Monday and Thursday", of a list of days. */
	everyWeekday(days: string): string;
	readonly workdays: string;
	/** "on Monday and Thursday". */
	onWeekdays(days: string): string;
	/** "the 15th". */
	date(date: number): string;
	readonly lastDay: string;
	/** "the second Tuesday"; -1 is the last one. `null` where there are no words for it. */
	nthWeekday(nth: number, day: string): string | null;
	/** "on" before such a date or weekday. */
	readonly on: string;
	readonly or: string;
	/** "in May", of the name of a month. */
	inMonth(month: string): string;
	times(count: number): string;
	until(day: string): string;
	/** Said of what is reckoned from the day it was done. */
	readonly fromCompletion: string;
}

const en: RuleWords = {
	every(unit, interval) {
		const name = { DAILY: 'day', WEEKLY: 'week', MONTHLY: 'month', YEARLY: 'year' }[unit];
		return interval === 1 ? `every ${name}` : `every ${interval} ${name}s`;
	},
	everyWeekday: (days) => `every ${days}`,
	workdays: 'every weekday',
	onWeekdays: (days) => `on ${days}`,
	date: (date) => `the ${date}${{ one: 'st', two: 'nd', few: 'rd', other: 'th', zero: 'th', many: 'th' }[ordinals.select(date)]}`,
	lastDay: 'the last day',
	nthWeekday: (nth, day) =>
		named({ 1: 'first', 2: 'second', 3: 'third', 4: 'fourth', 5: 'fifth', [-1]: 'last' }, nth, (name) => `the ${name} ${day}`),
	on: 'on',
	or: 'or',
	inMonth: (month) => `in ${month}`,
	times: (count) => (count === 1 ? 'once' : `${count} times`),
	until: (day) => `until ${day}`,
	fromCompletion: 'from when it is done',
};

const de: RuleWords = {
	every(unit, interval) {
		const [one, many] = (
			{
				DAILY: ['jeden Tag', 'Tage'],
				WEEKLY: ['jede Woche', 'Wochen'],
				MONTHLY: ['jeden Monat', 'Monate'],
				YEARLY: ['jedes Jahr', 'Jahre'],
			} as const
		)[unit];
		return interval === 1 ? one : `alle ${interval} ${many}`;
	},
	everyWeekday: (days) => `jeden ${days}`,
	workdays: 'von Montag bis Freitag',
	onWeekdays: (days) => `am ${days}`,
	date: (date) => `${date}.`,
	lastDay: 'letzten Tag',
	nthWeekday: (nth, day) =>
		named(
			{ 1: 'ersten', 2: 'zweiten', 3: 'dritten', 4: 'vierten', 5: 'fünften', [-1]: 'letzten' },
			nth,
			(name) => `${name} ${day}`,
		),
	on: 'am',
	or: 'oder am',
	inMonth: (month) => `im ${month}`,
	times: (count) => (count === 1 ? 'einmal' : `${count}-mal`),
	until: (day) => `bis ${day}`,
	fromCompletion: 'ab dem Erledigen',
};

/**
 * A rule as people say it: "every 2 weeks on Monday, until 3 December 2027". English and German; other languages hear English. `null` for a
 * rule that there are no words for: its next days tell more than its letters.
 *
 * @param locale BCP 47 tag of the interface
 */
export function speakRule(rule: Rule, locale: string): string | null {
	const { words, tag } = languageOf(locale);
	const base = isPlain(rule) ? baseOf(rule, words, tag) : null;
	if (base === null) return null;
	if (rule.count !== null) return `${base}, ${words.times(rule.count)}`;
	if (rule.until === null) return base;
	const last = new Date(rule.until.wall).toISOString().slice(0, 10);
	return `${base}, ${words.until(format(tag, { day: 'numeric', month: 'long', year: 'numeric' }, last))}`;
}

/**
 * What was understood of a repetition, as people say it; `null` where there are no words.
 *
 * @throws BadRecurrence when its rule cannot be read
 */
export function speakRepeat({ rule, from }: Repeat, locale: string): string | null {
	const said = speakRule(parseRule(rule), locale);
	return said !== null && from === 'completion' ? `${said}, ${languageOf(locale).words.fromCompletion}` : said;
}

function languageOf(locale: string): { readonly words: RuleWords; readonly tag: string } {
	if (locale.startsWith('de')) return { words: de, tag: locale };
	return { words: en, tag: locale.startsWith('en') ? locale : 'en' };
}

const ordinals = new Intl.PluralRules('en', { type: 'ordinal' });

/** No part that is never heard in speech. */
function isPlain(rule: Rule): boolean {
	const rare = [rule.byWeekNo, rule.byYearDay, rule.byHour, rule.byMinute, rule.bySecond];
	return (
		rule.skip === 'OMIT' && rare.every((list) => list.length === 0) && (rule.bySetPos.length === 0 || dateOrLast(rule) !== null)
	);
}

function baseOf(rule: Rule, words: RuleWords, tag: string): string | null {
	const { freq, interval, byDay, byMonth, byMonthDay } = rule;
	switch (freq) {
		case 'DAILY':
			return byDay.length + byMonth.length + byMonthDay.length === 0 ? words.every(freq, interval) : null;
		case 'WEEKLY':
			return byMonth.length === 0 ? weekly(rule, words, tag) : null;
		case 'MONTHLY': {
			const on = byMonth.length === 0 ? daysOfMonth(rule, words, tag) : null;
			return on === null ? null : joined(words.every(freq, interval), on);
		}
		case 'YEARLY': {
			const on = daysOfYear(rule, words, tag);
			return on === null ? null : joined(words.every(freq, interval), on);
		}
		default:
			return null;
	}
}

function weekly({ interval, byDay }: Rule, words: RuleWords, tag: string): string | null {
	if (byDay.some(({ nth }) => nth !== 0)) return null;
	if (byDay.length === 0) return words.every('WEEKLY', interval);
	const isWorkdays = byDay.length === WORKDAYS.length && byDay.every(({ weekday }, i) => weekday === WORKDAYS[i]?.weekday);
	if (interval === 1 && isWorkdays) return words.workdays;
	const days = list(byDay.map((day) => weekdayName(day, tag)), tag); // prettier-ignore
	return interval === 1 ? words.everyWeekday(days) : joined(words.every('WEEKLY', interval), words.onWeekdays(days));
}

/** "on the 15th", "on the second Tuesday"; empty where the rule says nothing of it, `null` where there are no words. */
function daysOfMonth(rule: Rule, words: RuleWords, tag: string): string | null {
	const { byDay, byMonthDay } = rule;
	if (byDay.length === 0 && byMonthDay.length === 0) return '';
	if (byDay.length > 0 && byMonthDay.length > 0) return null;
	const last = dateOrLast(rule);
	if (last !== null) return `${words.on} ${words.date(last)} ${words.or} ${words.lastDay}`;
	const days = [
		...byMonthDay.filter((date) => date > 0).map((date) => words.date(date)),
		...byMonthDay.filter((date) => date < 0).map((date) => (date === -1 ? words.lastDay : null)),
		...byDay.map((day) => words.nthWeekday(day.nth, weekdayName(day, tag))),
	];
	return days.every((day) => day !== null) ? `${words.on} ${list(days, tag)}` : null;
}

function daysOfYear({ byDay, byMonth, byMonthDay }: Rule, words: RuleWords, tag: string): string | null {
	if (byDay.length + byMonth.length + byMonthDay.length === 0) return '';
	const [month, ...others] = byMonth;
	if (month === undefined || others.length > 0) return null;
	if (byDay.length === 0 && byMonthDay.length === 1) {
		const day = makeDay(2024, month, byMonthDay[0]!); // a leap year has every date
		return day && `${words.on} ${spellDate(day, tag)}`;
	}
	if (byMonthDay.length > 0) return null;
	const days = byDay.map((day) => words.nthWeekday(day.nth, weekdayName(day, tag)));
	const name = format(tag, { month: 'long' }, makeDay(2024, month, 1)!);
	return days.length > 0 && days.every((day) => day !== null) ? `${words.on} ${list(days, tag)} ${words.inMonth(name)}` : null;
}

/** The date of a rule that takes the last day where a month is shorter (`monthlyOn`). */
function dateOrLast({ freq, byDay, byMonthDay, bySetPos }: Rule): number | null {
	const isRun = byMonthDay.length > 1 && byMonthDay.every((date, i) => date === 28 + i);
	return freq === 'MONTHLY' && byDay.length === 0 && isRun && bySetPos.length === 1 && bySetPos[0] === -1
		? byMonthDay.at(-1)!
		: null;
}

/** A Monday, from which days of the week are named. */
const MONDAY = '2024-01-01';

function weekdayName({ weekday }: ByDay, tag: string): string {
	return speakWeekday(addDays(MONDAY, weekday), tag);
}

function list(items: readonly string[], tag: string): string {
	return new Intl.ListFormat(tag).format(items);
}

function joined(...parts: readonly string[]): string {
	return parts.filter(Boolean).join(' ');
}

function named(names: Readonly<Record<number, string>>, nth: number, say: (name: string) => string): string | null {
	const name = names[nth];
	return name === undefined ? null : say(name);
}

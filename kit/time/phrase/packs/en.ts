import { addDays, nextWeekday } from '../../day.ts';
import type { LanguagePack } from '../pack.ts';
import { each, repeatRules } from '../repeats.ts';
import { after, clock, colonTime, date, dayparts, isoDate, later, nextMonth, nextWeek, timeOnly, words } from '../rules.ts';

const weekdays = words({ monday: 0, tuesday: 1, wednesday: 2, thursday: 3, friday: 4, saturday: 5, sunday: 6 });
const shortWeekdays = words({ mon: 0, 'tue|tues': 1, wed: 2, 'thu|thur|thurs': 3, fri: 4, sat: 5, sun: 6 });
const months = words({
	'january|jan': 1, 'february|feb': 2, 'march|mar': 3, 'april|apr': 4, may: 5, 'june|jun': 6,
	'july|jul': 7, 'august|aug': 8, 'september|sep|sept': 9, 'october|oct': 10, 'november|nov': 11, 'december|dec': 12,
}); // prettier-ignore
const units = words({ 'day|days': 'day', 'week|weeks': 'week', 'month|months': 'month', 'year|years': 'year' } as const);
const numbers = words({ 'a|an|one': 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10 });
const partsOfDay = words({
	morning: dayparts.morning,
	noon: dayparts.noon,
	afternoon: dayparts.afternoon,
	'evening|night': dayparts.evening,
});

const count = (text: string): number => (/^\d/.test(text) ? Number(text) : numbers.of(text));

const repeats = repeatRules({
	every: 'every|each',
	weekdays: words({
		'monday|mon': 0,
		'tuesday|tue|tues': 1,
		'wednesday|wed': 2,
		'thursday|thu|thur|thurs': 3,
		'friday|fri': 4,
		'saturday|sat': 5,
		'sunday|sun': 6,
	}),
	units,
	months,
	numbers,
	ordinals: words({ first: 1, 'second|other|2nd': 2, 'third|3rd': 3, 'fourth|4th': 4, last: -1 }),
	and: 'and|&',
	ofMonth: '(?: of| in) (?:the|each|every) month',
	workday: 'weekday|workday|working day',
	partsOfDay,
	date: '(?:month on the |the )?(?<date>\\d{1,2})(?:st|nd|rd|th)',
	of: ' of',
	adverbs: words({
		daily: each('day'),
		weekly: each('week'),
		'biweekly|fortnightly': each('week', 2),
		monthly: each('month'),
		quarterly: each('month', 3),
		'yearly|annually': each('year'),
	}),
	plurals: words({ mondays: 0, tuesdays: 1, wednesdays: 2, thursdays: 3, fridays: 4, saturdays: 5, sundays: 6 }),
});

/** English. Dates in slashes are month first when they can be, as in the United States. */
export const en: LanguagePack = {
	language: 'en',
	lead: ['on', 'at', 'by', 'due'],
	rules: [
		...repeats,
		isoDate,
		{ pattern: 'today', read: (_, now) => ({ day: now.today }) },
		{ pattern: 'tonight', read: (_, now) => ({ day: now.today, time: dayparts.evening }) },
		{ pattern: 'day after tomorrow', read: (_, now) => ({ day: addDays(now.today, 2) }) },
		{ pattern: '(?:tomorrow|tmrw|tmr)', read: (_, now) => ({ day: addDays(now.today, 1) }) },
		{
			pattern: `(today|tomorrow|this) (${partsOfDay.pattern})`,
			read: (match, now) => ({
				day: addDays(now.today, match[1]!.toLowerCase() === 'tomorrow' ? 1 : 0),
				time: partsOfDay.of(match[2]!),
			}),
		},
		{
			pattern: `(?:this )?(${weekdays.pattern})`,
			read: (match, now) => ({ day: nextWeekday(now.today, weekdays.of(match[1]!)) }),
		},
		{
			pattern: `(${shortWeekdays.pattern})`,
			weak: true,
			read: (match, now) => ({ day: nextWeekday(now.today, shortWeekdays.of(match[1]!)) }),
		},
		{
			pattern: `next (?:(${weekdays.pattern})|(${shortWeekdays.pattern}))`,
			read: (match, now) => {
				const weekday = match[1] ? weekdays.of(match[1]) : shortWeekdays.of(match[2]!);
				return { day: addDays(nextWeek(now), weekday) };
			},
		},
		{ pattern: 'next week', read: (_, now) => ({ day: nextWeek(now) }) },
		{ pattern: '(?:this |next |the )?weekend', weak: true, read: (_, now) => ({ day: nextWeekday(now.today, 5) }) },
		{ pattern: 'next month', read: (_, now) => ({ day: nextMonth(now) }) },
		{
			pattern: String.raw`in (\d{1,3}|${numbers.pattern}) (${units.pattern})`,
			read: (match, now) => ({ day: after(count(match[1]!), units.of(match[2]!), now) }),
		},
		{
			pattern: String.raw`in (\d{1,3}|${numbers.pattern}|half an) (hours?|minutes?|mins?|h|min)`,
			read: (match, now) => {
				const amount = match[1]!.toLowerCase() === 'half an' ? 0.5 : count(match[1]!);
				return later(now, Math.round(amount * (match[2]!.toLowerCase().startsWith('h') ? 60 : 1)));
			},
		},
		{
			pattern: String.raw`(${months.pattern})\.? (\d{1,2})(?:st|nd|rd|th)?(?:,? (\d{4}))?`,
			read: (match, now) => date(months.of(match[1]!), Number(match[2]), match[3], now),
		},
		{
			pattern: String.raw`(?:the )?(\d{1,2})(?:st|nd|rd|th)?(?: of)? (${months.pattern})\.?(?: (\d{4}))?`,
			read: (match, now) => date(months.of(match[2]!), Number(match[1]), match[3], now),
		},
		{
			pattern: String.raw`(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d\d))?`,
			read(match, now) {
				const [first, second] = [Number(match[1]), Number(match[2])];
				return first > 12 ? date(second, first, match[3], now) : date(first, second, match[3], now);
			},
		},
		{
			pattern: String.raw`(\d{1,2})(?::(\d\d))? ?(am|pm|a\.m\.|p\.m\.)`,
			read: (match) =>
				timeOnly(clock(Number(match[1]), Number(match[2] ?? 0), match[3]!.toLowerCase().startsWith('a') ? 'am' : 'pm')),
		},
		colonTime,
		{ pattern: String.raw`at (\d{1,2})`, read: (match) => timeOnly(clock(Number(match[1]), 0)) },
		{ pattern: 'at (noon|midnight)', read: (match) => ({ time: match[1]!.toLowerCase() === 'noon' ? '12:00' : '00:00' }) },
		{ pattern: `in the (${partsOfDay.pattern})`, read: (match) => ({ time: partsOfDay.of(match[1]!) }) },
	],
	appointments: {
		lasting: 'for',
		hours: 'hours?|hrs?|h',
		minutes: 'minutes?|mins?|min|m',
		wholeDay: 'all[- ]day|(?:the )?whole day',
		from: 'from',
		to: 'to|until|till',
		inPlace: 'in|near',
		atPlace: 'at',
		endOfPlace: 'with|for|about|because|and|from',
	},
	priorities: { low: ['low'], medium: ['medium', 'normal'], high: ['high', 'important'], urgent: ['urgent', 'asap'] },
};

import { addDays, nextWeekday } from '../../day.ts';
import { WORKDAYS } from '../../recur/presets.ts';
import type { LanguagePack } from '../pack.ts';
import { each, repeatRules } from '../repeats.ts';
import { after, clock, colonTime, date, dayparts, isoDate, later, nextMonth, nextWeek, timeOnly, words } from '../rules.ts';

const weekdays = words({ montag: 0, dienstag: 1, mittwoch: 2, donnerstag: 3, freitag: 4, 'samstag|sonnabend': 5, sonntag: 6 });
const shortWeekdays = words({ mo: 0, di: 1, mi: 2, do: 3, fr: 4, sa: 5, so: 6 });
const months = words({
	'januar|jänner|jan': 1, 'februar|feb': 2, 'märz|mär': 3, 'april|apr': 4, mai: 5, 'juni|jun': 6,
	'juli|jul': 7, 'august|aug': 8, 'september|sep|sept': 9, 'oktober|okt': 10, 'november|nov': 11, 'dezember|dez': 12,
}); // prettier-ignore
const units = words({
	'tag|tage|tagen': 'day', 'woche|wochen': 'week', 'monat|monate|monaten': 'month', 'jahr|jahre|jahren': 'year',
} as const); // prettier-ignore
const numbers = words({
	'ein|eine|einem|einer|eins': 1, 'zwei': 2, 'drei': 3, 'vier': 4, 'fünf': 5, 'sechs': 6, 'sieben': 7, 'acht': 8, 'neun': 9, 'zehn': 10, 'elf': 11, 'zwölf': 12,
}); // prettier-ignore
const partsOfDay = words({
	'früh|morgen|vormittag': dayparts.morning, 'mittag': dayparts.noon, 'nachmittag': dayparts.afternoon, 'abend': dayparts.evening,
}); // prettier-ignore
const adverbs = words({
	'morgens|vormittags': dayparts.morning,
	mittags: dayparts.noon,
	nachmittags: dayparts.afternoon,
	abends: dayparts.evening,
});
const relativeDays = words({ heute: 0, morgen: 1, 'übermorgen|uebermorgen': 2 });

const count = (text: string): number => (/^\d/.test(text) ? Number(text) : numbers.of(text));
const NEXT = 'nächste[nrsm]?|naechste[nrsm]?|kommende[nrsm]?';

const repeats = repeatRules({
	every: 'jede[nrsm]?|alle',
	weekdays: words({
		'montag|mo': 0,
		'dienstag|di': 1,
		'mittwoch|mi': 2,
		'donnerstag|do': 3,
		'freitag|fr': 4,
		'samstag|sonnabend|sa': 5,
		'sonntag|so': 6,
	}),
	units,
	months,
	numbers,
	ordinals: words({
		'ersten|erster|erste|erstes': 1,
		'zweiten|zweiter|zweite|zweites': 2,
		'dritten|dritter|dritte|drittes': 3,
		'vierten|vierter|vierte|viertes': 4,
		'letzten|letzter|letzte|letztes': -1,
	}),
	and: 'und|&',
	ofMonth: '(?: im| des| eines jeden) monats?',
	workday: 'werktage?|wochentage?|arbeitstage?',
	partsOfDay,
	date: '(?<date>\\d{1,2})\\.',
	of: '',
	adverbs: words({
		'täglich|taeglich': each('day'),
		'wöchentlich|woechentlich': each('week'),
		'zweiwöchentlich|vierzehntägig': each('week', 2),
		monatlich: each('month'),
		vierteljährlich: each('month', 3),
		'jährlich|jaehrlich': each('year'),
		werktags: { ...each('week'), byDay: WORKDAYS },
	}),
	plurals: words({ montags: 0, dienstags: 1, mittwochs: 2, donnerstags: 3, freitags: 4, 'samstags|sonnabends': 5, sonntags: 6 }),
});

/** German. */
export const de: LanguagePack = {
	language: 'de',
	lead: ['am', 'um', 'bis', 'bis zum', 'ab'],
	rules: [
		...repeats,
		isoDate,
		{ pattern: `(${relativeDays.pattern})`, read: (match, now) => ({ day: addDays(now.today, relativeDays.of(match[1]!)) }) },
		{
			pattern: `(${relativeDays.pattern}) (${partsOfDay.pattern})`,
			read: (match, now) => ({ day: addDays(now.today, relativeDays.of(match[1]!)), time: partsOfDay.of(match[2]!) }),
		},
		{
			pattern: `(?:diese[nrms]? )?(${weekdays.pattern})`,
			read: (match, now) => ({ day: nextWeekday(now.today, weekdays.of(match[1]!)) }),
		},
		{
			pattern: `(${weekdays.pattern})(abend|nachmittag|mittag|morgen|vormittag)`,
			read: (match, now) => ({ day: nextWeekday(now.today, weekdays.of(match[1]!)), time: partsOfDay.of(match[2]!) }),
		},
		{
			pattern: String.raw`am (${shortWeekdays.pattern})\.?`,
			ownLanguageOnly: true,
			read: (match, now) => ({ day: nextWeekday(now.today, shortWeekdays.of(match[1]!)) }),
		},
		{
			pattern: `(?:${NEXT}) (${weekdays.pattern})`,
			read: (match, now) => ({ day: addDays(nextWeek(now), weekdays.of(match[1]!)) }),
		},
		{ pattern: `(?:${NEXT}) woche`, read: (_, now) => ({ day: nextWeek(now) }) },
		{ pattern: 'übernächste woche', read: (_, now) => ({ day: addDays(nextWeek(now), 7) }) },
		{ pattern: '(?:am |dieses |nächstes )wochenende', read: (_, now) => ({ day: nextWeekday(now.today, 5) }) },
		{ pattern: `(?:${NEXT}) monat`, read: (_, now) => ({ day: nextMonth(now) }) },
		{
			pattern: String.raw`in (\d{1,3}|${numbers.pattern}) (${units.pattern})`,
			read: (match, now) => ({ day: after(count(match[1]!), units.of(match[2]!), now) }),
		},
		{
			pattern: String.raw`in (\d{1,3}|${numbers.pattern}|einer halben) (stunden?|minuten?|std|min|h)`,
			read: (match, now) => {
				const amount = match[1]!.toLowerCase() === 'einer halben' ? 0.5 : count(match[1]!);
				return later(now, Math.round(amount * (/^[sh]/i.test(match[2]!) ? 60 : 1)));
			},
		},
		{
			pattern: String.raw`(\d{1,2})\. ?(${months.pattern})\.?(?: (\d{4}))?`,
			read: (match, now) => date(months.of(match[2]!), Number(match[1]), match[3], now),
		},
		{
			pattern: String.raw`(\d{1,2})\.(\d{1,2})\.(\d{4}|\d\d)?`,
			read: (match, now) => date(Number(match[2]), Number(match[1]), match[3], now),
		},
		{
			pattern: String.raw`(?:um )?(\d{1,2})(?:[:.](\d\d))? ?uhr(?: (\d{1,2}))?`,
			read: (match) => timeOnly(clock(Number(match[1]), Number(match[2] ?? match[3] ?? 0))),
		},
		colonTime,
		{
			pattern: String.raw`um (\d{1,2})(?:[:.](\d\d))?`,
			read: (match) => timeOnly(clock(Number(match[1]), Number(match[2] ?? 0))),
		},
		{ pattern: `(${adverbs.pattern})`, weak: true, read: (match) => ({ time: adverbs.of(match[1]!) }) },
		{ pattern: `am (${partsOfDay.pattern})`, read: (match) => ({ time: partsOfDay.of(match[1]!) }) },
	],
	appointments: {
		lasting: 'für',
		hours: 'stunden?|std|h',
		minutes: 'minuten?|min|m',
		wholeDay: 'ganztägig|ganztags|(?:den )?ganzen tag',
		from: 'von|ab',
		to: 'bis',
		inPlace: 'in|im|bei|beim|auf|auf dem|am',
		atPlace: 'ort:',
		endOfPlace: 'mit|für|wegen|und|zum|zur|von',
	},
	priorities: {
		low: ['niedrig', 'später'],
		medium: ['mittel', 'normal'],
		high: ['hoch', 'wichtig'],
		urgent: ['dringend', 'sofort'],
	},
};

import { addDays, nextWeekday } from '../../day.ts';
import type { LanguagePack } from '../pack.ts';
import { each, repeatRules } from '../repeats.ts';
import { after, clock, colonTime, date, dayparts, isoDate, later, nextMonth, nextWeek, timeOnly, words } from '../rules.ts';

const weekdays = words({
	'lunedì|lunedi': 0, 'martedì|martedi': 1, 'mercoledì|mercoledi': 2, 'giovedì|giovedi': 3, 'venerdì|venerdi': 4, sabato: 5, domenica: 6,
}); // prettier-ignore
const months = words({
	'gennaio|gen': 1, 'febbraio|feb': 2, 'marzo|mar': 3, 'aprile|apr': 4, 'maggio|mag': 5, 'giugno|giu': 6,
	'luglio|lug': 7, 'agosto|ago': 8, 'settembre|set|sett': 9, 'ottobre|ott': 10, 'novembre|nov': 11, 'dicembre|dic': 12,
}); // prettier-ignore
const units = words({
	'giorno|giorni': 'day', 'settimana|settimane': 'week', 'mese|mesi': 'month', 'anno|anni': 'year',
} as const); // prettier-ignore
const numbers = words({
	'un|una|uno': 1, due: 2, tre: 3, quattro: 4, cinque: 5, sei: 6, sette: 7, otto: 8, nove: 9, dieci: 10, undici: 11, dodici: 12,
}); // prettier-ignore
const partsOfDay = words({
	mattina: dayparts.morning,
	mezzogiorno: dayparts.noon,
	pomeriggio: dayparts.afternoon,
	sera: dayparts.evening,
});
const relativeDays = words({ oggi: 0, domani: 1, dopodomani: 2 });

const count = (text: string): number => (/^\d/.test(text) ? Number(text) : numbers.of(text));

const repeats = repeatRules({
	every: 'ogni|tutti i|tutte le',
	weekdays: words({
		'lunedì|lunedi': 0,
		'martedì|martedi': 1,
		'mercoledì|mercoledi': 2,
		'giovedì|giovedi': 3,
		'venerdì|venerdi': 4,
		'sabato|sabati': 5,
		'domenica|domeniche': 6,
	}),
	units,
	months,
	numbers,
	ordinals: words({ 'primo|prima': 1, 'secondo|seconda': 2, 'terzo|terza': 3, 'quarto|quarta': 4, 'ultimo|ultima': -1 }),
	and: 'e|&',
	ofMonth: ' (?:del|di ogni) mese',
	workday: 'giorn[oi] lavorativ[oi]|giorn[oi] ferial[ei]',
	partsOfDay: words({
		'mattina|mattine': dayparts.morning,
		mezzogiorno: dayparts.noon,
		'pomeriggio|pomeriggi': dayparts.afternoon,
		'sera|sere': dayparts.evening,
	}),
	date: '(?<date>\\d{1,2})(?: del mese)',
	of: '',
	adverbs: words({
		quotidianamente: each('day'),
		settimanalmente: each('week'),
		mensilmente: each('month'),
		annualmente: each('year'),
	}),
});

/** Italian. Dates in slashes are day first. */
export const it: LanguagePack = {
	language: 'it',
	lead: ['il', 'la', 'per', 'per il', 'entro', 'entro il', 'di', 'da'],
	rules: [
		...repeats,
		isoDate,
		{ pattern: `(${relativeDays.pattern})`, read: (match, now) => ({ day: addDays(now.today, relativeDays.of(match[1]!)) }) },
		{
			pattern: `(${relativeDays.pattern}) (${partsOfDay.pattern})`,
			read: (match, now) => ({ day: addDays(now.today, relativeDays.of(match[1]!)), time: partsOfDay.of(match[2]!) }),
		},
		{ pattern: 'stasera|questa sera', read: (_, now) => ({ day: now.today, time: dayparts.evening }) },
		{ pattern: 'stamattina|questa mattina', read: (_, now) => ({ day: now.today, time: dayparts.morning }) },
		{ pattern: `(${weekdays.pattern})`, read: (match, now) => ({ day: nextWeekday(now.today, weekdays.of(match[1]!)) }) },
		{
			pattern: `(${weekdays.pattern}) (${partsOfDay.pattern})`,
			read: (match, now) => ({ day: nextWeekday(now.today, weekdays.of(match[1]!)), time: partsOfDay.of(match[2]!) }),
		},
		{
			pattern: `(?:prossimo|prossima) (${weekdays.pattern})|(${weekdays.pattern}) (?:prossimo|prossima)`,
			read: (match, now) => ({ day: addDays(nextWeek(now), weekdays.of((match[1] ?? match[2])!)) }),
		},
		{ pattern: '(?:la )?(?:prossima settimana|settimana prossima)', read: (_, now) => ({ day: nextWeek(now) }) },
		{ pattern: '(?:questo |il )(?:fine settimana|weekend)', read: (_, now) => ({ day: nextWeekday(now.today, 5) }) },
		{ pattern: '(?:il )?(?:prossimo mese|mese prossimo)', read: (_, now) => ({ day: nextMonth(now) }) },
		{
			pattern: String.raw`(?:tra|fra) (\d{1,3}|${numbers.pattern}) (${units.pattern})`,
			read: (match, now) => ({ day: after(count(match[1]!), units.of(match[2]!), now) }),
		},
		{
			pattern: String.raw`(?:tra|fra) (\d{1,3}|${numbers.pattern}|mezz['’]|un['’]) ?(ore|ora|minuti|minuto|min|h)`,
			read: (match, now) => {
				const said = match[1]!.toLowerCase();
				const amount = said.startsWith('mezz') ? 0.5 : /^un['’]/.test(said) ? 1 : count(said);
				return later(now, Math.round(amount * (/^[oh]/i.test(match[2]!) ? 60 : 1)));
			},
		},
		{
			pattern: String.raw`(\d{1,2}|1º) (${months.pattern})\.?(?: (\d{4}))?`,
			read: (match, now) => date(months.of(match[2]!), Number.parseInt(match[1]!, 10), match[3], now),
		},
		{
			pattern: String.raw`(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d\d))?`,
			read: (match, now) => date(Number(match[2]), Number(match[1]), match[3], now),
		},
		{
			pattern: String.raw`(?:alle|all['’]|ore|alle ore) ?(\d{1,2})(?:[:.](\d\d))?`,
			read: (match) => timeOnly(clock(Number(match[1]), Number(match[2] ?? 0))),
		},
		colonTime,
		{
			pattern: 'a (mezzogiorno|mezzanotte)',
			read: (match) => ({ time: match[1]!.toLowerCase() === 'mezzanotte' ? '00:00' : '12:00' }),
		},
		{ pattern: '(?:di |la |in )(mattina|sera)', weak: true, read: (match) => ({ time: partsOfDay.of(match[1]!) }) },
		{ pattern: '(?:di |nel |il )pomeriggio', read: () => ({ time: dayparts.afternoon }) },
	],
	appointments: {
		lasting: 'per|durante',
		hours: 'ore|ora|h',
		minutes: 'minuti|minuto|min',
		wholeDay: 'tutto il giorno',
		from: 'dalle|dal|da',
		to: 'alle|al|a|fino a',
		inPlace: 'a|al|alla|in|da|dal',
		atPlace: 'presso',
		endOfPlace: 'con|per|e|di',
	},
	priorities: { low: ['bassa'], medium: ['media', 'normale'], high: ['alta', 'importante'], urgent: ['urgente'] },
};

import { addDays, nextWeekday } from '../../day.ts';
import type { LanguagePack } from '../pack.ts';
import { each, repeatRules } from '../repeats.ts';
import { after, clock, colonTime, date, dayparts, isoDate, later, nextMonth, nextWeek, timeOnly, words } from '../rules.ts';

const weekdays = words({ lundi: 0, mardi: 1, mercredi: 2, jeudi: 3, vendredi: 4, samedi: 5, dimanche: 6 });
const months = words({
	'janvier|janv': 1, 'février|fevrier|févr|fév': 2, mars: 3, 'avril|avr': 4, mai: 5, juin: 6,
	'juillet|juil': 7, 'août|aout': 8, 'septembre|sept': 9, 'octobre|oct': 10, 'novembre|nov': 11, 'décembre|decembre|déc': 12,
}); // prettier-ignore
const units = words({ 'jour|jours': 'day', 'semaine|semaines': 'week', mois: 'month', 'an|ans|année|années': 'year' } as const);
const numbers = words({
	'un|une': 1, deux: 2, trois: 3, quatre: 4, cinq: 5, six: 6, sept: 7, huit: 8, neuf: 9, dix: 10, onze: 11, douze: 12,
}); // prettier-ignore
const partsOfDay = words({
	matin: dayparts.morning,
	midi: dayparts.noon,
	'après-midi|apres-midi': dayparts.afternoon,
	soir: dayparts.evening,
});
const relativeDays = words({ "aujourd'hui|aujourd’hui": 0, demain: 1, 'après-demain|apres-demain': 2 });

const count = (text: string): number => (/^\d/.test(text) ? Number(text) : numbers.of(text));

const repeats = repeatRules({
	every: 'chaque|tous les|toutes les',
	weekdays: words({
		'lundi|lundis': 0,
		'mardi|mardis': 1,
		'mercredi|mercredis': 2,
		'jeudi|jeudis': 3,
		'vendredi|vendredis': 4,
		'samedi|samedis': 5,
		'dimanche|dimanches': 6,
	}),
	units,
	months,
	numbers,
	ordinals: words({
		'premier|première|premiers': 1,
		'deuxième|second|seconde': 2,
		troisième: 3,
		quatrième: 4,
		'dernier|dernière|derniers': -1,
	}),
	and: 'et|&',
	ofMonth: ' (?:du|de chaque) mois',
	workday: 'jours? ouvrables?|jours? ouvrés?',
	partsOfDay: words({
		'matin|matins': dayparts.morning,
		'midi|midis': dayparts.noon,
		'après-midi|apres-midi': dayparts.afternoon,
		'soir|soirs': dayparts.evening,
	}),
	date: '(?<date>\\d{1,2})(?:er)?(?: du mois)',
	of: '',
	adverbs: words({
		quotidiennement: each('day'),
		hebdomadairement: each('week'),
		mensuellement: each('month'),
		annuellement: each('year'),
	}),
});

/** French. Dates in slashes are day first. */
export const fr: LanguagePack = {
	language: 'fr',
	lead: ['le', 'à', 'ce', 'pour', 'pour le', 'avant', 'avant le', "d'ici", 'dès'],
	rules: [
		...repeats,
		isoDate,
		{ pattern: `(${relativeDays.pattern})`, read: (match, now) => ({ day: addDays(now.today, relativeDays.of(match[1]!)) }) },
		{
			pattern: `(${relativeDays.pattern})(?: à| au)? (${partsOfDay.pattern})`,
			read: (match, now) => ({ day: addDays(now.today, relativeDays.of(match[1]!)), time: partsOfDay.of(match[2]!) }),
		},
		{
			pattern: `(?:ce|cet) (${partsOfDay.pattern})`,
			read: (match, now) => ({ day: now.today, time: partsOfDay.of(match[1]!) }),
		},
		{ pattern: `(${weekdays.pattern})`, read: (match, now) => ({ day: nextWeekday(now.today, weekdays.of(match[1]!)) }) },
		{
			pattern: `(${weekdays.pattern}) (${partsOfDay.pattern})`,
			read: (match, now) => ({ day: nextWeekday(now.today, weekdays.of(match[1]!)), time: partsOfDay.of(match[2]!) }),
		},
		{
			pattern: `(${weekdays.pattern}) prochain`,
			read: (match, now) => ({ day: addDays(nextWeek(now), weekdays.of(match[1]!)) }),
		},
		{ pattern: '(?:la )?semaine prochaine', read: (_, now) => ({ day: nextWeek(now) }) },
		{ pattern: '(?:ce |le )?week-?end', weak: true, read: (_, now) => ({ day: nextWeekday(now.today, 5) }) },
		{ pattern: '(?:le )?mois prochain', read: (_, now) => ({ day: nextMonth(now) }) },
		{
			pattern: String.raw`dans (\d{1,3}|${numbers.pattern}) (${units.pattern})`,
			read: (match, now) => ({ day: after(count(match[1]!), units.of(match[2]!), now) }),
		},
		{
			pattern: String.raw`dans (\d{1,3}|${numbers.pattern}|une demi[- ]) ?(heures?|minutes?|min|h)`,
			read: (match, now) => {
				const amount = match[1]!.toLowerCase().startsWith('une demi') ? 0.5 : count(match[1]!);
				return later(now, Math.round(amount * (match[2]!.toLowerCase().startsWith('h') ? 60 : 1)));
			},
		},
		{
			pattern: String.raw`(\d{1,2}|1er) (${months.pattern})\.?(?: (\d{4}))?`,
			read: (match, now) => date(months.of(match[2]!), Number.parseInt(match[1]!, 10), match[3], now),
		},
		{
			pattern: String.raw`(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d\d))?`,
			read: (match, now) => date(Number(match[2]), Number(match[1]), match[3], now),
		},
		{
			pattern: String.raw`à (\d{1,2}) ?h(?:eures?)?(?: ?(\d\d))?`,
			read: (match) => timeOnly(clock(Number(match[1]), Number(match[2] ?? 0))),
		},
		{
			pattern: String.raw`(\d{1,2}) ?h(?:eures?)?(?: ?(\d\d))?`,
			ownLanguageOnly: true,
			read: (match) => timeOnly(clock(Number(match[1]), Number(match[2] ?? 0))),
		},
		colonTime,
		{ pattern: 'à (midi|minuit)', read: (match) => ({ time: match[1]!.toLowerCase() === 'midi' ? '12:00' : '00:00' }) },
		{
			pattern: 'dans la (matinée|soirée)',
			read: (match) => ({ time: match[1]!.toLowerCase() === 'matinée' ? dayparts.morning : dayparts.evening }),
		},
	],
	appointments: {
		lasting: 'pendant|pour|durant',
		hours: 'heures?|h',
		minutes: 'minutes?|min|mn',
		wholeDay: 'toute la journée',
		from: 'de|du',
		to: "à|au|jusqu’à|jusqu'à",
		inPlace: 'à|au|aux|dans',
		atPlace: 'chez',
		endOfPlace: 'avec|pour|et|de',
	},
	priorities: {
		low: ['faible', 'basse'],
		medium: ['moyenne', 'normale'],
		high: ['haute', 'importante', 'important'],
		urgent: ['urgent', 'urgente'],
	},
};

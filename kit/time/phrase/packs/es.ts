import { addDays, nextWeekday } from '../../day.ts';
import type { LanguagePack } from '../pack.ts';
import { each, repeatRules } from '../repeats.ts';
import { after, clock, colonTime, date, dayparts, isoDate, later, nextMonth, nextWeek, timeOnly, words } from '../rules.ts';

const weekdays = words({ lunes: 0, martes: 1, 'miércoles|miercoles': 2, jueves: 3, viernes: 4, 'sábado|sabado': 5, domingo: 6 });
const months = words({
	'enero|ene': 1, 'febrero|feb': 2, 'marzo|mar': 3, 'abril|abr': 4, 'mayo|may': 5, 'junio|jun': 6,
	'julio|jul': 7, 'agosto|ago': 8, 'septiembre|setiembre|sept|sep': 9, 'octubre|oct': 10, 'noviembre|nov': 11, 'diciembre|dic': 12,
}); // prettier-ignore
const units = words({ 'día|días|dia|dias': 'day', 'semana|semanas': 'week', 'mes|meses': 'month', 'año|años': 'year' } as const);
const numbers = words({
	'un|una|uno': 1, dos: 2, tres: 3, cuatro: 4, cinco: 5, seis: 6, siete: 7, ocho: 8, nueve: 9, diez: 10, once: 11, doce: 12,
}); // prettier-ignore
const partsOfDay = words({
	mañana: dayparts.morning,
	'mediodía|mediodia': dayparts.noon,
	tarde: dayparts.afternoon,
	noche: dayparts.evening,
});
const relativeDays = words({ hoy: 0, mañana: 1, 'pasado mañana': 2 });

const count = (text: string): number => (/^\d/.test(text) ? Number(text) : numbers.of(text));

const repeats = repeatRules({
	every: 'cada|todos los|todas las',
	weekdays: words({
		lunes: 0,
		martes: 1,
		'miércoles|miercoles': 2,
		jueves: 3,
		viernes: 4,
		'sábado|sabado|sábados|sabados': 5,
		'domingo|domingos': 6,
	}),
	units,
	months,
	numbers,
	ordinals: words({
		'primer|primera|primero': 1,
		'segundo|segunda': 2,
		'tercer|tercera': 3,
		'cuarto|cuarta': 4,
		'último|última|ultimo': -1,
	}),
	and: 'y|e|&',
	ofMonth: ' (?:del|de cada) mes',
	workday: 'días? laborables?|días? hábil(?:es)?',
	partsOfDay: words({
		'mañana|mañanas': dayparts.morning,
		'mediodía|mediodia': dayparts.noon,
		'tarde|tardes': dayparts.afternoon,
		'noche|noches': dayparts.evening,
	}),
	date: '(?<date>\\d{1,2})(?: del mes| de cada mes)',
	of: '',
	adverbs: words({ diariamente: each('day'), semanalmente: each('week'), mensualmente: each('month'), anualmente: each('year') }),
});

/** Spanish. Dates in slashes are day first. */
export const es: LanguagePack = {
	language: 'es',
	lead: ['el', 'este', 'para', 'para el', 'antes del', 'hasta el'],
	rules: [
		...repeats,
		isoDate,
		{ pattern: `(${relativeDays.pattern})`, read: (match, now) => ({ day: addDays(now.today, relativeDays.of(match[1]!)) }) },
		{
			pattern: `(${relativeDays.pattern}) (?:por|en|a) la (${partsOfDay.pattern})`,
			read: (match, now) => ({ day: addDays(now.today, relativeDays.of(match[1]!)), time: partsOfDay.of(match[2]!) }),
		},
		{ pattern: 'esta (tarde|noche)', read: (match, now) => ({ day: now.today, time: partsOfDay.of(match[1]!) }) },
		{ pattern: `(${weekdays.pattern})`, read: (match, now) => ({ day: nextWeekday(now.today, weekdays.of(match[1]!)) }) },
		{
			pattern: `(${weekdays.pattern}) (?:por|en) la (${partsOfDay.pattern})`,
			read: (match, now) => ({ day: nextWeekday(now.today, weekdays.of(match[1]!)), time: partsOfDay.of(match[2]!) }),
		},
		{
			pattern: `(?:el )?(?:próximo|proximo) (${weekdays.pattern})|(?:el )?(${weekdays.pattern}) (?:próximo|proximo|que viene)`,
			read: (match, now) => ({ day: addDays(nextWeek(now), weekdays.of((match[1] ?? match[2])!)) }),
		},
		{
			pattern: '(?:la )?(?:próxima semana|proxima semana|semana que viene|semana próxima)',
			read: (_, now) => ({ day: nextWeek(now) }),
		},
		{ pattern: '(?:este |el )fin de semana', read: (_, now) => ({ day: nextWeekday(now.today, 5) }) },
		{ pattern: '(?:el )?(?:próximo mes|proximo mes|mes que viene)', read: (_, now) => ({ day: nextMonth(now) }) },
		{
			pattern: String.raw`(?:en|dentro de) (\d{1,3}|${numbers.pattern}) (${units.pattern})`,
			read: (match, now) => ({ day: after(count(match[1]!), units.of(match[2]!), now) }),
		},
		{
			pattern: String.raw`(?:en|dentro de) (\d{1,3}|${numbers.pattern}|media) (horas?|minutos?|min|h)`,
			read: (match, now) => {
				const amount = match[1]!.toLowerCase() === 'media' ? 0.5 : count(match[1]!);
				return later(now, Math.round(amount * (match[2]!.toLowerCase().startsWith('h') ? 60 : 1)));
			},
		},
		{
			pattern: String.raw`(\d{1,2})(?: de)? (${months.pattern})\.?(?:(?: de| del)? (\d{4}))?`,
			read: (match, now) => date(months.of(match[2]!), Number(match[1]), match[3], now),
		},
		{
			pattern: String.raw`(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d\d))?`,
			read: (match, now) => date(Number(match[2]), Number(match[1]), match[3], now),
		},
		{
			pattern: String.raw`a las? (\d{1,2})(?:[:.](\d\d))?(?: h(?:oras)?)?(?: de la (mañana|tarde|noche))?`,
			read(match) {
				const half = match[3] === undefined ? undefined : match[3].toLowerCase() === 'mañana' ? ('am' as const) : ('pm' as const);
				return timeOnly(clock(Number(match[1]), Number(match[2] ?? 0), half));
			},
		},
		colonTime,
		{
			pattern: 'a (mediodía|mediodia|medianoche)',
			read: (match) => ({ time: match[1]!.toLowerCase() === 'medianoche' ? '00:00' : '12:00' }),
		},
		{ pattern: '(?:por|en) la (mañana|tarde|noche)', read: (match) => ({ time: partsOfDay.of(match[1]!) }) },
	],
	appointments: {
		lasting: 'durante|por',
		hours: 'horas?|h',
		minutes: 'minutos?|min',
		wholeDay: 'todo el día',
		from: 'de|desde|del',
		to: 'a|al|hasta',
		inPlace: 'en|a|al',
		atPlace: 'lugar:',
		endOfPlace: 'con|para|por|y|de',
	},
	priorities: { low: ['baja'], medium: ['media', 'normal'], high: ['alta', 'importante'], urgent: ['urgente'] },
};

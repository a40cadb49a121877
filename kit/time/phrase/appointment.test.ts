import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { type Capture, packsFor, quickAdd } from './index.ts';

// Monday, 23 November 2026, half past ten.
const now = { today: '2026-11-23', time: '10:30' };
const projects = ['Work', 'Family time'];

const lines: Readonly<Record<string, readonly (readonly [line: string, expected: Partial<Capture>])[]>> = {
	en: [
		[
			'Lunch with Ana tomorrow 12:30 for 45 min at Café Central',
			{ title: 'Lunch with Ana', day: '2026-11-24', time: '12:30', minutes: 45, place: 'Café Central' },
		],
		['Stand-up every weekday 9:15 for 15 minutes @Work', { title: 'Stand-up', time: '09:15', minutes: 15, project: 'Work' }],
		['Workshop friday 10:00-11:30', { title: 'Workshop', day: '2026-11-27', time: '10:00', minutes: 90 }],
		['Workshop friday 10-11:30 am', { title: 'Workshop', day: '2026-11-27', time: '10:00', minutes: 90 }],
		['Call from 2 to 4pm', { title: 'Call', day: '2026-11-23', time: '14:00', minutes: 120 }],
		['Call 11-1pm tomorrow', { title: 'Call', day: '2026-11-24', time: '11:00', minutes: 120 }],
		['Night shift 22:00-6:00', { title: 'Night shift', time: '22:00', minutes: 480 }],
		['Holiday all day 24 dec', { title: 'Holiday', day: '2026-12-24', time: null, wholeDay: true }],
		['Skiing 24 dec to 27 dec', { title: 'Skiing', day: '2026-12-24', wholeDay: true, minutes: 4 * 1_440 }],
		['Fair monday to wednesday in Hannover', { title: 'Fair', day: '2026-11-30', minutes: 3 * 1_440, place: 'Hannover' }],
		['Movie tonight 2h30m', { title: 'Movie', time: '19:00', minutes: 150 }],
		['Meeting at the office with Ben 15:00', { title: 'Meeting with Ben', time: '15:00', place: 'the office' }],
		['Talk in 3 days for 1.5 hours', { title: 'Talk', day: '2026-11-26', minutes: 90 }],
		['Ask in general about @nobody', { title: 'Ask in general about @nobody', place: null, project: null }],
		['Dinner @Family time 18:00', { title: 'Dinner', project: 'Family time', time: '18:00' }],
	],
	de: [
		[
			'Mittagessen mit Ana morgen 12:30 für 45 Minuten im Café Central',
			{ title: 'Mittagessen mit Ana', day: '2026-11-24', time: '12:30', minutes: 45, place: 'Café Central' },
		],
		['Treffen 14-16 Uhr in Berlin', { title: 'Treffen', time: '14:00', minutes: 120, place: 'Berlin' }],
		['Werkstatt Freitag von 10 bis 11:30', { title: 'Werkstatt', day: '2026-11-27', time: '10:00', minutes: 90 }],
		['Urlaub ganztägig 24.12.', { title: 'Urlaub', day: '2026-12-24', wholeDay: true }],
		['Messe 24.12. bis 26.12. in Hannover', { title: 'Messe', day: '2026-12-24', minutes: 3 * 1_440, place: 'Hannover' }],
		['Zahnarzt bei Dr. Groß morgen 9 Uhr', { title: 'Zahnarzt', day: '2026-11-24', time: '09:00', place: 'Dr. Groß' }],
		['Film 2 Std', { title: 'Film', minutes: 120 }],
	],
	fr: [
		[
			'Déjeuner avec Ana demain 12h30 pendant 45 min au Café Central',
			{ day: '2026-11-24', time: '12:30', minutes: 45, place: 'Café Central' },
		],
		['Congé demain toute la journée', { title: 'Congé', day: '2026-11-24', wholeDay: true }],
		['Réunion chez Paul demain', { title: 'Réunion', place: 'Paul' }],
	],
	es: [
		[
			'Comida mañana 14:00 durante 2 horas en Casa Paco',
			{ title: 'Comida', day: '2026-11-24', time: '14:00', minutes: 120, place: 'Casa Paco' },
		],
		['Vacaciones mañana todo el día', { title: 'Vacaciones', wholeDay: true }],
	],
	it: [
		[
			'Pranzo domani 12:30 per 45 minuti al Caffè Greco',
			{ title: 'Pranzo', day: '2026-11-24', time: '12:30', minutes: 45, place: 'Caffè Greco' },
		],
		['Ferie domani tutto il giorno', { title: 'Ferie', wholeDay: true }],
	],
};

for (const [language, phrases] of Object.entries(lines))
	describe(`an appointment is understood in ${language}`, () => {
		const context = { ...now, packs: packsFor(language), projects, appointments: true } as const;
		for (const [line, expected] of phrases) test(line, () => expect(quickAdd(line, context)).toMatchObject(expected));
	});

test('lengths and places of tasks stay in their titles', () => {
	const read = quickAdd('Run for 45 min at Park tomorrow', { ...now, packs: packsFor('en') });
	expect(read).toMatchObject({ title: 'Run for 45 min at Park', minutes: null, place: null, wholeDay: false });
});

test('whatever is typed, nothing is lost but the tokens, which are ordered', () => {
	const words = fc.constantFrom(
		'at',
		'Café',
		'in',
		'Berlin',
		'for',
		'45',
		'min',
		'10',
		'-',
		'12:00',
		'to',
		'monday',
		'all day',
		'@Work',
		'h',
		',',
		'from',
		'2h30',
	);
	fc.assert(
		fc.property(fc.array(words, { maxLength: 14 }), (list) => {
			const line = list.join(' ');
			const { tokens, title } = quickAdd(line, { ...now, packs: packsFor('en'), projects, appointments: true });
			let at = 0;
			let rest = '';
			for (const token of tokens) {
				expect(token.start).toBeGreaterThanOrEqual(at);
				expect(token.end).toBeGreaterThan(token.start);
				rest += line.slice(at, token.start);
				at = token.end;
			}
			const squeeze = (text: string): string => text.replaceAll(/\s+/g, '');
			expect(squeeze(title)).toBe(squeeze(rest + line.slice(at)));
		}),
	);
});

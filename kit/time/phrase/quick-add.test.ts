import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { packsFor, quickAdd } from './index.ts';

// Monday, 23 November 2026, half past ten.
const now = { today: '2026-11-23', time: '10:30' };
const en = { ...now, packs: packsFor('en'), projects: ['Living room', 'Work', 'Work trips'] };
const de = { ...now, packs: packsFor('de'), projects: ['Garten', 'Küche neu'] };

type Expected = Partial<ReturnType<typeof quickAdd>>;

const english: [string, Expected][] = [
	['Buy milk', { title: 'Buy milk', day: null, time: null, tags: [], priority: null, project: null }],
	['Buy milk today', { title: 'Buy milk', day: '2026-11-23' }],
	['Buy milk tomorrow', { title: 'Buy milk', day: '2026-11-24' }],
	['tomorrow buy milk', { title: 'buy milk', day: '2026-11-24' }],
	['Call Ana day after tomorrow', { title: 'Call Ana', day: '2026-11-25' }],
	[
		'Call Ana tomorrow 9:00 #phone !high @Work',
		{ title: 'Call Ana', day: '2026-11-24', time: '09:00', tags: ['phone'], priority: 'high', project: 'Work' },
	],
	['Call Ana tomorrow at 9', { title: 'Call Ana', day: '2026-11-24', time: '09:00' }],
	['Call Ana at 9', { title: 'Call Ana', day: '2026-11-24', time: '09:00' }],
	['Call Ana at 11', { title: 'Call Ana', day: '2026-11-23', time: '11:00' }],
	['Lunch 12pm', { title: 'Lunch', day: '2026-11-23', time: '12:00' }],
	['Lunch 12am', { title: 'Lunch', day: '2026-11-24', time: '00:00' }],
	['Review 2:30 pm friday', { title: 'Review', day: '2026-11-27', time: '14:30' }],
	['Review on friday', { title: 'Review', day: '2026-11-27' }],
	['Review monday', { title: 'Review', day: '2026-11-30' }],
	['Review next wednesday', { title: 'Review', day: '2026-12-02' }],
	['Report fri', { title: 'Report', day: '2026-11-27' }],
	['She sat down', { title: 'She sat down', day: null }],
	['Run on sat 8:15', { title: 'Run', day: '2026-11-28', time: '08:15' }],
	['Plan next week', { title: 'Plan', day: '2026-11-30' }],
	['Pay rent next month', { title: 'Pay rent', day: '2026-12-01' }],
	['Dentist in 3 weeks', { title: 'Dentist', day: '2026-12-14' }],
	['Dentist in two months', { title: 'Dentist', day: '2027-01-23' }],
	['Oven in 20 minutes', { title: 'Oven', day: '2026-11-23', time: '10:50' }],
	['Oven in half an hour', { title: 'Oven', day: '2026-11-23', time: '11:00' }],
	['Sleep in 14 hours', { title: 'Sleep', day: '2026-11-24', time: '00:30' }],
	['Gift Dec 24', { title: 'Gift', day: '2026-12-24' }],
	['Gift 24th of December', { title: 'Gift', day: '2026-12-24' }],
	['Taxes May 31, 2028', { title: 'Taxes', day: '2028-05-31' }],
	['Taxes March 1', { title: 'Taxes', day: '2027-03-01' }],
	['Leap feb 29', { title: 'Leap', day: '2028-02-29' }],
	['Trip 12/24', { title: 'Trip', day: '2026-12-24' }],
	['Trip 24/12/27', { title: 'Trip', day: '2027-12-24' }],
	['Trip 2027-01-05', { title: 'Trip', day: '2027-01-05' }],
	['Trip 2027-13-05', { title: 'Trip 2027-13-05', day: null }],
	['Feb 31 is no day', { title: 'Feb 31 is no day', day: null }],
	['Yoga tonight', { title: 'Yoga', day: '2026-11-23', time: '19:00' }],
	['Yoga tomorrow morning', { title: 'Yoga', day: '2026-11-24', time: '09:00' }],
	['Urgent care visit', { title: 'Urgent care visit', priority: null }],
	['Fix leak !!!', { title: 'Fix leak', priority: 'urgent' }],
	['Fix leak !!', { title: 'Fix leak', priority: 'high' }],
	['Fix leak !1', { title: 'Fix leak', priority: 'urgent' }],
	['Fix leak !4', { title: 'Fix leak', priority: 'low' }],
	['Stop it!', { title: 'Stop it!', priority: null }],
	['Read #a #b #a', { title: 'Read', tags: ['a', 'b'] }],
	['C# course', { title: 'C# course', tags: [] }],
	['Mail bob@example.org', { title: 'Mail bob@example.org', project: null }],
	['Sofa @living room', { title: 'Sofa', project: 'Living room' }],
	['Pack @Work trips', { title: 'Pack', project: 'Work trips' }],
	['Pack @Worktop', { title: 'Pack', project: 'Worktop' }],
	['I am so tired', { title: 'I am so tired', day: null }],
	['Brunch on sun', { title: 'Brunch', day: '2026-11-29' }],
	['Meet 14:00 or 15:00', { title: 'Meet or 15:00', time: '14:00', day: '2026-11-23' }],
	['Movie tomorrow, 20:15', { title: 'Movie,', time: '20:15', day: '2026-11-24' }],
	['Anruf morgen um 9 Uhr', { title: 'Anruf', day: '2026-11-24', time: '09:00' }],
];

const german: [string, Expected][] = [
	['Milch kaufen', { title: 'Milch kaufen', day: null }],
	['Milch kaufen heute', { title: 'Milch kaufen', day: '2026-11-23' }],
	['Milch kaufen morgen', { title: 'Milch kaufen', day: '2026-11-24' }],
	['Milch kaufen übermorgen', { title: 'Milch kaufen', day: '2026-11-25' }],
	[
		'Anna anrufen morgen um 14 Uhr #telefon !hoch @Garten',
		{ title: 'Anna anrufen', day: '2026-11-24', time: '14:00', tags: ['telefon'], priority: 'high', project: 'Garten' },
	],
	['Anna anrufen um 14:30', { title: 'Anna anrufen', day: '2026-11-23', time: '14:30' }],
	['Anna anrufen um 9', { title: 'Anna anrufen', day: '2026-11-24', time: '09:00' }],
	['Termin 14 Uhr 15', { title: 'Termin', time: '14:15', day: '2026-11-23' }],
	['Bericht am Freitag', { title: 'Bericht', day: '2026-11-27' }],
	['Bericht am Fr.', { title: 'Bericht', day: '2026-11-27' }],
	['Bericht bis Freitag', { title: 'Bericht', day: '2026-11-27' }],
	['Kino Freitagabend', { title: 'Kino', day: '2026-11-27', time: '19:00' }],
	['Kino heute Abend', { title: 'Kino', day: '2026-11-23', time: '19:00' }],
	['Laufen morgen früh', { title: 'Laufen', day: '2026-11-24', time: '09:00' }],
	['Planung nächste Woche', { title: 'Planung', day: '2026-11-30' }],
	['Planung nächsten Mittwoch', { title: 'Planung', day: '2026-12-02' }],
	['Planung übernächste Woche', { title: 'Planung', day: '2026-12-07' }],
	['Miete nächsten Monat', { title: 'Miete', day: '2026-12-01' }],
	['Zahnarzt in 3 Wochen', { title: 'Zahnarzt', day: '2026-12-14' }],
	['Zahnarzt in zwei Monaten', { title: 'Zahnarzt', day: '2027-01-23' }],
	['Ofen in einer halben Stunde', { title: 'Ofen', time: '11:00', day: '2026-11-23' }],
	['Geschenk 24.12.', { title: 'Geschenk', day: '2026-12-24' }],
	['Geschenk am 24. Dezember', { title: 'Geschenk', day: '2026-12-24' }],
	['Steuer 31.5.2028', { title: 'Steuer', day: '2028-05-31' }],
	['Steuer 1.3.', { title: 'Steuer', day: '2027-03-01' }],
	['Der 31.2. fehlt', { title: 'Der 31.2. fehlt', day: null }],
	['Fenster !dringend', { title: 'Fenster', priority: 'urgent' }],
	['Wichtig ist das', { title: 'Wichtig ist das', priority: null }],
	['Herd @küche neu', { title: 'Herd', project: 'Küche neu' }],
	['Bericht bis übermorgen', { title: 'Bericht', day: '2026-11-25' }],
	['So ist das', { title: 'So ist das', day: null }],
	['Version 1.12 prüfen', { title: 'Version 1.12 prüfen', day: null }],
	['Call Ana tomorrow at 9', { title: 'Call Ana', day: '2026-11-24', time: '09:00' }],
];

describe('quick add understands English', () => {
	for (const [line, expected] of english) test(line, () => expect(quickAdd(line, en)).toMatchObject(expected));
});

describe('quick add understands German', () => {
	for (const [line, expected] of german) test(line, () => expect(quickAdd(line, de)).toMatchObject(expected));
});

test('tokens point at what was understood', () => {
	const line = 'Call Ana tomorrow 9:00 #phone';
	const { tokens } = quickAdd(line, en);
	expect(tokens.map(({ kind, start, end }) => [kind, line.slice(start, end)])).toEqual([
		['day', 'tomorrow'],
		['time', '9:00'],
		['tag', '#phone'],
	]);
});

test('a dismissed token stays in the title', () => {
	expect(quickAdd('Watch Tomorrow tonight', { ...en, dismissed: new Set(['Tomorrow']) })).toMatchObject({
		title: 'Watch Tomorrow',
		day: '2026-11-23',
	});
});

test('any line is read in bounded time, tokens are ordered and inside it, and nothing typed is lost but the tokens', () => {
	const words = fc.constantFrom(
		'tomorrow',
		'am',
		'so',
		'9:00',
		'#tag',
		'!hoch',
		'@Work',
		'in',
		'3',
		'days',
		'24.12.',
		' ',
		'Dec',
		'\u{1F600}',
		'ß',
		'(',
	);
	fc.assert(
		fc.property(
			fc.oneof(
				fc.string({ unit: 'grapheme', maxLength: 200 }),
				fc.array(words, { maxLength: 40 }).map((list) => list.join(' ')),
			),
			(line) => {
				const { tokens, title } = quickAdd(line, en);
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
			},
		),
	);
});

import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { corpus } from './corpus.ts';
import { packsFor, quickAdd } from './index.ts';

// Monday, 23 November 2026, half past ten.
const now = { today: '2026-11-23', time: '10:30' };
const en = { ...now, packs: packsFor('en'), projects: corpus['en']!.projects };

for (const [language, { projects, phrases }] of Object.entries(corpus))
	describe(`quick add understands ${language}`, () => {
		const context = { ...now, packs: packsFor(language), projects };
		for (const [line, expected] of phrases) test(line, () => expect(quickAdd(line, context)).toMatchObject(expected));
	});

test('the corpus has at least 200 lines', () => {
	expect(Object.values(corpus).flatMap(({ phrases }) => phrases).length).toBeGreaterThanOrEqual(200);
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

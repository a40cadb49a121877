import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { fold, foldedBy } from './fold.ts';

const seed = 20261126;

test('case, accents and letters that few keyboards have do not matter', () => {
	for (const [typed, found] of [
		['Ångström', 'angstrom'],
		['Łukasz ØRSTED', 'lukasz orsted'],
		['Straße', 'strasse'],
		['İstanbul', 'istanbul'],
		['Ａｎａ', 'ana'],
		['がぎ', 'かき'],
	] as const)
		expect(fold(typed)).toBe(found);
});

test('folding twice is folding once, and the form of Unicode does not matter', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'grapheme' }), (text) => {
			expect(fold(fold(text))).toBe(fold(text));
			expect(fold(text.normalize('NFD'))).toBe(fold(text.normalize('NFC')));
		}),
		{ seed },
	);
});

test('what has nothing but plain letters is folded as everything else is', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'binary-ascii' }), (text) => expect(`${fold(text)}e`).toBe(fold(`${text}é`))),
		{ seed },
	);
});

test('what was folded of a row is folded once', () => {
	let asked = 0;
	const textOf = foldedBy<{ title: string }>(({ title }) => (asked++, [title, 'Ä']));
	const row = { title: 'Ö' };
	expect([textOf(row), textOf(row), textOf({ title: 'Ö' })]).toEqual(['o\na', 'o\na', 'o\na']);
	expect(asked).toBe(2);
});

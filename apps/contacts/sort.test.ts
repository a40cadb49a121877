import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { contact } from './cards.fixture.ts';
import { nameOf } from './name.ts';
import { inSections, NameOrder } from './sort.ts';

const seed = 20261126;
const person = (given: string, family: string, more = {}) =>
	contact(`${given} ${family}`, { shownAs: '', given, family, ...more });
const sections = (locale: string, ...names: readonly string[]) => {
	const order = new NameOrder(locale, 'given');
	return names.map((name) => order.section(contact(name)));
};

describe('names', () => {
	test('are what somebody said, or their parts in order, or what else there is', () => {
		expect(nameOf(person('Ana', 'Lima', { prefix: 'Dr.', additional: 'Maria', suffix: 'jr.' }))).toBe('Dr. Ana Maria Lima jr.');
		expect(nameOf(person('Ana', 'Lima', { shownAs: 'The boss' }))).toBe('The boss');
		expect(nameOf(contact('', { nickname: 'Ani', organisation: 'Acme' }))).toBe('Ani');
		expect(nameOf(contact('', { organisation: 'Acme' }))).toBe('Acme');
		expect(nameOf(contact('', { kind: 'organisation', organisation: 'Acme', given: 'Ana' }))).toBe('Acme');
		expect(nameOf(contact(''))).toBe('');
	});

	test('in Chinese, Japanese and Korean begin with the family and have no blank', () => {
		expect(nameOf(person('太郎', '山田'))).toBe('山田太郎');
		expect(nameOf(person('민수', '김'))).toBe('김민수');
	});
});

describe('the order', () => {
	test('goes by the given or the family name, as one chooses', () => {
		const all = [person('Zoe', 'Abel'), person('Ana', 'Lima'), person('Ben', 'Abel')];
		const names = (by: 'given' | 'family') => all.toSorted(new NameOrder('en', by).compare).map(({ given }) => given);
		expect(names('given')).toEqual(['Ana', 'Ben', 'Zoe']);
		expect(names('family')).toEqual(['Ben', 'Zoe', 'Ana']);
	});

	test('goes by how a name is spoken where that is known', () => {
		const all = [person('花子', '渡辺', { phoneticFamily: 'わたなべ' }), person('一郎', '青木', { phoneticFamily: 'あおき' })];
		const order = new NameOrder('ja', 'family');
		expect(all.toSorted(order.compare).map(({ family }) => family)).toEqual(['青木', '渡辺']);
		expect(all.map((one) => order.section(one))).toEqual(['わ', 'あ']);
	});

	test('sorts organisations by their name, among people', () => {
		const all = [contact('', { kind: 'organisation', organisation: 'Bakery' }), person('Zoe', 'Cole'), person('Ana', 'Abel')];
		expect(all.toSorted(new NameOrder('en', 'family').compare).map(nameOf)).toEqual(['Ana Abel', 'Bakery', 'Zoe Cole']);
	});
});

describe('sections', () => {
	test('are what the language takes a letter for', () => {
		expect(sections('de', 'Ärzte', 'émile', 'Øre', 'ßeta', 'Łukasz')).toEqual(['A', 'E', 'O', 'S', 'L']);
		expect(sections('sv', 'Ärzte', 'Åsa', 'Öst', 'Émile')).toEqual(['Ä', 'Å', 'Ö', 'E']);
		expect(sections('es', 'Ñandú')).toEqual(['Ñ']);
	});

	test('know other scripts, and put under # what begins with no letter', () => {
		expect(sections('en', 'Жанна', 'Αθηνά', 'ガブ', '김', '쌍', '+351', '', '😀', '7 Eleven', '王')).toEqual([
			'Ж', 'Α', 'か', 'ㄱ', 'ㅅ', '#', '#', '#', '#', '#',
		]); // prettier-ignore
	});

	test('come after each other, also in Czech, where Ch sorts behind H', () => {
		const order = new NameOrder('cs', 'given');
		const names = ['Chalupa', 'Hana', 'Cyril', 'Ivo', 'Čeněk'].map((name) => contact(name)).toSorted(order.compare);
		const heads = inSections(names, order).flatMap((line) => (line.kind === 'head' ? [line.section] : []));
		expect(heads).toEqual(['C', 'Č', 'H', 'I']);
	});

	test('whatever the names, each section is there once, in one total order', () => {
		const text = fc.oneof(
			fc.string({ unit: 'grapheme', maxLength: 6 }),
			fc.constantFrom('Ana', 'Ähre', 'Øre', 'Chan', 'Жук', '김', 'が', '1', ''),
		);
		fc.assert(
			fc.property(fc.array(text, { maxLength: 25 }), fc.constantFrom('en', 'de', 'sv', 'cs', 'ja'), (names, locale) => {
				const order = new NameOrder(locale, 'given');
				const rows = names.map((name) => contact(name));
				const sorted = rows.toSorted(order.compare);
				const heads = inSections(sorted, order).flatMap((line) => (line.kind === 'head' ? [line.section] : []));
				expect(new Set(heads).size).toBe(heads.length);
				const again = sorted.toReversed().toSorted(order.compare);
				for (const [at, row] of sorted.entries()) expect(order.compare(row, again[at]!)).toBe(0);
			}),
			{ seed, numRuns: 150 },
		);
	});
});

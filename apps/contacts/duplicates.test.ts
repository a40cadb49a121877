import { describe, expect, test } from 'bun:test';
import type { RecordId } from '@mana/model';
import fc from 'fast-check';
import { card } from './cards.fixture.ts';
import { type Card, compareCards, distance, duplicatePairs, duplicateSets, twinsOf } from './duplicates.ts';
import { nameOf } from './name.ts';
import { phoneKey, samePhone } from './phone.ts';
import { fitFor } from './search.ts';
import { soundOf } from './sound.ts';

const seed = 20261126;
const same = (one: Card, other: Card) => compareCards(one, other, 'DE')?.reasons ?? null;

describe('telephone numbers', () => {
	test('are one however they are written', () => {
		for (const number of ['+49 170 1234567', '0049170-1234567', '0170/1234567', '(0170) 123 45 67', '+49 (0)170 1234567', 'tel:+491701234567', '0170 1234567 ext. 12'])
			expect(phoneKey(number, 'DE')).toBe('+491701234567'); // prettier-ignore
		expect(phoneKey('(415) 555-2671', 'US')).toBe('+14155552671');
		expect(phoneKey('06 12 34 56 78', 'FR')).toBe('+33612345678');
		expect(phoneKey('06 698 12345', 'IT')).toBe('+3906698 12345'.replace(' ', ''));
		expect(phoneKey('912 345 678', 'PT')).toBe('+351912345678');
	});

	test('of emergency services stay short, and without a known region bare', () => {
		expect(phoneKey('112', 'DE')).toBe('112');
		expect(phoneKey('0170 1234567', null)).toBe('01701234567');
	});

	test('are one also where only one of them says the country', () => {
		expect(samePhone('01701234567', '+491701234567')).toBe(true);
		expect(samePhone('01701234568', '+491701234567')).toBe(false);
		expect(samePhone('+351912345678', '+49912345678')).toBe(false);
	});
});

describe('what sounds alike', () => {
	test('has one code', () => {
		for (const [one, other] of [['Meier', 'Mayr'], ['Müller', 'Mueller'], ['Schmidt', 'Schmitt'], ['Philipp', 'Filip'], ['Clara', 'Klara']] as const)
			expect([one, soundOf(one)]).toEqual([one, soundOf(other)]); // prettier-ignore
		expect(soundOf('Wikipedia')).toBe('3412');
		expect(soundOf('Breschnew')).toBe('17863');
		expect(soundOf('山田')).toBe('');
	});
});

describe('duplicates', () => {
	test('share an address, a number or a name', () => {
		expect(same(card('Ana Lima', { emails: ['Ana@X.org'] }), card('A. Lima', { emails: ['ana@x.org '] }))).toEqual(['email', 'similar-name']);
		expect(same(card('Ana Lima', { phones: ['0170 1234567'] }), card('Anna Lima', { phones: ['+49 170 1234567'] }))).toEqual(['phone', 'similar-name']);
		expect(same(card('Dr. Ana Lima'), card('LIMA, Ana'))).toEqual(['name']);
		expect(same(card('Stefan Meier', { organisation: 'Acme', birthday: '--05-01' }), card('Stephan Mayr', { birthday: '1980-05-01', organisation: 'ACME' }))).toEqual(['similar-name', 'birthday', 'organisation']);
	}); // prettier-ignore

	test('are not those who only live together, work together or have one name in common', () => {
		expect(same(card('Ana Lima', { phones: ['030 1234567'] }), card('Ben Lima', { phones: ['030 1234567'] }))).toBeNull();
		expect(same(card('Ana Lima', { emails: ['info@acme.com'] }), card('Ben Okafor', { emails: ['info@acme.com'] }))).toBeNull();
		expect(same(card('Ana'), card('Ana Lima'))).toBeNull();
		expect(same(card('Ana Lima', { birthday: '1990-01-01' }), card('Ana Lima', { birthday: '1962-07-09' }))).toBeNull();
	});

	test('are not those of whom somebody said so, from whichever side', () => {
		const ana = card('Ana Lima');
		const other = card('Lima Ana', { distinctFrom: [ana.contact.id] });
		expect(same(ana, other)).toBeNull();
		expect(same(other, ana)).toBeNull();
	});

	test('are found in a crowd, and put together in sets', () => {
		const crowd = Array.from({ length: 1_500 }, (_, at) => card(`Given${at % 97}x Family${at}`, { emails: [`p${at}@example.org`], phones: [`+4930${1_000_000 + at}`] }));
		const planted = [card('Ana Lima', { emails: ['ana@x.org'] }), card('Ana M. Lima', { emails: ['ana@x.org'] }), card('Anna Lima', { emails: ['ana@x.org'] })];
		const pairs = duplicatePairs([...crowd, ...planted], 'DE');
		const ids = new Set<string>(planted.map(({ contact }) => contact.id));
		const found = pairs.filter(({ a, b }) => ids.has(a) && ids.has(b));
		expect(found).toHaveLength(3);
		expect(duplicateSets(found)).toEqual([[...ids].sort() as never]);
	}); // prettier-ignore

	test('do not depend on the order of the contacts, and each pair is what comparing the two says', () => {
		const name = fc.constantFrom(
			'Ana Lima',
			'Anna Lima',
			'A. Lima',
			'Ben Okafor',
			'Benn Okafor',
			'',
			'Stefan Meier',
			'Stephan Mayer',
		);
		const any = fc.record({
			name,
			emails: fc.array(fc.constantFrom('a@x.org', 'A@X.org', 'b@x.org'), { maxLength: 2 }),
			phones: fc.array(fc.constantFrom('0170 1234567', '+49 170 1234567', '030 99999999'), { maxLength: 1 }),
		});
		fc.assert(
			fc.property(fc.array(any, { maxLength: 12 }), (all) => {
				const cards = all.map((one, at) => {
					const { contact, details } = card(`${one.name}`, { emails: one.emails, phones: one.phones });
					return { contact: { ...contact, id: `${at}${contact.id}` as typeof contact.id }, details };
				});
				const pairs = duplicatePairs(cards, 'DE');
				expect(duplicatePairs(cards.toReversed(), 'DE')).toEqual(pairs);
				const expected = cards.flatMap((one, at) => cards.slice(at + 1).flatMap((other) => compareCards(one, other, 'DE') ?? []));
				expect(pairs.length).toBe(expected.length);
				for (const { score } of pairs) expect(score).toBeWithin(0.49, 1.0001);
			}),
			{ seed, numRuns: 200 },
		);
	});
});

describe('while somebody is written', () => {
	const twins = (typed: ReturnType<typeof card>, ...all: ReturnType<typeof card>[]) =>
		twinsOf(typed, all, (other) => fitFor(nameOf(typed.contact))(other, []), 'DE').map(({ contact, reasons }) => [nameOf(contact), reasons[0]]); // prettier-ignore

	test('whoever has that name, that number or that address is told of, the surest first', () => {
		const typed = card('Ana Lima', { emails: ['ana@x.org'], phones: ['0170 1234567'] });
		const others = [
			card('Ana Lima', {}),
			card('Ana Lima', { emails: ['ANA@x.org'], phones: ['+49 170 1234567'] }),
			card('Bo Berg', { phones: ['030 1'] }),
		].map((one, at) => ({ ...one, contact: { ...one.contact, id: `${at}${one.contact.id}` as RecordId } }));
		expect(twins(typed, ...others)).toEqual([
			['Ana Lima', 'email'],
			['Ana Lima', 'name'],
		]);
	});

	test('nobody is, while there is nothing to go by, nor oneself', () => {
		expect(twins(card('', {}), card('Ana Lima', {}))).toEqual([]);
		const one = card('Ana Lima', {});
		expect(twins(one, one)).toEqual([]);
	});
});

test('the edit distance is a metric as far as it is asked for', () => {
	const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });
	fc.assert(
		fc.property(word, word, (a, b) => {
			expect(distance(a, b, 9)).toBe(distance(b, a, 9));
			expect(distance(a, b, 9) === 0).toBe(a === b);
			for (const most of [0, 1, 2, 3]) expect(distance(a, b, most)).toBe(Math.min(most + 1, distance(a, b, 9)));
		}),
		{ seed, numRuns: 1_000, examples: [['cb', 'baa']] },
	);
	expect(distance('lima', 'ilma', 2)).toBe(1);
});

import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { capture, captures } from './capture.ts';
import { nameParts } from './name-parts.ts';

const full = (typed: string) => Object.values(nameParts(typed)).map((part) => part || '-').join('|'); // prettier-ignore

describe('names', () => {
	test('are taken apart as people write them', () => {
		for (const [typed, parts] of [
			['Ana Lima', '-|Ana|-|Lima|-'],
			['Ana', '-|Ana|-|-|-'],
			['Dr. Ana Maria de Souza', 'Dr.|Ana|Maria|de Souza|-'],
			['Lima, Ana', '-|Ana|-|Lima|-'],
			['Ludwig van der Rohe jr.', '-|Ludwig|-|van der Rohe|jr.'],
			['Frau Lima', 'Frau|-|-|Lima|-'],
			['Prof. Dr. Erika Mustermann', 'Prof. Dr.|Erika|-|Mustermann|-'],
			['John Smith, MD', '-|John|-|Smith|MD'],
			['', '-|-|-|-|-'],
		] as const)
			expect([typed, full(typed)]).toEqual([typed, parts]);
	});
});

describe('a typed line', () => {
	test('says name, address, number, organisation and groups, in whatever order', () => {
		const expected = { given: 'Ana', family: 'Lima', emails: ['ana@x.org'], phones: ['+351 912 345 678'], organisation: 'Acme', groups: ['friends'] };
		expect(capture('Ana Lima ana@x.org +351 912 345 678 @Acme #friends')).toMatchObject(expected);
		expect(capture('#friends @Acme +351 912 345 678, Ana Lima <ana@x.org>')).toMatchObject(expected);
	}); // prettier-ignore

	test('says more of the same, and links', () => {
		expect(capture('Max Mustermann 0170 1234567 (030) 123 456-7 max@a.de m@b.de https://max.example/')).toMatchObject({
			family: 'Mustermann',
			phones: ['0170 1234567', '(030) 123 456-7'],
			emails: ['max@a.de', 'm@b.de'],
			links: ['https://max.example/'],
		});
	});

	test('says the organisation in quotes, or after at and bei', () => {
		expect(capture('Ana Lima @"Café Central"').organisation).toBe('Café Central');
		expect(capture('Ana Lima bei Acme Werke')).toMatchObject({ given: 'Ana', family: 'Lima', organisation: 'Acme Werke' });
		expect(capture('Ana Lima at Acme')).toMatchObject({ family: 'Lima', organisation: 'Acme' });
	});

	test('takes no year and no short number for a telephone', () => {
		expect(capture('Class of 1998').phones).toEqual([]);
		expect(capture('Studio 54').phones).toEqual([]);
	});

	test('of any text never fails, and loses no letter of a plain name', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'grapheme' }), (text) => void capture(text)),
			{ seed: 20261126 },
		);
		fc.assert(
			fc.property(fc.array(fc.constantFrom('Ana', 'Lima', 'Øre', '山田', 'de'), { minLength: 1, maxLength: 5 }), (words) => {
				const { prefix, given, additional, family, suffix } = capture(words.join(' '));
				expect([prefix, given, additional, family, suffix].filter(Boolean).join(' ')).toBe(words.join(' '));
			}),
			{ seed: 20261126 },
		);
	});
});

describe('a pasted list', () => {
	test('is a contact a line, or one after each comma as mail programs write addressees', () => {
		expect(captures('Ana Lima <ana@x.org>, Ben Okafor <ben@y.org>').map(({ given, emails }) => [given, ...emails])).toEqual([
			['Ana', 'ana@x.org'],
			['Ben', 'ben@y.org'],
		]);
		expect(captures('Ana 0170 1234567\n\nBen; ').map(({ given }) => given)).toEqual(['Ana', 'Ben']);
	});
});

import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import ICAL from 'ical.js';
import { join } from 'node:path';
import { type ContentLine, escapeText } from '../ical/lines.ts';
import {
	BadCard,
	type Card,
	CardChunks,
	dayIn,
	fromJCard,
	groupOf,
	isGroup,
	labelOf,
	lineOf,
	linesOf,
	membersOf,
	nameIn,
	parseCard,
	parseCards,
	parseJCards,
	partOf,
	partsOf,
	plainText,
	preferenceOf,
	propertyName,
	structured,
	toJCard,
	toVersion,
	typesOf,
	withLabelled,
	withoutLine,
	writeCard,
} from './index.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const fixture = async (name: string) =>
	new Uint8Array(await Bun.file(join(import.meta.dirname, 'fixtures', `${name}.vcf`)).arrayBuffer());
const fixtures = ['google', 'apple', 'outlook', 'nokia', 'thunderbird'];
const card = (...lines: readonly string[]) => parseCard(bytes(['BEGIN:VCARD', ...lines, 'END:VCARD', ''].join('\r\n')));
const text = (of: Card, name: string) => linesOf(of, name).map(plainText);

const plain = fc
	.string({ unit: 'grapheme', maxLength: 90 })
	.filter((one) => !/[\p{Cc}\u2028\u2029]/u.test(one) && one.isWellFormed());
const noted = fc.array(plain, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('\n').trim());
const word = fc.constantFrom('home', 'work', 'cell', 'x-boat');
const base64 = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((all) => Buffer.from(all).toString('base64'));
const property: fc.Arbitrary<ContentLine> = fc.oneof(
	fc.record({
		name: fc.constantFrom('FN', 'NOTE', 'item1.X-ABLabel', 'X-Thing'),
		parameters: fc.constant([]),
		value: noted.map(escapeText),
	}),
	fc.record({
		name: fc.constantFrom('ADR', 'N', 'item2.ORG'),
		parameters: fc.array(
			word.map((type) => ({ name: 'TYPE', values: [type] })),
			{ maxLength: 2 },
		),
		value: fc.array(noted, { minLength: 2, maxLength: 5 }).map(structured),
	}),
	fc.record({
		name: fc.constant('PHOTO'),
		parameters: fc.constant([
			{ name: 'TYPE', values: ['JPEG'] },
			{ name: 'ENCODING', values: ['b'] },
		]),
		value: base64,
	}),
);
const cards = fc.array(property, { maxLength: 8 });

describe('vCard', () => {
	test('of 3.0 and 4.0 is read as it was written, and every line fits in 75 bytes', () => {
		fc.assert(
			fc.property(cards, fc.constantFrom('3.0' as const, '4.0' as const), (lines, version) => {
				const written = writeCard({ version, lines });
				expect(parseCard(bytes(written))).toEqual({ version, lines });
				for (const line of written.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
			}),
			{ numRuns: 80 },
		);
	});

	test('of 2.1 says the same when it is read again, in lines that every phone takes', () => {
		fc.assert(
			fc.property(cards, (lines) => {
				const written = writeCard({ version: '2.1', lines });
				const said = ({ lines: all }: { lines: readonly ContentLine[] }) =>
					all.map((line) => [line.name, typesOf(line), propertyName(line) === 'PHOTO' ? line.value : partsOf(line.value)]);
				const again = parseCard(bytes(written));
				expect(said(again)).toEqual(said({ lines }));
				expect(parseCard(bytes(writeCard(again)))).toEqual(again);
				for (const line of written.split('\r\n')) expect(line).toMatch(/^[\x20-\x7E]*$/);
			}),
			{ numRuns: 80 },
		);
	});

	test.each(fixtures)('as %s writes it comes back to the letter of what it says', async (name) => {
		const all = parseCards(await fixture(name));
		for (const one of all) expect(parseCards(bytes(writeCard(one)))).toEqual([one]);
		expect(all.flatMap(({ lines }) => lines).filter((line) => line.name === '')).toEqual([]);
	});

	test.each(fixtures)('as %s writes it goes through the other versions and loses no property', async (name) => {
		for (const one of parseCards(await fixture(name)))
			for (const version of ['2.1', '3.0', '4.0'] as const) {
				const there = toVersion(one, version);
				const back = parseCard(bytes(writeCard(toVersion(parseCard(bytes(writeCard(there))), one.version))));
				const said = (of: Card) =>
					of.lines
						.filter((line) => propertyName(line) !== 'N' && propertyName(line) !== 'X-ABLABEL')
						.map(
							(line) =>
								`${propertyName(line)} ${labelOf(of, line)} ${
									dayIn(line) ??
									partsOf(line.value)
										.map((part) => part.join(','))
										.join(';')
								}`,
						)
						.toSorted();
				expect(said(back)).toEqual(said(one));
				expect(nameIn(back)).toEqual(nameIn(one));
			}
	});

	test('is read or refused with a sentence, whatever the bytes', () => {
		const odd = fc.oneof(
			fc.uint8Array(),
			fc.string().map((inside) => bytes(`BEGIN:VCARD\nVERSION:2.1\n${inside}\nEND:VCARD`)),
			fc.array(fc.constantFrom('BEGIN:VCARD\n', 'END:VCARD\n', 'AGENT:\n', 'N;ENCODING=QUOTED-PRINTABLE:=\n', 'PHOTO;BASE64:\n', ' x\n', 'VERSION:2.1\n')).map((parts) => bytes(parts.join(''))), // prettier-ignore
		);
		fc.assert(
			fc.property(odd, (any) => {
				try {
					for (const one of parseCards(any)) expect(parseCards(bytes(writeCard(one)))).toHaveLength(1);
				} catch (error) {
					expect(error).toBeInstanceOf(BadCard);
				}
			}),
			{ numRuns: 200 },
		);
	});

	test('of any kind and size is read in time that grows with it', () => {
		const many = 'BEGIN:VCARD\n'.repeat(20_000);
		expect(() => parseCards(bytes(many))).toThrow(BadCard);
		const photo = card('VERSION:3.0', `PHOTO;ENCODING=b;TYPE=JPEG:${'A'.repeat(4_000_000)}`);
		expect(writeCard(photo).length).toBeGreaterThan(4_000_000);
		const parameters = card('VERSION:3.0', `TEL${';TYPE=home'.repeat(50_000)}:1`);
		expect(typesOf(lineOf(parameters, 'TEL')!)).toEqual(['home']);
	});

	test('gives back lines that nobody can read', () => {
		expect(writeCard(card('VERSION:3.0', 'FN:A', 'this is no line', 'X;=;:'))).toContain('\r\nthis is no line\r\nX;=;:\r\n');
	});
});

describe('what programs write', () => {
	test('Google: groups with labels, colons that are escaped, several of everything', async () => {
		const google = parseCard(await fixture('google'));
		expect(nameIn(google)).toEqual({ family: 'Lima', given: 'Ana', additional: 'María', prefix: 'Dr.', suffix: '' });
		expect(text(google, 'URL')).toEqual(['http://www.google.com/profiles/1234', 'https://lima.example/\\?a=b;c']);
		expect(linesOf(google, 'URL').map((line) => labelOf(google, line))).toEqual(['PROFILE', 'HomePage']);
		expect(partOf(lineOf(google, 'ADR')!.value, 2)).toBe('Rua das Flores 12, 3.º');
		expect(partOf(lineOf(google, 'ORG')!.value, 0)).toBe('Flor & Filhos; Lda');
		expect(text(google, 'NOTE')).toEqual(['First line\nsecond, with a comma']);
	});

	test('Apple: days without a year, its own labels, folded photos, groups of cards', async () => {
		const [joerg, club] = parseCards(await fixture('apple'));
		expect(dayIn(lineOf(joerg!, 'BDAY')!)).toBe('--11-23');
		expect(linesOf(joerg!, 'X-ABRELATEDNAMES').map((line) => labelOf(joerg!, line))).toEqual(['Child', 'Hausarzt']);
		expect(Buffer.from(lineOf(joerg!, 'PHOTO')!.value, 'base64').subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
		expect(preferenceOf(lineOf(joerg!, 'TEL')!)).toBe(1);
		expect(typesOf(lineOf(joerg!, 'TEL')!)).toEqual(['cell', 'voice']);
		expect([isGroup(joerg!), isGroup(club!)]).toEqual([false, true]);
		expect(membersOf(club!)).toEqual(['5A3F2D10-77AB-4B6E-9D51-0C1E2F3A4B5C']);
		expect(isGroup(toVersion(club!, '4.0')) && membersOf(toVersion(club!, '4.0'))).toEqual(membersOf(club!));
		expect(lineOf(toVersion(joerg!, '4.0'), 'BDAY')?.value).toBe('--1123');
		expect(lineOf(toVersion(joerg!, '4.0'), 'PHOTO')?.value).toStartWith('data:image/jpeg;base64,/9j/');
		expect(text(toVersion(joerg!, '4.0'), 'RELATED')).toEqual(['Lena Müller']);
	});

	test("Outlook: Windows' letters, quoted-printable, commas that divide nothing, photos that end with an empty line", async () => {
		const outlook = parseCard(await fixture('outlook'));
		expect(text(outlook, 'FN')).toEqual(['Hr. Jürgen Größler']);
		expect(text(outlook, 'TITLE')).toEqual(['Leiter, Vertrieb']);
		expect(text(outlook, 'NOTE')).toEqual(['Erste Zeile\nZweite: € 5, "größer"; fertig']);
		expect(linesOf(outlook, 'TEL').map(typesOf)).toEqual([
			['work', 'voice'],
			['cell', 'voice'],
			['work', 'fax'],
		]);
		expect(text(outlook, 'LABEL')).toEqual(['Königsplatz 1\n80333 München\nDeutschland']);
		expect(text(outlook, 'URL')).toEqual(['http://www.moebel.example/?a=1;b=2']);
		expect(lineOf(outlook, 'PHOTO')?.value).toMatch(/^\/9j\/[\w+/]+==$/);
		expect(partsOf(lineOf(outlook, 'ORG')!.value)).toEqual([['Möbel & Söhne'], ['Büro']]);
		expect(plainText(lineOf(outlook, 'X-MS-OL-DESIGN')!)).toContain('electronicbusinesscards');
	});

	test('phones of old: soft ends of lines, types without a name, a card in a card', async () => {
		const [ayse, taxi] = parseCards(await fixture('nokia'));
		expect(nameIn(ayse!)).toMatchObject({ family: 'Öztürk', given: 'Ayşe' });
		expect(text(ayse!, 'NOTE')).toEqual([
			'This is a long note with a soft line break that old phones write at seventy-six letters\nand an end of a line, too; nice',
		]);
		expect(partOf(lineOf(ayse!, 'ADR')!.value, 2)).toBe('İstiklal Cad. 7, Kat 2');
		expect(preferenceOf(linesOf(ayse!, 'TEL')[0]!)).toBe(1);
		const agent = parseCard(bytes(plainText(lineOf(taxi!, 'AGENT')!)));
		expect(nameIn(agent)).toMatchObject({ family: 'Friday', given: 'Fred' });
	});

	test('Thunderbird: vCard 4 with data URIs, days without a year, types in one parameter', async () => {
		const eva = parseCard(await fixture('thunderbird'));
		expect(linesOf(eva, 'TEL').map(typesOf)).toEqual([['cell'], ['voice', 'home']]);
		expect(linesOf(eva, 'EMAIL').map(preferenceOf)).toEqual([1, null]);
		expect(dayIn(lineOf(eva, 'BDAY')!)).toBe('--07-06');
		const old = toVersion(eva, '3.0');
		expect(lineOf(old, 'BDAY')).toMatchObject({
			value: '1604-07-06',
			parameters: [{ name: 'X-APPLE-OMIT-YEAR', values: ['1604'] }],
		});
		expect(lineOf(old, 'PHOTO')?.parameters).toEqual([
			{ name: 'TYPE', values: ['PNG'] },
			{ name: 'ENCODING', values: ['b'] },
		]);
		expect(text(old, 'X-ABRELATEDNAMES')).toEqual(['Jan de Vries']);
		expect(text(old, 'X-ANNIVERSARY')).toEqual(['2001-09-09']);
	});
});

describe('labels', () => {
	test('stand in a group of their own, and go with the line they are about', () => {
		const one = withLabelled({ version: '3.0', lines: [{ name: 'item1.TEL', parameters: [], value: '1' }] }, { name: 'EMAIL', parameters: [], value: 'a@b' }, 'Boat'); // prettier-ignore
		const email = lineOf(one, 'EMAIL')!;
		expect([groupOf(email), labelOf(one, email)]).toEqual(['item2', 'Boat']);
		expect(withoutLine(one, email).lines.map(({ name }) => name)).toEqual(['item1.TEL']);
	});
});

describe('days', () => {
	test.each([
		['BDAY:19850412', '1985-04-12'],
		['BDAY:1985-04-12T00:00:00Z', '1985-04-12'],
		['BDAY:--0229', '--02-29'],
		['BDAY:--02-29', '--02-29'],
		['BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29', '--02-29'],
		['BDAY:1985-02-30', null],
		['BDAY:1985', null],
		['BDAY:circa 1800', null],
	])('%s is %p', (line, day) => {
		expect(dayIn(lineOf(card('VERSION:3.0', line), 'BDAY')!)).toBe(day);
	});
});

describe('a file in pieces', () => {
	test('gives the same cards wherever it is cut', async () => {
		const all = Buffer.concat(await Promise.all(fixtures.map(fixture)));
		fc.assert(
			fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }), (sizes) => {
				const chunks = new CardChunks();
				const found: Uint8Array[] = [];
				for (let at = 0, turn = 0; at < all.length; turn++) {
					const size = sizes[turn % sizes.length]!;
					found.push(...chunks.push(all.subarray(at, at + size)).map((one) => one.bytes));
					at += size;
				}
				found.push(...chunks.end().map((one) => one.bytes));
				expect(found.map(parseCard)).toEqual(parseCards(all));
			}),
			{ numRuns: 20 },
		);
	});

	test('says in which line each begins, and gives back what does not end', () => {
		const chunks = new CardChunks();
		const found = chunks.push(
			bytes('hello\r\nBEGIN:VCARD\r\nFN:A\r\nBEGIN:VCARD\r\nFN:B\r\nEND:VCARD\r\n\r\nBEGIN:VCARD\r\nFN:C'),
		);
		const whole = [...found, ...chunks.end()];
		expect(whole.map(({ line }) => line)).toEqual([2, 4, 8]);
		expect(() => parseCard(whole[0]!.bytes)).toThrow('does not end');
		expect(text(parseCard(whole[1]!.bytes), 'FN')).toEqual(['B']);
		expect(() => parseCard(whole[2]!.bytes)).toThrow('does not end');
	});
});

describe('jCard', () => {
	test.each(fixtures)('of what %s writes is the same card', async (name) => {
		for (const one of parseCards(await fixture(name))) {
			const now = toVersion(one, '4.0');
			const [back] = parseJCards(JSON.stringify(toJCard(one)));
			const said = (of: Card) =>
				of.lines.map((line) => [propertyName(line), groupOf(line), typesOf(line), dayIn(line) ?? partsOf(line.value)]);
			expect(said(back!)).toEqual(said(now));
		}
	});

	test('is what ical.js reads', async () => {
		const [jcard] = [toJCard(parseCard(await fixture('thunderbird')))];
		const read = new ICAL.Component(JSON.parse(JSON.stringify(jcard)));
		expect(read.getFirstPropertyValue('fn')).toBe('Eva van den Berg');
		expect(read.getFirstProperty('n')?.getFirstValue()).toEqual(['van den Berg', 'Eva', '', '', '']);
		expect(read.getFirstProperty('bday')?.toJSON()).toEqual(['bday', {}, 'date', '--07-06']);
	});

	test('reads the example of RFC 7095', () => {
		const one = fromJCard(['vcard', [
			['version', {}, 'text', '4.0'],
			['fn', {}, 'text', 'Simon Perreault'],
			['n', {}, 'text', ['Perreault', 'Simon', '', '', ['ing. jr', 'M.Sc.']]],
			['bday', {}, 'date-and-or-time', '--02-03'],
			['anniversary', {}, 'date-and-or-time', '2009-08-08T14:30:00-05:00'],
			['gender', {}, 'text', 'M'],
			['org', { type: 'work' }, 'text', 'Viagenie'],
			['adr', { type: 'work', group: 'Office' }, 'text', ['', 'Suite D2-630', '2875 Laurier', 'Quebec', 'QC', 'G1V 2M2', 'Canada']],
			['tel', { type: ['work', 'voice'], pref: '1' }, 'uri', 'tel:+1-418-656-9254;ext=102'],
			['x-file', { mediatype: 'text/plain' }, 'unknown', 'a;b\\,c'],
			['categories', {}, 'text', 'computers', 'cameras, old'],
		]]); // prettier-ignore
		expect(one.lines.map(({ name, value }) => `${name}:${value}`)).toEqual([
			'FN:Simon Perreault',
			'N:Perreault;Simon;;;ing. jr,M.Sc.',
			'BDAY:--0203',
			'ANNIVERSARY:20090808T143000-0500',
			'GENDER:M',
			'ORG:Viagenie',
			'Office.ADR:;Suite D2-630;2875 Laurier;Quebec;QC;G1V 2M2;Canada',
			'TEL:tel:+1-418-656-9254;ext=102',
			'X-FILE:a;b\\,c',
			'CATEGORIES:computers,cameras\\, old',
		]);
		expect(lineOf(one, 'TEL')?.parameters.at(-1)).toEqual({ name: 'VALUE', values: ['uri'] });
	});

	test.each([
		'',
		'{',
		'[]',
		'["vcalendar",[]]',
		'["vcard",[["fn"]]]',
		'["vcard",[["fn",{},"text"]]]',
		'["vcard",[[1,{},"text","a"]]]',
	])('refuses %j with a sentence', (json) => {
		expect(() => parseJCards(json)).toThrow(BadCard);
	});
});

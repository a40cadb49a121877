import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { writeCsvRow } from '@mana/model/csv';
import { dividerOf, readCsv } from './csv.ts';
import { inUtf8, lettersOf, linesOf } from './letters.ts';

async function* pieces<P>(...all: readonly P[]): AsyncGenerator<P> {
	yield* all;
}

async function all<P>(many: AsyncIterable<P>): Promise<P[]> {
	const found: P[] = [];
	for await (const one of many) found.push(one);
	return found;
}

const rows = async (...parts: readonly string[]) => (await all(readCsv(pieces(...parts)))).map(({ cells }) => cells);

describe('a table', () => {
	test('is read as it was written, wherever it is cut', async () => {
		const cell = fc.string({ unit: fc.constantFrom('a', 'ß', '"', ',', '\n', ' ', ';') }).map((text) => `x${text}`);
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1 }),
				fc.integer({ min: 1, max: 9 }),
				async (table, size) => {
					const text = table.map(writeCsvRow).join('');
					const parts = text.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? [];
					expect((await all(readCsv(pieces(...parts), ','))).map(({ cells }) => cells)).toEqual(table);
				},
			),
			{ numRuns: 60 },
		);
	});

	test.each([
		['a;b\n1,5;2', [['a', 'b'], ['1,5', '2']]],
		['\uFEFFa\tb\r\n1\t2\r\n', [['a', 'b'], ['1', '2']]],
		['a,b\r1,2\r\r3,4', [['a', 'b'], ['1', '2'], ['3', '4']]],
		['a,b\n"un""even",5" wide\n,\n', [['a', 'b'], ['un"even', '5" wide']]],
		['"a;b";c;d\n1;2;3', [['a;b', 'c', 'd'], ['1', '2', '3']]],
	])('%j is read as programs mean it', async (text, expected) => {
		expect(await rows(text)).toEqual(expected);
	}); // prettier-ignore

	test('says in which line a row begins', async () => {
		const found = await all(readCsv(pieces('a,b\r\n"x\r\ny",2\r\n\r\n3,4')));
		expect(found.map(({ line }) => line)).toEqual([1, 2, 5]);
	});

	test('is no program: what a spreadsheet would run is only a text', () => {
		expect(writeCsvRow(['=1+1', '+351 21', '-1', '@x', '-cmd'])).toBe("'=1+1,+351 21,-1,'@x,'-cmd\r\n");
	});

	test('is divided by what its first row says', () => {
		expect(['a,b', 'a;b,c;d', 'a\tb', '"a,b,c";d', ''].map(dividerOf)).toEqual([',', ';', '\t', ';', ',']);
	});
});

describe('letters', () => {
	test("are UTF-8, UTF-16 with a mark, or Windows' own", async () => {
		const utf16 = new Uint8Array([0xff, 0xfe, ...Buffer.from('Käse', 'utf16le')]);
		const said = async (...parts: readonly Uint8Array[]) => (await all(lettersOf(inUtf8(pieces(...parts))))).join('');
		expect(await said(utf16.subarray(0, 5), utf16.subarray(5))).toBe('Käse');
		expect(await said(new Uint8Array(Buffer.from('Käse', 'latin1')))).toBe('Käse');
		const utf8 = new Uint8Array(Buffer.from('Käse'));
		expect(await said(utf8.subarray(0, 2), utf8.subarray(2))).toBe('Käse');
	});

	test('make lines with their numbers, whatever ends them and wherever they are cut', async () => {
		const lines = await all(linesOf(pieces('a\r', '\nb\n\n', 'c\rd')));
		expect(lines).toEqual([
			{ line: 1, text: 'a' },
			{ line: 2, text: 'b' },
			{ line: 3, text: '' },
			{ line: 4, text: 'c' },
			{ line: 5, text: 'd' },
		]);
	});
});

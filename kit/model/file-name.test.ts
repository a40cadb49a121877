import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { fileNameOf } from './file-name.ts';

test('a text is a name of a file on every system, and stays as it is where it was one', () => {
	expect(['moth.png', 'Café Müller', '../../etc/passwd', 'a/b\\c:d', ' .hidden. ', '', '\u202Egnp.exe'].map(fileNameOf)).toEqual([
		'moth.png',
		'Café Müller',
		'_.._etc_passwd',
		'a_b_c_d',
		'hidden',
		'file',
		'_gnp.exe',
	]);
	fc.assert(
		fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
			const name = fileNameOf(text);
			expect(name).toMatch(/^[^\\/:*?"<>|\p{C}]+$/u);
			expect([...name].length).toBeLessThanOrEqual(80);
			expect(fileNameOf(name)).toBe(name);
		}),
		{ numRuns: 40 },
	);
});

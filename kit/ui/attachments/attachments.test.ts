import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { field } from '@mana/model';
import { declaredType, kindOf, safeType } from './file-kind.ts';
import { fileName } from './file-name.ts';
import { imageSize } from './image-size.ts';

test('nothing that can hold a script is given to the browser under its own type', () => {
	for (const type of [
		'text/html',
		'image/svg+xml',
		'application/xhtml+xml',
		'text/xml',
		'application/javascript',
		'text/css',
		'__proto__',
		'',
	])
		expect(safeType(type)).toBe('application/octet-stream');
	for (const type of ['image/png', 'video/mp4', 'application/pdf']) expect(safeType(type)).toBe(type);
});

test('a file is known by its kind; what is written in letters can be read as text', () => {
	expect(
		['image/jpeg', 'image/svg+xml', 'text/html', 'application/zip', 'application/x-msdownload', 'constructor'].map(kindOf),
	).toEqual(['image', 'text', 'text', 'archive', 'other', 'other']);
});

test('a type that a reference cannot hold is no type', () => {
	expect(['text/plain; charset=utf-8', 'IMAGE/PNG', '', 'image', 'a b/c', `x/${'y'.repeat(200)}`].map(declaredType)).toEqual([
		'text/plain',
		'image/png',
		...Array.from({ length: 4 }, () => 'application/octet-stream'),
	]);
});

test('a name leads nowhere, hides nothing and is never empty', () => {
	for (const [given, kept] of [
		['report.pdf', 'report.pdf'],
		['../../etc/passwd', 'passwd'],
		['C:\\Windows\\System32\\cmd.exe', 'cmd.exe'],
		['photo\u202egpj.exe', 'photogpj.exe'],
		['a\u0000b\n c\t.txt', 'ab c.txt'],
		['..', 'File'],
		['folder/', 'File'],
		['   ', 'File'],
		['\u200b', 'File'],
		['.env', '.env'],
		['Ä'.normalize('NFD'), 'Ä'],
		['<img src=x onerror=alert(1)>.png', '<img src=x onerror=alert(1)>.png'],
	])
		expect(fileName(given!, 'File')).toBe(kept!);
});

test('a long name keeps its ending, and whatever a name was, a reference can hold it', () => {
	expect(fileName(`${'x'.repeat(300)}.jpeg`, 'File')).toBe(`${'x'.repeat(250)}.jpeg`);
	const blob = field.blob(1);
	if (blob.form.kind !== 'one') throw new Error('A blob has one register.');
	const { write } = blob.form;
	fc.assert(
		fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (given) => {
			const name = fileName(given, 'File');
			expect(fileName(name, 'File')).toBe(name);
			expect(blob.check(write({ hash: 'a'.repeat(64), size: 1, type: 'image/png', name }), '')).toBeNull();
		}),
	);
});

const bytes = (...parts: (string | number[])[]): Uint8Array =>
	Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...part].map((letter) => letter.charCodeAt(0)) : part)));

test('the size of a picture is read from its head', () => {
	const heads = [
		bytes('\x89PNG\r\n\x1a\n', [0, 0, 0, 13], 'IHDR', [0, 0, 2, 0, 0, 0, 1, 0]),
		bytes('GIF89a', [0, 2, 0, 1]),
		bytes('BM', Array<number>(16).fill(0), [0, 2, 0, 0], [0, 255, 255, 255]),
		bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8X', Array<number>(8).fill(0), [255, 1, 0, 255, 0, 0]),
		bytes('\xff\xd8', [0xff, 0xe0, 0, 4, 1, 1], [0xff, 0xc2, 0, 11, 8, 1, 0, 2, 0]),
	];
	for (const head of heads) expect(imageSize(head)).toEqual({ width: 512, height: 256 });
});

test('a head that is cut off or is none has no size, whatever stands in it', () => {
	fc.assert(
		fc.property(
			fc.constantFrom('', '\x89PNG', 'GIF8', 'BM', 'RIFF    WEBPVP8L', '\xff\xd8\xff\xc4'),
			fc.uint8Array({ maxLength: 40 }),
			(start, rest) => {
				const size = imageSize(bytes(start, [...rest]));
				if (size) expect(size.width * size.height).toBeGreaterThanOrEqual(0);
			},
		),
	);
	expect(imageSize(bytes('\xff\xd8', [0xff, 0xc0, 0]))).toBeNull();
	expect(imageSize(bytes('<svg width="1">'))).toBeNull();
});

import { expect, test } from 'bun:test';
import { type Handed, handedFrom, isSharePath, lineOf } from './handed.ts';

const handed = (of: Partial<Handed>): Handed => ({ title: '', text: '', url: '', files: [], ...of });

test('what was shared becomes a line and notes, whichever of the three words a program fills', () => {
	expect(lineOf(handed({ title: 'A recipe', text: 'https://a.example/soup' }))).toEqual({
		line: 'A recipe',
		notes: 'https://a.example/soup',
	});
	expect(lineOf(handed({ title: 'A recipe', url: 'https://a.example/soup' }))).toEqual({
		line: 'A recipe',
		notes: 'https://a.example/soup',
	});
	expect(lineOf(handed({ title: 'A recipe', text: 'Soup\nhttps://a.example/soup', url: 'https://a.example/soup' }))).toEqual({
		line: 'A recipe',
		notes: 'Soup\nhttps://a.example/soup',
	});
	expect(lineOf(handed({ text: 'Buy milk\nand bread' }))).toEqual({ line: 'Buy milk', notes: 'and bread' });
	expect(lineOf(handed({ text: 'A recipe', title: 'A recipe' }))).toEqual({ line: 'A recipe', notes: '' });
	expect(lineOf(handed({ url: 'https://a.example' }))).toEqual({ line: 'https://a.example', notes: '' });
	expect(lineOf(handed({ files: [new File(['x'], 'letter.pdf')] }))).toEqual({ line: 'letter.pdf', notes: '' });
	expect(lineOf(handed({}))).toEqual({ line: '', notes: '' });
});

test('a form without words or with an empty file is read as nothing, and one with files keeps them', () => {
	const empty = new FormData();
	empty.append('files', new File([], ''));
	empty.append('title', new File(['no word'], 'title.txt'));
	expect(handedFrom(empty)).toEqual(handed({}));
	const full = new FormData();
	full.append('title', ' Two ');
	full.append('files', new File(['a'], 'a.txt'));
	full.append('files', new File(['b'], 'b.txt'));
	const { title, files } = handedFrom(full);
	expect([title, ...files.map(({ name }) => name)]).toEqual(['Two', 'a.txt', 'b.txt']);
});

test('only the pages that take what is shared are handed anything', () => {
	for (const path of ['/share', '/todo/share', '/calendar/share']) expect(isSharePath(path)).toBe(true);
	for (const path of ['/', '/share/', '/todo/share/x', '//share', '/todo/x/share', '/TODO/share'])
		expect(isSharePath(path)).toBe(false);
});

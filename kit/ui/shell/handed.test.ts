import { expect, test } from 'bun:test';
import { captureBookmark } from './bookmark.ts';
import { type Handed, handedBehind, handedFrom, isSharePath, lineOf } from './handed.ts';

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

/** What a bookmark opens on a page, as a browser runs it. */
function pressedOn(bookmark: string, page: { title: string; url: string; selected: string }): URL {
	const code = decodeURIComponent(bookmark.replace(/^javascript:/, ''));
	let opened = '';
	const open = (address: string) => void (opened = address);
	// oxlint-disable-next-line no-new-func -- a bookmark is code
	const run = new Function('open', 'document', 'location', 'getSelection', code);
	run(open, { title: page.title }, { href: page.url }, () => page.selected);
	return new URL(opened);
}

test('a bookmark hands over title, address and what is selected, behind the # where no server sees it', () => {
	const page = { title: 'Soup & "bread" #1', url: 'https://soup.example/?a=1&b=2#leek', selected: 'Two leeks\n100 % fresh' };
	const opened = pressedOn(captureBookmark('https://mana.example', 'todo'), page);
	expect([opened.origin, opened.pathname, opened.search]).toEqual(['https://mana.example', '/todo/share', '']);
	expect(handedBehind(opened.hash)).toEqual(handed({ title: page.title, url: page.url, text: page.selected }));
	const long = pressedOn(captureBookmark('https://mana.example', 'todo'), { ...page, selected: 'x'.repeat(9_000) });
	expect(handedBehind(long.hash)!.text).toHaveLength(4_000);
});

test('behind an address stands nothing, or what cannot be an address of a page is left out', () => {
	for (const hash of ['', '#', '#top', '#title=&url=%20']) expect(handedBehind(hash)).toBeNull();
	expect(handedBehind('#title=Hm&url=javascript:alert(1)')).toEqual(handed({ title: 'Hm' }));
});

import { expect, test } from 'bun:test';
import { fit } from './actions.ts';

test('the same text fits best, then its start, then the start of a word, then the inside of one', () => {
	const scores = ['inbox', 'inbox of mine', 'the inbox', 'reinboxed'].map((text) => fit(text, 'inbox'));
	expect(scores).toEqual([...scores].sort((a, b) => b - a));
	expect(new Set(scores).size).toBe(4);
});

test('every word must be there, in any order', () => {
	expect(fit('New project', 'project new')).toBeGreaterThan(0);
	expect(fit('New project', 'project old')).toBe(0);
});

test('marks on letters and capitals do not matter', () => {
	expect(fit('Über die Straße', 'uber')).toBe(0.9);
});

test('nothing typed fits everything', () => {
	expect(fit('anything', '')).toBeGreaterThan(0);
});

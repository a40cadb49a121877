import { expect, test } from 'bun:test';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import fc from 'fast-check';
import { commentsIn, isComments, mentionsIn, piecesOf } from './comments.ts';
import { tags } from './model.ts';

const people = [
	{ person: 'ana', name: 'Ana' },
	{ person: 'lima', name: 'Ana Lima' },
	{ person: 'ben', name: 'Ben' },
	{ person: 'nobody', name: ' ' },
];

test('a name behind an @ speaks to its person, of two that fit to the one with the longer name', () => {
	expect([...mentionsIn('@ana and @Ana Lima, look!', people)]).toEqual(['ana', 'lima']);
	expect([...mentionsIn('Ask (@Ben).', people)]).toEqual(['ben']);
	expect(piecesOf('hi @Ben!', people)).toEqual([
		{ text: 'hi ', person: null },
		{ text: '@Ben', person: 'ben' },
		{ text: '!', person: null },
	]);
});

test('an address, part of a word and a blank name speak to nobody', () => {
	expect([...mentionsIn('me@ben.org @Benedict @ @', people)]).toEqual([]);
});

test('pieces are the text again, whatever it is', () => {
	const word = fc.oneof(fc.constantFrom('@', 'Ana', ' Lima', 'Ben', '\n', 'é'), fc.string({ maxLength: 4 }));
	fc.assert(
		fc.property(fc.array(word, { maxLength: 12 }), (words) => {
			const text = words.join('');
			expect(
				piecesOf(text, people)
					.map((piece) => piece.text)
					.join(''),
			).toBe(text);
		}),
	);
});

test('each app has comments of its own, which are known by their number', () => {
	const comments = commentsIn('garden', 200);
	expect(comments.name).toBe('garden/comments');
	expect([isComments(comments), isComments(tags)]).toEqual([true, false]);
	const mana = openMemoryMana();
	const record = mana.write('say', () => {});
	expect(record.undo()).toBe(false);
	mana.write('say', (tx) => tx.create(comments, { record: tx.newId(), text: 'Water it, @Ben', by: 'ana', mentions: ['ben'] }));
	expect(mana.query(comments).rows).toMatchObject([
		{ text: 'Water it, @Ben', by: 'ana', mentions: new Set(['ben']), editedAt: null },
	]);
});

import { expect, test } from 'bun:test';
import { collection, field } from '@mana/model';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import type { ChangeWords } from './change-words.ts';
import { rowWords } from './row-words.ts';

const notes = collection('test/notes', { app: 250, number: 9 }, {
	title: field.text(1, { fallback: '' }),
	tags: field.set(2),
	files: field.attachments(3),
	place: field.position(4),
}); // prettier-ignore

const words: ChangeWords = {
	writes: () => '',
	record: () => '',
	field: ({ field: number }) => String(number),
	value: (_, { key }, value) => (key === '' ? String(value) : key),
	named: (_, name) => name,
	numberOf: (of, name) => of.fields[name]!.number,
};

test('a row says what it holds, files by their names, and nothing of what is empty or only an order', async () => {
	const mana = await openMemoryMana();
	const file = { hash: '0'.repeat(64), size: 3, type: 'text/plain', name: 'a.txt' };
	const files = { '01m8ca9y7h52ykfcym4nt0y7fy': { file }, '01m8ca9y7h52ykfcym4nt0y7fz': { file: { ...file, name: 'b.txt' } } };
	let [full, empty] = ['', ''];
	mana.write('Write', (tx) => {
		full = tx.create(notes, { title: 'Sun', tags: ['x'], files, place: 'a0' });
		empty = tx.create(notes, { title: 'Moon' });
	});
	const told = (id: string) => rowWords(mana, words, notes, mana.get(notes, id as never)!);
	expect(told(full)).toEqual([
		{ field: 'title', value: 'Sun' },
		{ field: 'tags', value: 'x' },
		{ field: 'files', value: 'a.txt, b.txt' },
	]);
	expect(told(empty)).toEqual([{ field: 'title', value: 'Moon' }]);
	await mana.close();
});

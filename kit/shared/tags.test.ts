import { expect, test } from 'bun:test';
import { collection, field, type RecordId } from '@mana/model';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import { tagId, tags } from './model.ts';
import { withValue } from './query.ts';
import { ensureTag, nextHue, removeTag, renameTag, replaced, type TagUse } from './tags.ts';

function open() {
	const mana = openMemoryMana();
	const ensure = (name: string) => {
		let id = tagId(name);
		mana.write('tag', (tx) => (id = ensureTag(mana, tx, name)));
		return id;
	};
	const names = () => mana.query(tags).rows.map(({ name }) => name);
	return { mana, ensure, names };
}

test('a tag is made once, whatever the case and the way its letters are written', () => {
	const { ensure, names } = open();
	expect(ensure('Café')).toBe(tagId('café'));
	expect(ensure('CAFE\u0301')).toBe(tagId('café'));
	expect(names()).toEqual(['Café']);
});

test('a tag in the trash comes back under the name that was typed', () => {
	const { mana, ensure, names } = open();
	const id = ensure('home');
	mana.write('rename', (tx) => tx.update(tags, id, { name: 'house' }));
	mana.write('delete', (tx) => tx.trash(tags, id));
	expect(ensure('home')).toBe(id);
	expect(names()).toEqual(['home']);
});

test('a tag that was renamed stays what it is when its old name is typed again', () => {
	const { mana, ensure, names } = open();
	const id = ensure('home');
	mana.write('rename', (tx) => tx.update(tags, id, { name: 'house' }));
	expect(ensure('home')).not.toBe(id);
	expect(names().toSorted()).toEqual(['home', 'house']);
});

test('new tags get colours that are far apart', () => {
	const { mana, ensure } = open();
	for (const name of ['a', 'b', 'c']) ensure(name);
	expect(mana.query(tags).rows.map(({ hue }) => hue)).toEqual([nextHue(0), nextHue(1), nextHue(2)]);
});

/** An app whose records carry tags and name them in filters. */
function withBooks() {
	const world = open();
	const { mana, ensure } = world;
	const [garden, outside] = [ensure('garden'), ensure('outside')];
	const books = collection(
		'test/books',
		{ app: 251, number: 1 },
		{ tags: field.set(1), filter: field.text(2, { fallback: '' }) },
	);
	const use: TagUse = {
		carriers: (on) => [on.query(books)],
		replace(on, tx, from, to) {
			for (const { id } of on.query(books, { where: ({ tags: worn }) => worn.has(from) }).rows)
				tx.update(books, id, { tags: replaced(from, to) });
		},
		renamed(on, tx, from, to) {
			for (const { id, filter } of on.query(books).rows)
				tx.update(books, id, { filter: withValue(filter, new Set(['#', 'tag']), (value) => value === from, to) });
		},
	};
	let book = garden;
	mana.write('add', (tx) => (book = tx.create(books, { tags: [garden], filter: '!#garden & (tag:garden | garden) sort:due' })));
	const row = () => mana.get(books, book)!;
	const tag = (id: RecordId) => mana.get(tags, id)!;
	return { ...world, garden, outside, use, row, tag };
}

test('a tag gets another name, also where filters call it by that, and keeps what carries it', () => {
	const { mana, garden, use, row, tag, names } = withBooks();
	mana.write('rename', (tx) => expect(renameTag(mana, tx, [use], tag(garden), 'big garden')).toBe(garden));
	expect(names().toSorted()).toEqual(['big garden', 'outside']);
	expect([...row().tags]).toEqual([garden]);
	expect(row().filter).toBe('!#"big garden" & (tag:"big garden" | garden) sort:due');
});

test('a tag that gets the name of another one becomes that one, and one undo parts them again', () => {
	const { mana, garden, outside, use, row, tag, names } = withBooks();
	const { undo } = mana.write('rename', (tx) => expect(renameTag(mana, tx, [use], tag(garden), 'Outside')).toBe(outside));
	expect(names()).toEqual(['outside']);
	expect([...row().tags]).toEqual([outside]);
	undo();
	expect(names().toSorted()).toEqual(['garden', 'outside']);
	expect([...row().tags]).toEqual([garden]);
});

test('a tag that was removed is on nothing any more when its name is typed again', () => {
	const { mana, garden, use, row, ensure } = withBooks();
	mana.write('remove', (tx) => removeTag(mana, tx, [use], garden));
	expect(ensure('garden')).toBe(garden);
	expect([...row().tags]).toEqual([]);
});

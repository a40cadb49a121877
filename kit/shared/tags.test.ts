import { expect, test } from 'bun:test';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import { tagId, tags } from './model.ts';
import { ensureTag, nextHue } from './tags.ts';

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

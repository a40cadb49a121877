import { expect, test } from 'bun:test';
import type { RecordId } from '@mana/model';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import { type End, link, linkId, seenFrom, unlink } from './links.ts';
import { links, type LinkKind } from './model.ts';

function open() {
	const mana = openMemoryMana();
	const ids: RecordId[] = [];
	mana.write('ids', (tx) => void ids.push(tx.newId(), tx.newId()));
	const [task, person] = ids.map((record, at): End => ({ collection: 513 + at * 512, record })) as [End, End];
	const seen = (end: End) =>
		mana.query(links, { where: (one) => seenFrom(end.record, one) !== null }).rows.map((one) => seenFrom(end.record, one)!);
	const tie = (kind: LinkKind, from: End, to: End) => mana.write('link', (tx) => link(tx, kind, from, to));
	return { mana, task, person, seen, tie };
}

test('two records that belong together are linked once, whichever of them says so', () => {
	const { mana, task, person, seen, tie } = open();
	tie('related', task, person);
	tie('related', person, task);
	expect(mana.query(links).rows).toHaveLength(1);
	expect(seen(task)).toMatchObject([{ kind: 'related', first: false, other: person }]);
	expect(seen(person)).toMatchObject([{ kind: 'related', first: false, other: task }]);
});

test('what has to be done first is seen from both ends, and both orders are two links', () => {
	const { mana, task, person, seen, tie } = open();
	tie('blocks', task, person);
	expect(seen(task)).toMatchObject([{ first: true, other: person }]);
	expect(seen(person)).toMatchObject([{ first: false, other: task }]);
	tie('blocks', person, task);
	expect(mana.query(links).rows).toHaveLength(2);
});

test('a link that was taken away comes back under its id, and undo takes a link back', () => {
	const { mana, task, person, seen, tie } = open();
	tie('related', task, person);
	mana.write('unlink', (tx) => unlink(tx, linkId('related', person, task)));
	expect(seen(task)).toEqual([]);
	const again = tie('related', task, person);
	expect(seen(task).map(({ id }) => id)).toEqual([linkId('related', task, person)]);
	again.undo();
	expect(seen(task)).toEqual([]);
});

test('nothing is linked to itself', () => {
	const { mana, task, tie } = open();
	tie('related', task, task);
	expect(mana.query(links).rows).toEqual([]);
});

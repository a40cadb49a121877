import { describe, expect, test } from 'bun:test';
import type { RecordId } from '@mana/model';
import { tagId, tags } from '@mana/shared/model';
import { trashActions } from '@mana/shared/trash';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import { byPlace, contactActions, isBlank } from './actions.ts';
import { capture } from './capture.ts';
import { pinnedOf } from './in-touch.ts';
import type { WholeCard } from './merge.ts';
import { details, encounters, groups, people } from './model.ts';
import { nameOf } from './name.ts';
import { people as offered } from './people.ts';
import { search } from './search.ts';
import { trash } from './trash.ts';

function open() {
	const mana = openMemoryMana();
	const actions = contactActions(mana, Math.random);
	const add = (line: string, place?: Parameters<typeof actions.add>[2]) => actions.add('add', capture(line), place).id;
	const names = () => mana.query(people).rows.map(nameOf);
	const values = (id: RecordId) => mana.query(details, { where: ({ contact, deletedAt }) => contact === id && deletedAt === null }).rows.toSorted(byPlace).map(({ value }) => value); // prettier-ignore
	const card = (id: RecordId): WholeCard => ({ contact: mana.get(people, id)!, details: mana.query(details, { where: ({ contact, deletedAt }) => contact === id && deletedAt === null }).rows }); // prettier-ignore
	return { mana, actions, add, names, values, card };
}

test('a captured line becomes a contact with its addresses, in its groups', () => {
	const { mana, add, values } = open();
	const id = add('Ana Lima ana@x.org +351 912 345 678 @Acme #friends #Friends', { starred: true });
	expect(mana.get(people, id)).toMatchObject({
		kind: 'person',
		given: 'Ana',
		family: 'Lima',
		organisation: 'Acme',
		starred: true,
	});
	expect(values(id)).toEqual(['ana@x.org', '+351 912 345 678']);
	expect(mana.query(groups).rows.map(({ name }) => name)).toEqual(['friends']);
	expect(mana.get(people, id)!.groups.size).toBe(1);
	expect(mana.get(people, add('@Acme info@acme.example'))).toMatchObject({ kind: 'organisation', organisation: 'Acme' });
});

test('a contact added in a group is in it together with those of the line', () => {
	const { mana, actions, add } = open();
	const { id: group } = actions.addGroup('group', 'Family');
	expect(mana.get(people, add('Ben #work', { group }))!.groups.size).toBe(2);
});

test('a group that was deleted comes back under its name, and its people never left', () => {
	const { mana, actions, add } = open();
	const ana = add('Ana #friends');
	const [group] = mana.query(groups).rows;
	actions.trashGroup('delete', group!.id);
	expect(mana.query(groups).rows).toEqual([]);
	add('Ben #friends');
	expect(mana.query(groups).rows.map(({ id }) => id)).toEqual([group!.id]);
	expect(mana.get(people, ana)!.groups.has(group!.id)).toBe(true);
});

test('of several numbers one is the first', () => {
	const { actions, add, values, mana } = open();
	const id = add('Ana 0170 1234567');
	const { id: work } = actions.addDetail('add', id, 'phone', { value: '030 1234567', label: 'work' });
	const { id: mail } = actions.addDetail('add', id, 'email', { value: 'ana@x.org' });
	actions.prefer('prefer', mail, true);
	actions.prefer('prefer', work, true);
	expect(values(id).slice(0, 2).toSorted()).toEqual(['030 1234567', 'ana@x.org']);
	const [other] = mana.query(details, { where: ({ value }) => value === '0170 1234567' }).rows;
	actions.prefer('prefer', other!.id, true);
	expect(mana.get(details, work)!.preferred).toBe(false);
	expect(mana.get(details, mail)!.preferred).toBe(true);
});

describe('merging', () => {
	test('brings everything together, and one undo takes it apart again', () => {
		const { mana, actions, add, names, values, card } = open();
		const [ana, twin, ben] = [add('Ana Lima ana@x.org #friends'), add('A. Lima ANA@x.org lima@y.org #work'), add('Ben')];
		actions.meet('met', { people: [twin, ben], kind: 'met', day: '2026-11-01', note: '' });
		const { id: relation } = actions.addDetail('add', ben, 'relation', { label: 'friend', target: twin });
		const before = { ana: card(ana), twin: card(twin) };
		const written = actions.merge('merge', [card(ana), card(twin)], null);
		expect(names().toSorted()).toEqual(['Ana Lima', 'Ben']);
		expect(values(ana)).toEqual(['ana@x.org', 'lima@y.org']);
		expect(mana.get(people, ana)!.groups.size).toBe(2);
		expect(mana.get(people, twin)).toMatchObject({ mergedInto: ana });
		expect(mana.get(details, relation)!.target).toBe(ana);
		expect([...mana.query(encounters).rows[0]!.people].toSorted()).toEqual([ana, ben].toSorted());
		expect(written.undo()).toBe(true);
		expect(names().toSorted()).toEqual(['A. Lima', 'Ana Lima', 'Ben']);
		expect({ ana: card(ana), twin: card(twin) }).toEqual(before);
		expect(mana.get(details, relation)!.target).toBe(twin);
	});

	test('of three who are not the same is remembered for each two of them', () => {
		const { mana, actions, add } = open();
		const ids = [add('Ana'), add('Ana'), add('Ana')];
		actions.tellApart('apart', ids);
		for (const [at, one] of ids.entries())
			for (const other of ids.slice(at + 1))
				expect(mana.get(people, one)!.distinctFrom.has(other) || mana.get(people, other)!.distinctFrom.has(one)).toBe(true);
	});
});

test('what is deleted for good takes along what belonged to it, and leaves encounters with others', () => {
	const { mana, actions, add } = open();
	const [ana, ben] = [add('Ana ana@x.org'), add('Ben')];
	actions.meet('met', { people: [ana], kind: 'called', day: '2026-11-01', note: 'alone' });
	actions.meet('met', { people: [ana, ben], kind: 'met', day: '2026-11-01', note: 'both' });
	actions.trash('trash', [ana]);
	const away = trashActions(mana, trash);
	away.purge('purge', away.all());
	expect(mana.get(people, ana)).toBeUndefined();
	expect(mana.query(details, { where: () => true }).rows).toEqual([]);
	expect(mana.query(encounters).rows.map(({ note }) => note)).toEqual(['both']);
});

test('a note is pinned for everybody who was there, until it is taken down or says nothing', () => {
	const { mana, actions, add } = open();
	const [ana, ben, cleo] = [add('Ana'), add('Ben'), add('Cleo')];
	const { id } = actions.meet('met', { people: [ana, ben], kind: 'met', day: '2026-11-01', note: 'Likes tulips' });
	actions.meet('met', { people: [ana], kind: 'called', day: '2026-11-02', note: 'The fence' });
	const pinned = (contact: RecordId) => pinnedOf(contact, mana.query(encounters).rows).map(({ note }) => note);
	expect(pinned(ana)).toEqual([]);
	actions.pinEncounter('pin', id, true);
	expect([pinned(ana), pinned(ben), pinned(cleo)]).toEqual([['Likes tulips'], ['Likes tulips'], []]);
	actions.editEncounter('edit', id, { note: ' ' });
	expect(pinned(ana)).toEqual([]);
	actions.editEncounter('edit', id, { note: 'Likes roses' });
	expect(pinned(ana)).toEqual(['Likes roses']);
	actions.pinEncounter('unpin', id, false);
	expect(pinned(ana)).toEqual([]);
});

test('a contact of which nothing was written is blank, until something is', () => {
	const { mana, actions, card } = open();
	const { id } = actions.create('new', {});
	actions.addDetail('add', id, 'phone');
	expect(isBlank(mana.get(people, id)!, card(id).details)).toBe(true);
	actions.addDetail('add', id, 'email', { value: 'x@y.org' });
	expect(isBlank(mana.get(people, id)!, card(id).details)).toBe(false);
});

test('search finds names first, then numbers however they are written, addresses and notes, and at last what sounds alike', () => {
	const { mana, actions, add } = open();
	const meier = add('Jörg Meier 0170 / 123 45 67 joerg@x.org @Café');
	actions.edit('edit', meier, { notes: 'Knows about Łódź' });
	add('Meike Anders');
	const found = (words: string) => search(mana, words, 9).map(({ title }) => title);
	expect(found('mei')).toEqual(['Meike Anders', 'Jörg Meier']);
	for (const words of ['jorg', 'MEIER jörg', '01701234567', '170 12345', 'joerg@', 'cafe', 'lodz', 'Mayer', 'jork'])
		expect([words, found(words)]).toEqual([words, ['Jörg Meier']]);
	expect(found('nobody')).toEqual([]);
	expect(found(' ')).toEqual([]);
	actions.trash('trash', [meier]);
	expect(found('jorg')).toEqual([]);
});

test('the archive keeps somebody out of what other apps are offered, and the search finds them last', () => {
	const { mana, actions, add } = open();
	const [old, fresh] = [add('Ana Lima ana@x.org'), add('Ana Lopes')];
	actions.archive('archive', [old], true);
	expect(offered(mana, 'Ana', 10).map(({ id }) => id)).toEqual([fresh]);
	expect(search(mana, 'Ana', 10).map(({ id }) => id)).toEqual([fresh, old]);
	actions.archive('back', [old], false);
	expect(offered(mana, 'Ana', 10)).toHaveLength(2);
});

test('tags are made by their names, come together when contacts are merged, and are taken off', () => {
	const { mana, actions, add, card } = open();
	const [a, b] = [add('Ana Lima'), add('Ana Lima')];
	actions.tag('tag', [a, b], 'Vegan');
	actions.tag('tag', [b], 'Chess');
	const tagsOf = (id: RecordId) => [...mana.get(people, id)!.tags].map((tag) => mana.get(tags, tag as RecordId)!.name).toSorted(); // prettier-ignore
	actions.merge('merge', [card(a), card(b)], null);
	expect(tagsOf(a)).toEqual(['Chess', 'Vegan']);
	actions.untag('untag', [a], tagId('chess'));
	expect(tagsOf(a)).toEqual(['Vegan']);
});

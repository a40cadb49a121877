import { describe, expect, test } from 'bun:test';
import type { RecordId } from '@mana/model';
import { tags } from '@mana/shared/model';
import { openMemoryMana } from '@mana/sync/client/open-memory';
import fc from 'fast-check';
import { contactActions } from '../actions.ts';
import { capture } from '../capture.ts';
import { inTouchBy, lastContacted } from '../in-touch.ts';
import { type Contact, details, encounters, groups, people } from '../model.ts';
import { nameOf } from '../name.ts';
import { byContact } from '../search.ts';
import type { FilterWorld } from './conditions.ts';
import { filterOf, SORTS, suggestions } from './filter.ts';

const today = '2026-11-26';
const mana = openMemoryMana();
const actions = contactActions(mana, Math.random);
const add = (line: string) => actions.add('add', capture(line)).id;

const ana = add('Ana Lima ana@x.org +351 912 345 678 @Acme #Friends');
const ben = add('Ben Okafor ben@work.example #Friends');
const cleo = add('Cleo Dias');
const acme = add('@Acme info@acme.example');
actions.edit('edit', ana, { birthday: '1990-12-24', starred: true, keepInTouchDays: 30 });
actions.edit('edit', ben, { birthday: '--11-28', notes: 'Plays the cello' });
actions.addDetail('add', ben, 'address', { locality: 'Lisboa', country: 'Portugal' });
actions.tag('tag', [ana, cleo], 'vegan');
actions.archive('archive', [cleo], true);
actions.meet('meet', { people: [ana], kind: 'met', day: '2026-08-01', note: '' });
actions.meet('meet', { people: [ben], kind: 'wrote', day: '2026-11-20', note: '' });

const owned = byContact(mana.query(details).rows);
const last = lastContacted(mana.query(encounters).rows);
const world: FilterWorld = {
	today,
	tags: mana.query(tags).rows,
	groups: mana.query(groups).rows,
	ownedBy: (id: RecordId) => owned.get(id) ?? [],
	last,
	inTouchBy: (contact: Contact) => inTouchBy(contact, last.get(contact.id), today),
	dayOf: () => today,
	compare: (a, b) => nameOf(a).localeCompare(nameOf(b)),
};
const found = (text: string) => {
	const { where, order } = filterOf(text, world);
	return mana.query(people).rows.filter(where).toSorted(order).map(({ id }) => id); // prettier-ignore
};

describe('a filter of contacts', () => {
	test.each([
		['', [acme, ana, ben]],
		['lima', [ana]],
		['cello', [ben]],
		['@Friends', [ana, ben]],
		['gruppe:friends', [ana, ben]],
		['@Friends & !is:starred', [ben]],
		['#vegan', [ana]],
		['#vegan & is:archived', [cleo]],
		['is:archived | is:starred', [ana, cleo]],
		['is:organisation', [acme]],
		['has:phone', [ana]],
		['!has:phone & has:email', [acme, ben]],
		['has:birthday', [ana, ben]],
		['birthday:12', [ana]],
		['birthday:week', [ben]],
		['birthday:none', [acme]],
		['met:>90', [acme, ana]],
		['met:<=30', [ben]],
		['met:never', [acme]],
		['is:due', [ana]],
		['org:acme', [acme, ana]],
		['email:work', [ben]],
		['phone:912345678', [ana]],
		['city:lisb', [ben]],
		['land:portugal', [ben]],
		['group:none', [acme]],
		['sort:-name', [ben, ana, acme]],
		['is:person sort:met', [ana, ben]],
		['has:birthday sort:birthday', [ben, ana]],
	])('%s', (text, expected) => {
		expect(filterOf(text, world).problem).toBeNull();
		expect(found(text)).toEqual(expected);
	});

	test.each([
		['@Nobody', 'unknown-name'],
		['colour:red', 'unknown-key'],
		['is:blue', 'unknown-value'],
		['met:soon', 'unknown-value'],
		['birthday:13', 'unknown-value'],
		['sort:size', 'unknown-sort'],
		['(ana', 'open-parenthesis'],
	])('%s is wrong, and finds nobody', (text, code) => {
		expect(filterOf(text, world).problem?.code).toBe(code as never);
		expect(found(text)).toEqual([]);
	});

	test('reads anything, and what it offers while one types can be read', () => {
		const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
		console.log(`seed ${seed}`);
		const piece = fc.constantFrom('is:', 'has:', '@', '#', '!', '(', ')', '|', 'met:>', 'birthday:', 'sort:', 'ana', ' ', '"');
		fc.assert(
			fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
				expect(() => found(pieces.join(''))).not.toThrow();
			}),
			{ seed },
		);
		for (const begun of ['i', 'is:', 'has:p', '@', '#v', 'met:', 'birthday:', 'created:', 'so', 'sort:'])
			for (const { text, from, to, open } of suggestions(begun, begun.length, world))
				if (!open) expect([text, filterOf(begun.slice(0, from) + text + begun.slice(to), world).problem]).toEqual([text, null]);
		expect(SORTS).toContain('met');
	});
});

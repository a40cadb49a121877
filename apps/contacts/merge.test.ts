import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { card, contact, detail } from './cards.fixture.ts';
import { mergeOf, type WholeCard } from './merge.ts';

const seed = 20261126;

test('the first one keeps what it has and gets what it lacks', () => {
	const ana = card('Ana Lima', { organisation: 'Acme', emails: ['ana@x.org'], phones: ['0170 1234567'], notes: 'Likes tea', birthday: '--05-01' });
	const other = card('A. Lima', { organisation: 'Other', nickname: 'Ani', emails: ['ANA@x.org', 'lima@y.org'], phones: ['+49 170 1234567'], notes: 'Plays chess', birthday: '1990-05-01', starred: true, groups: ['g'], keepInTouchDays: 30 });
	const merge = mergeOf([ana, other], 'DE');
	expect(merge.draft).toMatchObject({ nickname: 'Ani', birthday: '1990-05-01', notes: 'Likes tea\n\nPlays chess', starred: true, keepInTouchDays: 30, groups: { add: ['g'] } });
	expect(merge.moved.map(({ value }) => value)).toEqual(['lima@y.org']);
	expect(merge.same.map(({ value }) => value)).toEqual(['ANA@x.org', '+49 170 1234567']);
	expect(merge.left).toEqual([{ field: 'organisation', value: 'Other' }, { field: 'name', value: 'A. Lima' }]);
}); // prettier-ignore

test('a name is taken as a whole, never put together from two', () => {
	const nameless = card('', { emails: ['ana@x.org'] });
	const ana = card('', { given: 'Ana', family: 'Lima', prefix: 'Dr.' });
	expect(mergeOf([nameless, ana], null).draft).toMatchObject({ given: 'Ana', family: 'Lima', prefix: 'Dr.' });
	const ben = card('', { given: 'Ben' });
	const merge = mergeOf([ben, ana], null);
	expect(merge.draft.family).toBeUndefined();
	expect(merge.left).toContainEqual({ field: 'name', value: 'Dr. Ana Lima' });
});

test('a relation of one to the other goes, and others move', () => {
	const [ana, twin, ben] = [contact('Ana'), contact('Ana L.'), contact('Ben')];
	const ofTwin = [
		detail(twin, { kind: 'relation', label: 'friend', target: ana.id }),
		detail(twin, { kind: 'relation', label: 'friend', target: ben.id }),
	];
	const merge = mergeOf(
		[
			{ contact: ana, details: [] },
			{ contact: twin, details: ofTwin },
		],
		null,
	);
	expect(merge.moved).toEqual([ofTwin[1]!]);
	expect(merge.same).toEqual([ofTwin[0]!]);
});

describe('whatever is merged', () => {
	const value = fc.constantFrom('a@x.org', 'A@x.org', 'b@x.org', 'c@x.org');
	const any = fc.record({
		emails: fc.array(value, { maxLength: 3 }),
		notes: fc.constantFrom('', 'one', 'two'),
		group: fc.constantFrom('g', 'h'),
	});
	const cards = fc.array(any, { minLength: 2, maxLength: 4 }).map((all) => all.map(({ emails, notes, group }, at) => card(`Ana ${at}`, { emails, notes, groups: [group] }))); // prettier-ignore

	test('every address is there once afterwards, every group and every note, and nothing is on both sides', () => {
		fc.assert(
			fc.property(cards, (all) => {
				const merge = mergeOf(all as [WholeCard, ...WholeCard[]], null);
				const key = (text: string) => text.toLowerCase();
				const now = [...all[0]!.details, ...merge.moved].map(({ value }) => key(value));
				const before = new Set(all.flatMap(({ details }) => details.map(({ value }) => key(value))));
				expect(new Set(now)).toEqual(before);
				expect(new Set(merge.moved.map(({ value }) => key(value))).size).toBe(merge.moved.length);
				expect(merge.moved.length + merge.same.length).toBe(all.slice(1).flatMap(({ details }) => details).length);
				const notes = merge.draft.notes ?? all[0]!.contact.notes;
				for (const { contact } of all) expect(notes).toContain(contact.notes);
			}),
			{ seed },
		);
	});
});

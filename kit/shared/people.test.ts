import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { peopleFitting } from './people.ts';

const people = ['Ana Lima', 'Bo Keys', 'Kim O’Leary-Bold', 'Şirin Çelik', 'Zoë Boström', '李 明'].map((name) => ({ name }));

test.each([
	['', people.map(({ name }) => name)],
	['  ', people.map(({ name }) => name)],
	['bo', ['Bo Keys', 'Kim O’Leary-Bold', 'Zoë Boström']],
	['BOSTROM', ['Zoë Boström']],
	['sirin c', ['Şirin Çelik']],
	['lima ana', ['Ana Lima']],
	['o’lea', ['Kim O’Leary-Bold']],
	['leary', ['Kim O’Leary-Bold']],
	['李', ['李 明']],
	['im', []],
	['ana keys', []],
])('“%s” finds %p', (typed, found) => {
	expect(peopleFitting(people, typed).map(({ name }) => name)).toEqual(found);
});

test('whoever is asked for by the beginnings of the words of their name is found, in whatever order the words are', () => {
	fc.assert(
		fc.property(fc.array(fc.stringMatching(/^[a-zäöüé]{1,8}$/), { minLength: 1, maxLength: 4 }), fc.nat(), (words, seed) => {
			const typed = words
				.toSorted((a, b) => ((a.length * seed) % 7) - ((b.length * seed) % 7))
				.map((word) => word.slice(0, 1 + (seed % word.length)));
			expect(peopleFitting([{ name: words.join(' ') }], typed.join(' '))).toHaveLength(1);
		}),
	);
});

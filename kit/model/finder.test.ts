import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { Finder } from './finder.ts';
import { fold } from './fold.ts';

const seed = 20261127;
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'Ä', ' ', 'ß'), maxLength: 6 });
const typed = fc.oneof(text, fc.constant(null));

interface Row {
	readonly texts: readonly string[];
}

test('whatever is typed and whatever changes meanwhile, what is found is what looking through all of it finds', () => {
	const rows = fc.array(fc.record({ texts: fc.array(text, { minLength: 1, maxLength: 2 }) }), { maxLength: 12 });
	const step = fc.record({ add: typed, at: fc.nat(), remove: fc.nat(2), put: fc.array(fc.record({ texts: fc.tuple(text) }), { maxLength: 2 }) }); // prettier-ignore
	fc.assert(
		fc.property(rows, fc.array(step, { maxLength: 8 }), fc.boolean(), (start, steps, ready) => {
			const finder = new Finder<Row>(({ texts }) => texts);
			let now: readonly Row[] = start;
			let query = '';
			if (ready) for (const _ of finder.prepare(now));
			for (const { add, at, remove, put } of steps) {
				query = add === null ? query.slice(0, -1) : query + add;
				if (put.length > 0 || remove > 0) now = now.toSpliced(at % (now.length + 1), remove, ...put);
				const words = fold(query).split(/\s+/).filter(Boolean);
				const fits = (whole: string): boolean => words.length > 0 && words.every((word) => whole.includes(word));
				const whole = now.filter(({ texts }) => fits(fold(texts.join('\n'))));
				expect([...finder.find(now, query)]).toEqual(whole);
			}
		}),
		{ seed },
	);
});

test('a text is read once, also when rows beside it change; and what was got ready is not read again', () => {
	const read: string[] = [];
	const finder = new Finder<Row>(({ texts }) => (read.push(...texts), texts));
	const rows = ['Water', 'Wood', 'Fire'].map((one) => ({ texts: [one] }));
	for (const _ of finder.prepare(rows));
	expect(finder.find(rows, 'w')).toEqual([rows[0]!, rows[1]!]);
	const changed = [rows[0]!, { texts: ['Wind'] }, rows[2]!];
	expect(finder.find(changed, 'wi')).toEqual([changed[1]!]);
	expect(read).toEqual(['Water', 'Wood', 'Fire', 'Wind']);
});

test('texts are got ready in small steps', () => {
	const rows = Array.from({ length: 2_000 }, () => ({ texts: ['x'] }));
	expect([...new Finder<Row>(({ texts }) => texts).prepare(rows)].length).toBeGreaterThan(5);
});

import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { Tally } from './tally.ts';

const seed = 20261127;
const row = fc.record({ keys: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 2 }) });
const step = fc.record({ at: fc.nat(), remove: fc.nat(3), put: fc.array(row, { maxLength: 3 }) });

test('whatever comes and goes, the counts are those of counting all rows', () => {
	fc.assert(
		fc.property(fc.array(row, { maxLength: 10 }), fc.array(step, { maxLength: 8 }), (start, steps) => {
			const tally = new Tally<{ keys: string[] }, string>(({ keys }) => keys);
			let rows: readonly { keys: string[] }[] = start;
			for (const { at, remove, put } of steps) {
				const whole = Map.groupBy(rows.flatMap(({ keys }) => keys), (key) => key); // prettier-ignore
				const counts = tally.of(rows);
				expect([...counts].toSorted()).toEqual([...whole].map(([key, all]) => [key, all.length] as [string, number]).toSorted());
				expect(tally.of(rows)).toBe(counts);
				rows = rows.toSpliced(at % (rows.length + 1), remove, ...put);
			}
		}),
		{ seed },
	);
});

test('only rows that changed are asked for their keys', () => {
	let asked = 0;
	const tally = new Tally<object, string>(() => (asked++, ['x']));
	const rows = Array.from({ length: 1_000 }, () => ({}));
	tally.of(rows);
	expect(tally.of(rows.toSpliced(500, 1)).get('x')).toBe(999);
	expect(asked).toBe(1_001);
});

import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { lineAt, LinePlaces } from './line-places.ts';

const seed = 20261127;

interface Line {
	readonly height: number;
}

const line = fc.record({ height: fc.integer({ min: 1, max: 9 }) });
const step = fc.record({ at: fc.nat(), remove: fc.nat(3), put: fc.array(line, { maxLength: 3 }), grow: fc.nat() });

test('whatever comes, goes and turns out higher, lines begin where adding up all heights has them', () => {
	fc.assert(
		fc.property(fc.array(line, { maxLength: 10 }), fc.array(step, { maxLength: 8 }), (start, steps) => {
			const places = new LinePlaces<Line>();
			const drawn = new Map<Line, number>();
			const heightOf = (one: Line): number => drawn.get(one) ?? one.height;
			let lines: readonly Line[] = start;
			for (const { at, remove, put, grow } of steps) {
				const begins = places.of(lines, heightOf);
				const place = lines.length > 0 ? grow % lines.length : null;
				if (place !== null) {
					drawn.set(lines[place]!, heightOf(lines[place]!) + 2);
					places.correct(new Map([[place, 2]]));
				}
				expect([...begins]).toEqual(sums(lines, heightOf));
				lines = lines.toSpliced(at % (lines.length + 1), remove, ...put);
			}
			expect([...places.of(lines, heightOf)]).toEqual(sums(lines, heightOf));
			places.forget();
			expect([...places.of(lines, () => 4)]).toEqual(sums(lines, () => 4));
		}),
		{ seed },
	);
});

test('only lines that changed are asked for their heights', () => {
	const places = new LinePlaces<Line>();
	const lines = Array.from({ length: 1_000 }, () => ({ height: 3 }));
	let asked = 0;
	const heightOf = ({ height }: Line): number => (asked++, height);
	places.of(lines, heightOf);
	places.of(lines.toSpliced(500, 1, { height: 5 }), heightOf);
	expect(asked).toBe(1_001);
});

test('a place is covered by the line that begins at it or before it', () => {
	fc.assert(
		fc.property(fc.array(line, { maxLength: 10 }), fc.integer({ min: -3, max: 99 }), (lines, place) => {
			const begins = new LinePlaces<Line>().of(lines, ({ height }) => height);
			expect(lineAt(begins, place)).toBe(
				Math.max(
					0,
					[...begins].findLastIndex((begin) => begin <= place),
				),
			);
		}),
		{ seed },
	);
});

function sums(lines: readonly Line[], heightOf: (line: Line) => number): number[] {
	let end = 0;
	return [0, ...lines.map((one) => (end += heightOf(one)))];
}

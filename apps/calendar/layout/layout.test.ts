import { expect, test } from 'bun:test';
import { dayAt } from '@mana/time';
import fc from 'fast-check';
import { occurrencesOf } from '../occurrences.ts';
import { eventRow } from '../rows.fixture.ts';
import { fitting, inLanes } from './bars.ts';
import { inColumns } from './columns.ts';
import { dayParts } from './day-parts.ts';

const stretches = fc.array(
	fc
		.record({ from: fc.integer({ min: 0, max: 1_400 }), length: fc.integer({ min: 0, max: 400 }) })
		.map(({ from, length }) => ({ from, to: from + length })),
	{ maxLength: 30 },
);

test('what overlaps stands side by side, never upon each other, in as few columns as the busiest moment needs', () => {
	fc.assert(
		fc.property(stretches, (items) => {
			const placed = inColumns(items, 15);
			expect(placed).toHaveLength(items.length);
			const end = ({ from, to }: { from: number; to: number }) => Math.max(to, from + 15);
			for (const one of placed) {
				expect(one.column + one.span).toBeLessThanOrEqual(one.columns);
				expect(one.span).toBeGreaterThan(0);
				for (const other of placed) {
					if (one === other || one.item.from >= end(other.item) || other.item.from >= end(one.item)) continue;
					expect(one.columns).toBe(other.columns);
					const apart = one.column + one.span <= other.column || other.column + other.span <= one.column;
					expect(apart).toBe(true);
				}
			}
			const busiest = Math.max(0, ...items.map(({ from }) => items.filter((one) => one.from <= from && from < end(one)).length));
			expect(Math.max(0, ...placed.map(({ columns }) => columns))).toBe(busiest);
		}),
	);
});

test('two that overlap share the room, and one beside them that does not has all of it', () => {
	const placed = inColumns(
		[
			{ from: 540, to: 600 },
			{ from: 570, to: 630 },
			{ from: 700, to: 760 },
		],
		15,
	);
	expect(placed.map(({ column, span, columns }) => [column, span, columns])).toEqual([
		[0, 1, 2],
		[1, 1, 2],
		[0, 1, 1],
	]);
});

const across = fc.array(
	fc
		.record({ first: fc.integer({ min: -5, max: 8 }), days: fc.integer({ min: 1, max: 10 }) })
		.map(({ first, days }) => ({ first, last: first + days - 1 })),
	{ maxLength: 20 },
);

test('bars across a week lie in as many lanes as the fullest day has, none upon another', () => {
	fc.assert(
		fc.property(across, (items) => {
			const bars = inLanes(items, 7);
			expect(bars).toHaveLength(items.filter(({ first, last }) => first < 7 && last >= 0).length);
			for (const one of bars)
				for (const other of bars)
					if (one !== other && one.lane === other.lane) expect(one.last < other.first || other.last < one.first).toBe(true);
			const fullest = Math.max(
				...Array.from({ length: 7 }, (_, day) => items.filter(({ first, last }) => first <= day && day <= last).length),
			);
			expect(new Set(bars.map(({ lane }) => lane)).size).toBe(fullest);
		}),
	);
});

test('what finds no room is counted on each of its days, and the line that says so covers nothing', () => {
	fc.assert(
		fc.property(across, fc.integer({ min: 1, max: 4 }), (items, lanes) => {
			const bars = inLanes(items, 7);
			const { shown, more } = fitting(bars, 7, lanes);
			for (let day = 0; day < 7; day++) {
				const on = (list: typeof bars) => list.filter(({ first, last }) => first <= day && day <= last);
				expect(on(shown).length + more[day]!).toBe(on(bars).length);
				expect(more[day] === 0 ? on(shown).length <= lanes : on(shown).every(({ lane }) => lane < lanes - 1)).toBe(true);
			}
		}),
	);
});

const zone = 'Europe/Berlin';

function partsOf(start: string, length: number) {
	const [one] = occurrencesOf([eventRow({ start, length, zone })], Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1), zone);
	return dayParts(one!, zone).map(({ day, from, to, before, after }) => [day, from, to, before, after]);
}

test('what goes on beyond midnight has a part on each day', () => {
	expect(partsOf('2026-11-26T22:00', 6 * 3_600)).toEqual([
		['2026-11-26', 1_320, 1_440, false, true],
		['2026-11-27', 0, 240, true, false],
	]);
	expect(partsOf('2026-11-26T22:00', 2 * 3_600)).toEqual([['2026-11-26', 1_320, 1_440, false, false]]);
	expect(partsOf('2026-11-26T22:00', 0)).toEqual([['2026-11-26', 1_320, 1_320, false, false]]);
});

test('in the night in which clocks are put forward an hour of it is not there, and when they are put back it still takes its time', () => {
	expect(partsOf('2026-03-29T01:30', 3_600)).toEqual([['2026-03-29', 90, 210, false, false]]);
	// 2:45 comes twice; half an hour from the first one ends at 2:15, and is drawn as the half hour that it takes.
	expect(partsOf('2026-10-25T02:45', 1_800)).toEqual([['2026-10-25', 165, 195, false, false]]);
});

test('parts of days follow one another without a gap', () => {
	const minutes = fc.integer({ min: 0, max: 60 * 24 * 400 });
	fc.assert(
		fc.property(minutes, fc.integer({ min: 0, max: 80 }), (at, hours) => {
			const start = new Date(Date.UTC(2026, 0, 1) + at * 60_000).toISOString().slice(0, 16);
			const [one] = occurrencesOf([eventRow({ start, length: hours * 3_600, zone })], 0, Date.UTC(2029, 0, 1), zone);
			const parts = dayParts(one!, zone);
			expect(parts[0]!.day).toBe(dayAt(one!.from, zone));
			for (const [index, part] of parts.entries()) {
				expect(part.from).toBe(index === 0 ? part.from : 0);
				expect(part.to).toBe(part.after ? 1_440 : part.to);
				expect(part.before).toBe(index > 0);
				expect(part.after).toBe(index < parts.length - 1);
			}
		}),
	);
});

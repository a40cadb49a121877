import { expect, test } from 'bun:test';
import { laws } from '@mana/model';
import fc from 'fast-check';
import type { Cell } from './cell.ts';
import { anyCells } from './codec/arbitrary.ts';
import { mergeCell, placeKey } from './merge.ts';

// Few places and few stamps, so that the same register is written again and again.
const crowded = anyCells.map((cells) =>
	cells.map((cell, i): Cell => {
		const law = i % laws.length;
		return {
			...cell,
			collection: 1,
			record: cells[0]!.record,
			field: 8 + law,
			key: '',
			stamp: cell.stamp % 4,
			actor: cell.actor % 3,
		};
	}),
);

function fold(cells: readonly Cell[]): Map<string, Cell> {
	const state = new Map<string, Cell>();
	for (const cell of cells) state.set(placeKey(cell), mergeCell(state.get(placeKey(cell)), cell));
	return state;
}

test('I1: the same writes in any order, grouping and repetition make the same state', () => {
	fc.assert(
		fc.property(crowded, fc.array(fc.nat(), { maxLength: 60 }), fc.nat(), (cells, order, cut) => {
			const shuffled = cells.map((cell, i) => [order[i] ?? i, cell] as const).sort(([a], [b]) => a - b);
			const again = [...shuffled.map(([, cell]) => cell), ...cells.slice(0, cut % (cells.length + 1))];
			const [left, right] = [fold(cells.slice(0, cut % (cells.length + 1))), fold(cells)];
			expect(sorted(fold(again))).toEqual(sorted(fold(cells)));
			expect(sorted(fold([...left.values(), ...right.values()]))).toEqual(sorted(right));
		}),
		{ numRuns: 2000 },
	);
});

test('the answer of a merge says who won by being the same object', () => {
	const place = { collection: 1, record: 'r' as Cell['record'], field: 8, key: '' };
	const old: Cell = { ...place, value: 1, stamp: 1, actor: 1 };
	const young: Cell = { ...place, value: 2, stamp: 2, actor: 1 };
	expect(mergeCell(undefined, old)).toBe(old);
	expect(mergeCell(old, young)).toBe(young);
	expect(mergeCell(young, old)).toBe(young);
	expect(mergeCell(young, { ...young })).toBe(young);
	expect(laws).toHaveLength(8);
});

test('places of one record, field and key have one name, others have another', () => {
	const place = { collection: 1, record: 'r' as Cell['record'], field: 8, key: '' };
	const names = [
		place,
		{ ...place, collection: 18, field: 8 },
		{ ...place, field: 9 },
		{ ...place, key: 'k' },
		{ ...place, collection: 11 },
	];
	expect(new Set(names.map(placeKey)).size).toBe(names.length);
});

function sorted(state: ReadonlyMap<string, Cell>): [string, Cell][] {
	return [...state].sort(([a], [b]) => (a < b ? -1 : 1));
}

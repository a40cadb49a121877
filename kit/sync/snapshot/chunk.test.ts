import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Cell } from '../cell.ts';
import { anyCells } from '../codec/arbitrary.ts';
import { BadFrame } from '../codec/index.ts';
import { placeKey } from '../merge.ts';
import { cellsOfChunk, decodeChunk, encodeChunk } from './chunk.ts';

/** Cells of one collection, each place once. */
const collectionCells = anyCells.map((cells) => [
	...new Map(cells.map((cell) => ({ ...cell, collection: 769 })).map((cell) => [placeKey(cell), cell])).values(),
]);

const byPlace = (cells: Iterable<Cell>) => new Map([...cells].map((cell) => [placeKey(cell), cell]));

describe('a chunk', () => {
	test('brings back every cell that went into it, and nothing else', () => {
		fc.assert(
			fc.property(collectionCells, (cells) => {
				const chunk = decodeChunk(encodeChunk(769, cells));
				expect(byPlace(cellsOfChunk(chunk))).toEqual(byPlace(cells));
				expect(chunk.size).toBe(cells.length);
				expect(chunk.maxStamp).toBe(Math.max(0, ...cells.map(({ stamp }) => stamp)));
			}),
			{ numRuns: 300 },
		);
	});

	test('finds single registers where they stand', () => {
		fc.assert(
			fc.property(collectionCells, (cells) => {
				const chunk = decodeChunk(encodeChunk(769, cells));
				const rows = new Map(Array.from({ length: chunk.count }, (_, row) => [chunk.idAt(row), row]));
				for (const { record, field, key, value, stamp, actor } of cells)
					expect(chunk.register(rows.get(record)!, field, key)).toEqual({ value, stamp, actor });
				if (chunk.count > 0) expect(chunk.register(0, 0xfffffe, 'never')).toBeUndefined();
			}),
		);
	});

	test('is the same bytes whatever the order of its cells', () => {
		fc.assert(
			fc.property(collectionCells, fc.infiniteStream(fc.nat()), (cells, luck) => {
				const shuffled = cells
					.map((cell) => ({ cell, at: luck.next().value! }))
					.sort((a, b) => a.at - b.at)
					.map(({ cell }) => cell);
				expect(encodeChunk(769, shuffled)).toEqual(encodeChunk(769, cells));
			}),
		);
	});

	test('that is damaged is refused with a code, whatever the damage', () => {
		const total = (bytes: Uint8Array) => {
			try {
				for (const _ of cellsOfChunk(decodeChunk(bytes)));
			} catch (error) {
				expect(error).toBeInstanceOf(BadFrame);
			}
		};
		fc.assert(
			fc.property(collectionCells, fc.nat(), fc.nat(255), (cells, place, value) => {
				const bytes = encodeChunk(769, cells);
				for (let length = 0; length < Math.min(bytes.length, 200); length++) total(bytes.subarray(0, length));
				const flipped = bytes.slice();
				flipped[place % bytes.length] = value;
				total(flipped);
			}),
		);
		fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), total), { numRuns: 500 });
	});
});

import type { Cell } from '../cell.ts';
import { BadFrame } from '../codec/bad-frame.ts';
import type { ByteReader, ByteWriter } from '../codec/bytes.ts';
import { limits } from '../limits.ts';
import { readValues, type Values, writeValues } from './values.ts';

/** What a column may have beside its values. Permanent bits. */
const SHAPE = { counts: 1, keys: 2, exceptions: 4 } as const;
const MAX_FIELD = 0xffffff;
const MAX_ACTOR = 0x7fffffff;

/** One field of all records of a chunk. Cells stand in the order of records, those of one record in the order of keys. */
export interface Column {
	readonly field: number;
	readonly values: Values;
	/** Where the cells of each record begin, and the end of the last; `null`: every record has exactly one. */
	readonly offsets: Uint32Array | null;
	/** The key of each cell; `null`: all have ''. */
	readonly keys: readonly string[] | null;
	readonly stamps: Float64Array;
	readonly actors: Uint32Array;
}

/** @param rows the cells of this field of each record; @param heads the cell of each record whose stamp and actor are the record's */
export function writeColumn(out: ByteWriter, field: number, rows: readonly (readonly Cell[])[], heads: readonly Cell[]): void {
	const cells = rows.flat();
	const counted = rows.some((row) => row.length !== 1);
	const keyed = cells.some(({ key }) => key !== '');
	const exceptions = exceptionsOf(rows, heads);
	out.varint(field);
	out.byte((counted ? SHAPE.counts : 0) | (keyed ? SHAPE.keys : 0) | (exceptions.length > 0 ? SHAPE.exceptions : 0));
	if (counted) for (const row of rows) out.varint(row.length);
	if (keyed) writeKeys(out, cells);
	if (exceptions.length > 0) writeExceptions(out, exceptions, cells);
	writeValues(
		out,
		cells.map(({ value }) => value),
	);
}

/** @param stamps of the records; @param actors of the records */
export function readColumn(from: ByteReader, stamps: Float64Array, actors: Uint32Array): Column {
	const field = from.varint(MAX_FIELD);
	const shape = from.byte();
	if (shape > 7) throw new BadFrame('flags', `unknown shape ${shape} of a column`);
	const offsets = shape & SHAPE.counts ? readOffsets(from, stamps.length) : null;
	const count = offsets ? offsets[stamps.length]! : stamps.length;
	const keys = shape & SHAPE.keys ? readKeys(from, count) : null;
	let own: Pick<Column, 'stamps' | 'actors'> = { stamps, actors };
	if (offsets || shape & SHAPE.exceptions) own = spread(offsets, count, stamps, actors);
	if (shape & SHAPE.exceptions) readExceptions(from, own);
	return { field, offsets, keys, ...own, values: readValues(from, count) };
}

/** Places of cells whose stamp or actor is not their record's. */
function exceptionsOf(rows: readonly (readonly Cell[])[], heads: readonly Cell[]): number[] {
	const found: number[] = [];
	let at = 0;
	for (const [i, row] of rows.entries()) {
		const head = heads[i]!;
		for (const { stamp, actor } of row) {
			if (stamp !== head.stamp || actor !== head.actor) found.push(at);
			at++;
		}
	}
	return found;
}

function writeExceptions(out: ByteWriter, places: readonly number[], cells: readonly Cell[]): void {
	out.varint(places.length);
	let last = 0;
	for (const place of places) {
		out.varint(place - last);
		last = place;
	}
	for (const place of places) out.varint(cells[place]!.stamp);
	for (const place of places) out.varint(cells[place]!.actor);
}

function readExceptions(from: ByteReader, { stamps, actors }: Pick<Column, 'stamps' | 'actors'>): void {
	const count = from.varint(stamps.length);
	const places = new Uint32Array(count);
	for (let i = 0, last = 0; i < count; i++) places[i] = last += from.varint(stamps.length);
	if (count > 0 && places[count - 1]! >= stamps.length) throw new BadFrame('bad-run', 'a stamp of no cell');
	for (const place of places) stamps[place] = from.varint();
	for (const place of places) actors[place] = from.varint(MAX_ACTOR);
}

/** Stamps and actors of the cells, as copies to write into. */
function spread(
	offsets: Uint32Array | null,
	count: number,
	stamps: Float64Array,
	actors: Uint32Array,
): Pick<Column, 'stamps' | 'actors'> {
	if (!offsets) return { stamps: stamps.slice(), actors: actors.slice() };
	const own = { stamps: new Float64Array(count), actors: new Uint32Array(count) };
	for (let row = 0; row < stamps.length; row++) {
		own.stamps.fill(stamps[row]!, offsets[row], offsets[row + 1]);
		own.actors.fill(actors[row]!, offsets[row], offsets[row + 1]);
	}
	return own;
}

function readOffsets(from: ByteReader, records: number): Uint32Array {
	const offsets = new Uint32Array(records + 1);
	let total = 0;
	for (let row = 0; row < records; row++) {
		offsets[row] = total;
		total += from.varint(MOST_CELLS);
		if (total > MOST_CELLS) throw new BadFrame('too-many', `${total} cells in a column`);
	}
	offsets[records] = total;
	return offsets;
}

/** Bounds what a column's claimed counts cost. */
const MOST_CELLS = 2 ** 20;

/** The different keys, then the number of each cell's. */
function writeKeys(out: ByteWriter, cells: readonly Cell[]): void {
	const numbers = new Map<string, number>();
	for (const { key } of cells) if (!numbers.has(key)) numbers.set(key, numbers.size);
	out.varint(numbers.size);
	for (const key of numbers.keys()) out.text(key);
	for (const { key } of cells) out.varint(numbers.get(key)!);
}

function readKeys(from: ByteReader, count: number): string[] {
	const size = from.varint();
	if (size > from.remaining) throw new BadFrame('truncated', `${size} keys in ${from.remaining} bytes`);
	const keys = Array.from({ length: size }, () => from.text(limits.keyBytes));
	if (count > from.remaining) throw new BadFrame('truncated', `keys of ${count} cells in ${from.remaining} bytes`);
	return Array.from({ length: count }, () => {
		const key = keys[from.varint()];
		if (key === undefined) throw new BadFrame('bad-run', 'a key that was not given');
		return key;
	});
}

import type { Cell } from '../cell.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import { EVERY, readPlaces, readRuns, readStamps, writePlaces, writeRuns, writeStamps } from './columns.ts';
import { BadFrame } from './bad-frame.ts';
import { readFlags, writeFlags } from './flags.ts';

const MAX_ACTOR = 0x7fffffff;

/** Cells, column by column. Used by DELTA and by the client's pages. */
export function writeCells(out: ByteWriter, cells: readonly Cell[]): void {
	writeFlags(out);
	out.varint(cells.length);
	writeRuns(out, cells, (cell) => cell.actor);
	writeStamps(out, stampRuns(cells));
	writePlaces(out, cells);
}

export function readCells(from: ByteReader): Cell[] {
	readFlags(from);
	const count = from.varint();
	if (count > from.remaining) throw new BadFrame('truncated', `${count} cells in ${from.remaining} bytes`);
	const actors = readRuns(from, count, MAX_ACTOR);
	const runs = readStamps(from, EVERY, count);
	const places = readPlaces(from, count);
	const cells: Cell[] = [];
	for (const [stamp, length] of runs)
		for (let i = 0; i < length; i++) {
			const { collection, record, field, key, value } = places[cells.length]!;
			cells.push({ collection, record, field, key, value, stamp, actor: actors[cells.length]! });
		}
	return cells;
}

function stampRuns(cells: readonly Cell[]): [stamp: number, length: number][] {
	const runs: [number, number][] = [];
	for (const { stamp } of cells) {
		const last = runs.at(-1);
		if (last?.[0] === stamp) last[1]++;
		else runs.push([stamp, 1]);
	}
	return runs;
}

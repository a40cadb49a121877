import type { Cell } from '../../cell.ts';
import { append, bytesOf } from '../journal-row.ts';

/** Cells that are encoded in one step: a few milliseconds. */
const PART_CELLS = 2_048;

/** Cells as the journal keeps them, in parts. */
export function* encoded(cells: readonly Cell[], partCells = PART_CELLS): Generator<void, readonly Uint8Array[]> {
	const parts: Uint8Array[] = [];
	for (let at = 0; at < cells.length; at += partCells) {
		parts.push(bytesOf(cells.slice(at, at + partCells)));
		yield;
	}
	return parts;
}

/** And back. */
export function* decoded(parts: readonly Uint8Array[]): Generator<void, readonly Cell[]> {
	const cells: Cell[] = [];
	for (const part of parts) {
		append(cells, part);
		yield;
	}
	return cells;
}

import type { Cell } from '../cell.ts';
import { ByteReader, ByteWriter, readCells, writeCells } from '../codec/index.ts';
import { type Name, nameKey } from '../name.ts';

/** A patch as the journal keeps it: its cells, and what went before they came. */
export type JournalRow = Uint8Array | { readonly gone: readonly Name[]; readonly bytes: Uint8Array };

/** Cells of all but some records. */
export function without(cells: readonly Cell[], gone: readonly Name[]): Cell[] {
	const names = new Set(gone.map(nameKey));
	return cells.filter((cell) => !names.has(nameKey(cell)));
}

/** Decodes cells, adds them to `all` and returns them. */
export function append(all: Cell[], bytes: Uint8Array): Cell[] {
	const cells = readCells(new ByteReader(bytes));
	for (const cell of cells) all.push(cell);
	return cells;
}

/** Encodes cells, for the journal and for pages. */
export function bytesOf(cells: readonly Cell[]): Uint8Array {
	const out = new ByteWriter();
	writeCells(out, cells);
	return out.finish();
}

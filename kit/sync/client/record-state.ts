import { mergeRegisters, systemFields, type Collection, type RecordId, type Register, type Row, type Value } from '@mana/model';
import type { Cell, Place } from '../cell.ts';
import type { PackedChunk } from '../snapshot/packed.ts';
import { isTombstone } from '../tombstone.ts';
import type { Pending } from './pending.ts';
import { type Slot, slotOf } from './slot.ts';

/** One record as it is held in memory. */
export interface RecordState {
	/** What the server confirmed (or, for a guest, what was folded); its place in a chunk as long as nothing was merged into it. */
	base: Map<Slot, Cell> | Packed;
	/** Unconfirmed writes by slot, in the order of writing. */
	overlay: Map<Slot, { readonly pending: Pending; value: Value }[]> | null;
	row: Row<Collection> | undefined;
	/** Whether `row` must be built again before it is read. */
	stale: boolean;
}

/** A record that still stands as a chunk brought it. */
export interface Packed {
	readonly chunk: PackedChunk;
	readonly row: number;
}

/** A record of which nobody asked yet: number of its chunk × `ROWS` + its row in it. */
export type Unread = number;
const ROWS = 0x10000;

export function unreadAt(chunk: number, row: number): Unread {
	return chunk * ROWS + row;
}

/** Where a record stands that nobody asked for. */
export function packedIn(chunks: readonly PackedChunk[], held: Unread): Packed {
	return { chunk: chunks[Math.floor(held / ROWS)]!, row: held % ROWS };
}

/** Whether nothing is left of a record but its tombstone. */
export function isGone(base: ReadonlyMap<Slot, Cell>): boolean {
	const flag = base.get(systemFields.purged.number);
	return flag !== undefined && isTombstone(flag);
}

/** What the server confirmed of one register of a record, without unpacking the others. */
export function confirmedOf({ base }: Pick<RecordState, 'base'>, place: Pick<Place, 'field' | 'key'>): Register | undefined {
	return base instanceof Map ? base.get(slotOf(place)) : base.chunk.register(base.row, place.field, place.key);
}

/** The confirmed registers of a record as a map that may be written to. */
export function unpacked(record: RecordState, id: RecordId): Map<Slot, Cell> {
	const { base } = record;
	if (base instanceof Map) return base;
	const cells = new Map<Slot, Cell>();
	for (const cell of base.chunk.cells(base.row, id)) cells.set(slotOf(cell), cell);
	record.base = cells;
	return cells;
}

/** Whether nothing is confirmed of a record. */
export function isEmpty({ base }: RecordState): boolean {
	return base instanceof Map && base.size === 0;
}

/** Merges a cell into the confirmed registers of its record. True: with it one begins that was made anew under the id of a record that is gone. */
export function mergeCell(base: Map<Slot, Cell>, cell: Cell): boolean {
	// Of a record that is gone only its tombstone is left.
	const anew = isGone(base) && !isTombstone(cell);
	if (anew || isTombstone(cell)) base.clear();
	const slot = slotOf(cell);
	const held = base.get(slot);
	base.set(slot, held ? (mergeRegisters(cell.field, held, cell) as Cell) : cell);
	return anew;
}

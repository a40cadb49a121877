import { recordIdFromBytes, type RecordId, type Register, type WrittenEntry } from '@mana/model';
import type { Cell, Place } from '../cell.ts';
import type { Column } from './column.ts';

/**
 * Records of one collection in packed columns, as a chunk brought them: never changed, and no object for a cell until one is asked for.
 * `row` is the place of a record, from 0.
 */
export class PackedChunk {
	readonly collection: number;
	/** Records in it. */
	readonly count: number;
	readonly #ids: Uint8Array;
	readonly #columns: readonly Column[];

	constructor(collection: number, ids: Uint8Array, columns: readonly Column[]) {
		this.collection = collection;
		this.count = ids.length / 16;
		this.#ids = ids;
		this.#columns = columns;
	}

	/** Cells of all records. */
	get size(): number {
		return this.#columns.reduce((sum, { offsets }) => sum + (offsets ? offsets[this.count]! : this.count), 0);
	}

	/** The highest stamp of any cell; 0 when there is none. */
	get maxStamp(): number {
		let highest = 0;
		for (const stamps of new Set(this.#columns.map((column) => column.stamps)))
			for (const stamp of stamps) if (stamp > highest) highest = stamp;
		return highest;
	}

	idAt(row: number): RecordId {
		return recordIdFromBytes(this.#ids, row * 16);
	}

	/** Whether a record is in it. */
	has(id: RecordId): boolean {
		return this.#rowOf(id) !== null;
	}

	/** Whether it says anything of a register. */
	holds({ record, field, key }: Place): boolean {
		const row = this.#rowOf(record);
		return row !== null && this.register(row, field, key) !== undefined;
	}

	#rowOf(id: RecordId): number | null {
		let [low, high] = [0, this.count];
		while (low < high) {
			const middle = (low + high) >> 1;
			if (this.idAt(middle) < id) low = middle + 1;
			else high = middle;
		}
		return low < this.count && this.idAt(low) === id ? low : null;
	}

	/** What a register of a record holds. */
	register(row: number, field: number, key: string): Register | undefined {
		const column = this.#columns.find((one) => one.field === field);
		if (!column) return undefined;
		const { stamps, actors, values } = column;
		for (let cell = first(column, row); cell < end(column, row); cell++)
			if ((column.keys?.[cell] ?? '') === key) return { value: values.at(cell), stamp: stamps[cell]!, actor: actors[cell]! };
		return undefined;
	}

	/** The registers of a record, as a row is read from them (through the lenses of its collection, which compare the writes). */
	*entries(row: number): IterableIterator<WrittenEntry> {
		for (const column of this.#columns) {
			const { field, keys, values, stamps, actors } = column;
			for (let cell = first(column, row); cell < end(column, row); cell++)
				yield { field, key: keys?.[cell] ?? '', value: values.at(cell), stamp: stamps[cell]!, actor: actors[cell]! };
		}
	}

	/** The cells of a record, whose id is `record`. */
	*cells(row: number, record: RecordId): IterableIterator<Cell> {
		const { collection } = this;
		for (const column of this.#columns) {
			const { field, keys, values, stamps, actors } = column;
			for (let cell = first(column, row); cell < end(column, row); cell++) {
				const key = keys?.[cell] ?? '';
				yield { collection, record, field, key, value: values.at(cell), stamp: stamps[cell]!, actor: actors[cell]! };
			}
		}
	}
}

function first({ offsets }: Column, row: number): number {
	return offsets ? offsets[row]! : row;
}

function end({ offsets }: Column, row: number): number {
	return offsets ? offsets[row + 1]! : row + 1;
}

import { type Cell, NOTHING_SUM, plus, type Sum, sumOfCell } from '@mana/sync';
import { isContent } from './record.ts';

/** What a space holds, counted. */
export interface Counts {
	/** Records by the name of their collection. */
	readonly records: Readonly<Record<string, number>>;
	readonly registers: number;
	/**
	 * Stands for the content of the space: 16 hexadecimal digits. Two spaces with the same sum hold the same in the same records, whoever wrote
	 * it and when; who is in the space does not count.
	 */
	readonly content: string;
}

/** Counts what passes. */
export class Tally {
	readonly #records = new Map<string, number>();
	#registers = 0;
	#sum: Sum = NOTHING_SUM;

	record(collection: string): void {
		this.#records.set(collection, (this.#records.get(collection) ?? 0) + 1);
	}

	cell(cell: Cell): void {
		this.#registers++;
		if (isContent(cell.collection)) this.#sum = plus(this.#sum, sumOfCell({ ...cell, stamp: 0, actor: 0 }));
	}

	get counts(): Counts {
		const records = Object.fromEntries([...this.#records].toSorted(([a], [b]) => (a < b ? -1 : 1)));
		const content = [this.#sum.high, this.#sum.low].map((half) => half.toString(16).padStart(8, '0')).join('');
		return { records, registers: this.#registers, content };
	}
}

import type { RecordId } from '@mana/model';
import type { Cell } from '../cell.ts';
import { addSum, bucketOf, NOTHING_SUM, plus, type Sum, sumOfRecord } from '../digest.ts';
import { type Name, nameKey } from '../name.ts';
import type { Scope } from '../scope.ts';
import { ScopeIndex } from '../scope.ts';
import type { StoredRoute } from './state.ts';
import type { Tail } from './store.ts';

/** The sum of every record that a scope holds of collections which do not come whole, at one seq. */
export class PartCount {
	readonly scope: Scope;
	readonly epoch: number;
	/** It is of this state. */
	seq: number;
	readonly #index: ScopeIndex;
	readonly #sums = new Map<number, Map<RecordId, Sum>>();

	constructor(scope: Scope, { epoch, seq }: Pick<Tail, 'epoch' | 'seq'>) {
		this.scope = scope;
		this.#index = new ScopeIndex(scope);
		this.epoch = epoch;
		this.seq = seq;
	}

	/** Records that are counted. */
	get size(): number {
		return [...this.#sums.values()].reduce((sum, { size }) => sum + size, 0);
	}

	/** Those that the scope names, of collections that do not come whole. */
	get listed(): readonly Name[] {
		return this.scope.records.filter(({ collection }) => !this.#index.whole(collection));
	}

	sumOf(collection: number): Sum {
		return [...(this.#sums.get(collection)?.values() ?? [])].reduce(plus, NOTHING_SUM);
	}

	/** The sums of a collection by bucket. */
	bucketsOf(collection: number): Map<number, Sum> {
		const sums = new Map<number, Sum>();
		for (const [record, sum] of this.#sums.get(collection) ?? []) addSum(sums, bucketOf(record), sum);
		return sums;
	}

	/** The records of a collection in some of its buckets. */
	recordsIn(collection: number, buckets: ReadonlySet<number>): ReadonlySet<RecordId> {
		return new Set([...(this.#sums.get(collection)?.keys() ?? [])].filter((record) => buckets.has(bucketOf(record))));
	}

	/** Whether it is known where a record of this collection stands. */
	isWindowed(collection: number): boolean {
		return this.#index.windowed.has(collection);
	}

	/** Those of the records whose routes these are that the scope holds. */
	inside(routes: readonly StoredRoute[]): Name[] {
		return [...Map.groupBy(routes, nameKey).values()].flatMap((of) => {
			const { collection, record } = of[0]!;
			const name = { collection, record };
			return this.#index.holds(name, new Map(of.map(({ field, key }) => [field, key]))) ? name : [];
		});
	}

	/** Those of a part of the state that are in the scope only because it names them. */
	namedIn(cells: readonly Cell[]): readonly Cell[] {
		return cells.filter(
			(cell) => !this.isWindowed(cell.collection) && !this.#index.whole(cell.collection) && this.#index.lists(cell),
		);
	}

	/** Takes in what changed: `cells` of any record, and all cells of those that the scope holds now. */
	take(cells: readonly Cell[], whole: readonly Cell[]): void {
		for (const { collection, record } of cells) this.#sums.get(collection)?.delete(record);
		for (const of of Map.groupBy(whole, nameKey).values()) this.#put(of);
	}

	#put(cells: readonly Cell[]): void {
		const { collection, record } = cells[0]!;
		const sums = this.#sums.get(collection) ?? new Map<RecordId, Sum>();
		this.#sums.set(collection, sums.set(record, sumOfRecord(record, cells)));
	}
}

import { changedPart } from './changed-part.ts';

/** How many rows have each of some keys, such as the open tasks of each project; counted on by what changed among many thousand rows. */
export class Tally<R, K> {
	readonly #keysOf: (row: R) => Iterable<K>;
	#rows: readonly R[] = [];
	#counts: ReadonlyMap<K, number> = new Map();

	/** @param keysOf of a row, each once; none for most rows costs least */
	constructor(keysOf: (row: R) => Iterable<K>) {
		this.#keysOf = keysOf;
	}

	/** Of these rows, keys without any left out; the same map as long as no row changed. */
	of(rows: readonly R[]): ReadonlyMap<K, number> {
		if (rows === this.#rows) return this.#counts;
		const { from, was, is } = changedPart(this.#rows, rows);
		const counts = new Map(this.#counts);
		for (let at = from; at < was; at++) add(counts, this.#keysOf(this.#rows[at]!), -1);
		for (let at = from; at < is; at++) add(counts, this.#keysOf(rows[at]!), 1);
		this.#rows = rows;
		this.#counts = counts;
		return counts;
	}
}

function add<K>(counts: Map<K, number>, keys: Iterable<K>, by: number): void {
	for (const key of keys) {
		const count = (counts.get(key) ?? 0) + by;
		if (count === 0) counts.delete(key);
		else counts.set(key, count);
	}
}

import type { Collection, RecordId } from '@mana/model';
import type { Replica, Touched } from './replica.ts';

/**
 * Which records of a collection have which value in one field, the trash included. Made at the first question for it, and kept current by
 * looking only at what a transaction touched: to ask for the steps of a task costs what their number is, not what the number of tasks is.
 */
export class RecordIndex {
	readonly #replica: Replica;
	readonly #collection: Collection;
	readonly #field: string;
	readonly #byValue = new Map<unknown, Set<RecordId>>();
	readonly #values = new Map<RecordId, unknown>();
	#version = -1;

	/** @param field a field of the collection with a plain value: a text, a number, a reference, a choice */
	constructor(replica: Replica, collection: Collection, field: string) {
		this.#replica = replica;
		this.#collection = collection;
		this.#field = field;
		replica.subscribe((touched) => this.#follow(touched));
	}

	/** Ids of the records with a value. */
	ids(value: unknown): Iterable<RecordId> {
		if (this.#version !== this.#replica.version) this.#take(this.#replica.ids(this.#collection.number));
		return this.#byValue.get(value) ?? [];
	}

	/** Where nobody asked yet, or something was missed, the next question reads everything. */
	#follow(touched: Touched): void {
		if (this.#version === this.#replica.version - 1) this.#take(touched.get(this.#collection.number) ?? []);
	}

	/** Puts records where their values say. One that was purged is nowhere. */
	#take(ids: Iterable<RecordId>): void {
		for (const id of ids) {
			const row = this.#replica.row(this.#collection, id) as Readonly<Record<string, unknown>> | undefined;
			const value = row?.[this.#field];
			const old = this.#values.get(id);
			if (value === old) continue;
			this.#byValue.get(old)?.delete(id);
			this.#values.set(id, value);
			if (value !== undefined) this.#byValue.set(value, (this.#byValue.get(value) ?? new Set()).add(id));
		}
		this.#version = this.#replica.version;
	}
}

import type { Collection, RecordId } from '@mana/model';
import type { Replica, Touched } from './replica.ts';

const NONE: ReadonlySet<RecordId> = new Set();

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
	ids(value: unknown): ReadonlySet<RecordId> {
		if (this.#version !== this.#replica.version) this.#rebuild();
		return this.#byValue.get(value) ?? NONE;
	}

	#follow(touched: Touched): void {
		const now = this.#replica.version;
		// Nobody asked yet, or something was missed: the next question reads everything.
		if (this.#version !== now - 1) return;
		for (const id of touched.get(this.#collection.number) ?? []) this.#take(id);
		this.#version = now;
	}

	#rebuild(): void {
		this.#byValue.clear();
		this.#values.clear();
		for (const id of this.#replica.ids(this.#collection.number)) this.#take(id);
		this.#version = this.#replica.version;
	}

	/** Puts a record where its value says. One that was purged is nowhere. */
	#take(id: RecordId): void {
		const row = this.#replica.row(this.#collection, id) as Readonly<Record<string, unknown>> | undefined;
		const value = row?.[this.#field];
		if (this.#values.has(id)) {
			const old = this.#values.get(id);
			if (row && old === value) return;
			const among = this.#byValue.get(old);
			among?.delete(id);
			if (among?.size === 0) this.#byValue.delete(old);
			this.#values.delete(id);
		}
		if (!row) return;
		this.#values.set(id, value);
		const among = this.#byValue.get(value);
		if (among) among.add(id);
		else this.#byValue.set(value, new Set([id]));
	}
}

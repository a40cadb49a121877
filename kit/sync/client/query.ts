import type { Collection, RecordId, Row } from '@mana/model';
import type { LiveQuery, Question } from './api.ts';
import type { RecordIndex } from './record-index.ts';
import type { Replica, Touched } from './replica.ts';

/** Above this share of touched rows, asking again from scratch is cheaper than moving them one by one. */
const REBUILD_SHARE = 0.2;

/** What finds a record by its own id. */
const ITSELF: Pick<RecordIndex, 'ids'> = { ids: (id) => (id === null ? [] : [id as RecordId]) };

/** What a query has to know of what is on this device. */
interface Here {
	isPartial(): boolean;
	/** What finds the records with a value in a field. */
	index(field: string): RecordIndex;
	/** Somebody follows the answer. Returns what says that nobody does any more. */
	look(): () => void;
}

/** Rows in an order that can be got ready beside the one that is shown. */
export interface Arrangement<C extends Collection = Collection> {
	readonly collection: C;
	/** The rows in the order that is shown, and by record. */
	sorted(): readonly Row<C>[];
	standing(): ReadonlyMap<RecordId, Row<C>>;
	readonly order: (a: Row<C>, b: Row<C>) => number;
	/** A row, if it is one that is asked for. */
	fitting(row: Row<C> | undefined): Row<C> | undefined;
	/**
	 * Takes what was got ready.
	 *
	 * @param again records that moved on since it was begun: they may stand in `sorted` as they were
	 */
	arrange(sorted: Row<C>[], again: ReadonlySet<RecordId>): void;
}

/** A question whose answer is kept current by looking only at the records that a transaction touched. */
export class ReplicaQuery<C extends Collection> implements LiveQuery<Row<C>> {
	readonly #replica: Replica;
	readonly #collection: C;
	readonly #where: (row: Row<C>) => boolean;
	readonly #order: (a: Row<C>, b: Row<C>) => number;
	readonly #limit: number;
	/** The one value that rows must have, and what finds them. */
	#by: { readonly field: keyof Row<C>; readonly value: unknown; readonly index: Pick<RecordIndex, 'ids'> } | undefined;
	readonly #listeners = new Set<() => void>();
	/** All matches in order. */
	#sorted: Row<C>[] = [];
	/** Which row of a record stands among them; `null` until somebody asks: of most answers nothing changes. */
	#known: Map<RecordId, Row<C>> | null = null;
	#rows: readonly Row<C>[] = [];
	/** The answer that the listeners know. */
	#told: readonly Row<C>[] = [];
	#version = -1;
	#stop: (() => void) | null = null;
	readonly #here: Here;
	#lookAway: (() => void) | null = null;

	constructor(replica: Replica, collection: C, { where, order, limit, by }: Question<C>, here: Here) {
		this.#here = here;
		this.#replica = replica;
		this.#collection = collection;
		this.#where = where ?? ((row) => row.deletedAt === null);
		this.#order = (a, b) => order?.(a, b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
		this.#limit = limit ?? Infinity;
		for (const [field, value] of Object.entries(by ?? {}))
			this.#by = { field: field as keyof Row<C>, value, index: field === 'id' ? ITSELF : here.index(field) };
	}

	get rows(): readonly Row<C>[] {
		if (this.#version !== this.#replica.version) this.#rebuild();
		return this.#rows;
	}

	get partial(): boolean {
		return this.#here.isPartial();
	}

	subscribe(listener: () => void): () => void {
		const entry = () => listener();
		if (!this.#stop) {
			this.#lookAway = this.#here.look();
			this.#told = this.rows;
			this.#stop = this.#replica.subscribe((touched) => this.#follow(touched), this.#arrangement);
		}
		this.#listeners.add(entry);
		return () => {
			this.#listeners.delete(entry);
			if (this.#listeners.size > 0) return;
			this.#stop?.();
			this.#lookAway?.();
			this.#stop = null;
		};
	}

	#follow(touched: Touched): void {
		const now = this.#replica.version;
		const ids = touched.get(this.#collection.number);
		const missed = this.#version < now - 1;
		if (missed || (ids && this.#isMuch(ids))) this.#rebuild();
		else if (this.#version < now && ids) this.#move(ids);
		this.#tell();
	}

	#tell(): void {
		this.#version = this.#replica.version;
		if (this.#rows === this.#told) return;
		this.#told = this.#rows;
		for (const listener of this.#listeners) listener();
	}

	#isMuch({ size }: ReadonlySet<RecordId>): boolean {
		return size > 8 && size > this.#sorted.length * REBUILD_SHARE;
	}

	get #standing(): Map<RecordId, Row<C>> {
		return (this.#known ??= new Map(this.#sorted.map((row) => [row.id, row])));
	}

	get #arrangement(): Arrangement<C> {
		return {
			collection: this.#collection,
			order: this.#order,
			sorted: () => this.#sorted,
			standing: () => this.#standing,
			fitting: (row) => this.#fitting(row),
			arrange: (sorted, again) => {
				this.#sorted = again.size > 0 ? sorted.filter(({ id }) => !again.has(id)) : sorted;
				this.#known = null;
				if (this.#isMuch(again)) this.#rebuild();
				else this.#move(again);
				this.#tell();
			},
		};
	}

	/** Takes each touched row from its old place to its new one. */
	#move(ids: Iterable<RecordId>): void {
		const standing = this.#standing;
		for (const id of ids) {
			const old = standing.get(id);
			const row = this.#match(id);
			if (row === old) continue;
			if (old) this.#sorted.splice(this.#placeOf(old), 1);
			if (row) {
				this.#sorted.splice(this.#placeOf(row), 0, row);
				standing.set(id, row);
			} else standing.delete(id);
		}
		this.#publish();
	}

	#rebuild(): void {
		const { index, value } = this.#by ?? {};
		const rows = index ? Array.from(index.ids(value), (id) => this.#match(id)) : this.#replica.rows(this.#collection);
		this.#known = null;
		this.#sorted = rows.filter((row): row is Row<C> => this.#fitting(row) !== undefined).sort(this.#order);
		this.#version = this.#replica.version;
		this.#publish();
	}

	#match(id: RecordId): Row<C> | undefined {
		return this.#fitting(this.#replica.row(this.#collection, id));
	}

	#fitting(row: Row<C> | undefined): Row<C> | undefined {
		if (!row || (this.#by && row[this.#by.field] !== this.#by.value)) return undefined;
		return this.#where(row) ? row : undefined;
	}

	/** First place whose row does not come before `row`. */
	#placeOf(row: Row<C>): number {
		let low = 0;
		let high = this.#sorted.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (this.#order(this.#sorted[middle]!, row) < 0) low = middle + 1;
			else high = middle;
		}
		return low;
	}

	#publish(): void {
		const length = Math.min(this.#sorted.length, this.#limit);
		if (length !== this.#rows.length || this.#differs(length)) this.#rows = this.#sorted.slice(0, length);
	}

	#differs(length: number): boolean {
		for (let at = 0; at < length; at++) if (this.#rows[at] !== this.#sorted[at]) return true;
		return false;
	}
}

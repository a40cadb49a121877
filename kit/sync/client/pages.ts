import type { RecordId } from '@mana/model';
import type { Cell } from '../cell.ts';
import type { Name } from '../name.ts';
import { bytesOf } from './journal-row.ts';
import type { Memory } from './store.ts';

/** Records on one page: enough that a page is one cheap request, few enough that rewriting it is cheap (sync.md §6.13). */
const PAGE_RECORDS = 200;

/** Which page of the disk a record stands on, and which records changed since they were written there. */
export class Pages {
	readonly #pageOf = new Map<string, number>();
	readonly #records = new Map<number, [collection: number, record: RecordId][]>();
	/** The page of each collection that still has room. */
	readonly #open = new Map<number, number>();
	readonly #dirty = new Map<string, [collection: number, record: RecordId]>();
	#next = 1;

	/** Takes note of a page that was read. */
	loaded(page: number, cells: readonly Cell[]): void {
		for (const { collection, record } of cells)
			if (!this.#pageOf.has(nameOf(collection, record))) this.#place(page, collection, record);
		this.#next = Math.max(this.#next, page + 1);
	}

	/** Records that stand on a page. */
	get size(): number {
		return this.#pageOf.size;
	}

	has(collection: number, record: RecordId): boolean {
		return this.#pageOf.has(nameOf(collection, record));
	}

	/** A record changed. */
	dirty(collection: number, record: RecordId): void {
		this.#dirty.set(nameOf(collection, record), [collection, record]);
	}

	/** Records went: the pages that they stand on are rewritten without them. */
	forget(names: readonly Name[]): void {
		for (const { collection, record } of names) if (this.has(collection, record)) this.dirty(collection, record);
	}

	/** The pages to rewrite, with everything that belongs on them. New records go where there is room. */
	assignDirty(): Map<number, readonly [collection: number, record: RecordId][]> {
		const pages = new Map<number, readonly [number, RecordId][]>();
		for (const [name, [collection, record]] of this.#dirty) {
			const page = this.#pageOf.get(name) ?? this.#place(this.#roomFor(collection), collection, record);
			pages.set(page, this.#records.get(page)!);
		}
		return pages;
	}

	/** The pages that `assignDirty` gave are on the disk. */
	written(pages: ReadonlyMap<number, readonly [collection: number, record: RecordId][]>): void {
		for (const records of pages.values())
			for (const [collection, record] of records) this.#dirty.delete(nameOf(collection, record));
	}

	#place(page: number, collection: number, record: RecordId): number {
		this.#pageOf.set(nameOf(collection, record), page);
		const records = this.#records.get(page);
		if (records) records.push([collection, record]);
		else this.#records.set(page, [[collection, record]]);
		if ((records?.length ?? 1) < PAGE_RECORDS) this.#open.set(collection, page);
		else if (this.#open.get(collection) === page) this.#open.delete(collection);
		return page;
	}

	#roomFor(collection: number): number {
		return this.#open.get(collection) ?? this.#next++;
	}
}

/** One page as it stands on the disk. */
export function pageOf(records: readonly [collection: number, record: RecordId][], memory: Pick<Memory, 'cells'>): Uint8Array {
	return bytesOf(records.flatMap(([collection, id]) => [...memory.cells(collection, id)]));
}

function nameOf(collection: number, record: RecordId): string {
	return `${collection}/${record}`;
}

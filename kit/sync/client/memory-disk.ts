import type { Area, Disk, DiskTransaction, Key } from './disk.ts';
import { StorageFailed } from './disk.ts';

/** A disk in memory. Several clients may share one, like tabs share a database; it outlives them, like a database does. */
export class MemoryDisk implements Disk {
	readonly durable: boolean;
	/** Throws to make the n-th request of a transaction fail, for tests of crashes and full disks. */
	fault: ((request: 'get' | 'list' | 'put' | 'remove' | 'commit') => void) | null = null;
	#areas = new Map<Area, Map<string, Map<number, unknown>>>();
	#last: Promise<unknown> = Promise.resolve();

	constructor(durable = false) {
		this.durable = durable;
	}

	run<T>(
		_mode: 'read' | 'write' | 'write-strict',
		_areas: readonly Area[],
		work: (tx: DiskTransaction) => Promise<T>,
	): Promise<T> {
		const result = this.#last.then(() => this.#transaction(work));
		this.#last = result.catch(() => undefined); // the caller gets the error; the next transaction runs all the same
		return result;
	}

	/** A copy of everything, as when a whole browser profile is copied. */
	clone(): MemoryDisk {
		const copy = new MemoryDisk(this.durable);
		copy.#areas = structuredClone(this.#areas);
		return copy;
	}

	close(): void {
		// it stays readable for the next one, as a database does
	}

	async destroy(): Promise<void> {
		this.#areas.clear();
	}

	async #transaction<T>(work: (tx: DiskTransaction) => Promise<T>): Promise<T> {
		const writes: (() => void)[] = [];
		const seen = this.#copy();
		const request = (name: 'get' | 'list' | 'put' | 'remove' | 'commit') => this.fault?.(name);
		try {
			const result = await work({
				get: async (area, [space, at]) => (request('get'), seen(area, space).get(at)),
				list: async (area, space, from = -Infinity, to = Infinity) => {
					request('list');
					const found = [...seen(area, space)].filter(([at]) => at >= from && at <= to);
					return found.map(([at, value]) => ({ at, value })).sort((a, b) => a.at - b.at);
				},
				put: (area, key, value) => {
					request('put');
					put(seen(area, key[0]), key, value);
					writes.push(() => put(this.#rows(area, key[0]), key, value));
				},
				remove: (area, space, from = -Infinity, to = Infinity) => {
					request('remove');
					remove(seen(area, space), from, to);
					writes.push(() => remove(this.#rows(area, space), from, to));
				},
			});
			request('commit');
			for (const write of writes) write();
			return result;
		} catch (error) {
			throw error instanceof StorageFailed || !this.fault ? error : new StorageFailed('The disk failed.', { cause: error });
		}
	}

	/** What the transaction sees: rows as they were, with its own writes. Copied only where it looks. */
	#copy(): (area: Area, space: string) => Map<number, unknown> {
		const copies = new Map<string, Map<number, unknown>>();
		return (area, space) => {
			const name = `${area}/${space}`;
			let copy = copies.get(name);
			if (!copy) copies.set(name, (copy = new Map(this.#rows(area, space))));
			return copy;
		};
	}

	#rows(area: Area, space: string): Map<number, unknown> {
		let spaces = this.#areas.get(area);
		if (!spaces) this.#areas.set(area, (spaces = new Map()));
		let rows = spaces.get(space);
		if (!rows) spaces.set(space, (rows = new Map()));
		return rows;
	}
}

function put(rows: Map<number, unknown>, [, at]: Key, value: unknown): void {
	rows.set(at, value);
}

function remove(rows: Map<number, unknown>, from: number, to: number): void {
	for (const at of rows.keys()) if (at >= from && at <= to) rows.delete(at);
}

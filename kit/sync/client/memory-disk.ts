import type { Area, Disk, DiskTransaction } from './disk.ts';
import { StorageFailed, StorageFull } from './disk.ts';

/** A disk in memory. Several clients may share one, like tabs share a database; it outlives them, like a database does. */
export class MemoryDisk implements Disk {
	readonly durable: boolean;
	/** Throws to make the n-th request of a transaction fail, for tests of crashes and full disks. */
	fault: ((request: 'get' | 'list' | 'put' | 'remove' | 'commit') => void) | null = null;
	/** Bytes that it holds at most; more is refused, unless less lies there afterwards than before. */
	limitBytes = Infinity;
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

	/** Everything that stands on it, for who weighs it. */
	*rows(): Generator<{ readonly area: Area; readonly value: unknown }> {
		for (const [area, spaces] of this.#areas)
			for (const rows of spaces.values()) for (const value of rows.values()) yield { area, value };
	}

	/** Bytes that lie on it, about. */
	get bytes(): number {
		let sum = 0;
		for (const { value } of this.rows()) sum += weigh(value);
		return sum;
	}

	close(): void {
		// it stays readable for the next one, as a database does
	}

	async destroy(): Promise<void> {
		this.#areas.clear();
	}

	async #transaction<T>(work: (tx: DiskTransaction) => Promise<T>): Promise<T> {
		const layers = new Map<Map<number, unknown>, Layer>();
		const layer = (area: Area, space: string): Layer => {
			const rows = this.#rows(area, space);
			let found = layers.get(rows);
			if (!found) layers.set(rows, (found = new Layer(rows)));
			return found;
		};
		const request = (name: 'get' | 'list' | 'put' | 'remove' | 'commit') => this.fault?.(name);
		try {
			const result = await work({
				get: async (area, [space, at]) => (request('get'), layer(area, space).get(at)),
				list: async (area, space, from = -Infinity, to = Infinity) => {
					request('list');
					return layer(area, space).list(from, to);
				},
				put: (area, [space, at], value) => {
					request('put');
					layer(area, space).put(at, value);
				},
				remove: (area, space, from = -Infinity, to = Infinity) => {
					request('remove');
					layer(area, space).remove(from, to);
				},
			});
			request('commit');
			if (this.limitBytes < Infinity) this.#fit([...layers.values()]);
			for (const one of layers.values()) one.commit();
			return result;
		} catch (error) {
			throw error instanceof StorageFailed || !this.fault ? error : new StorageFailed('The disk failed.', { cause: error });
		}
	}

	#fit(layers: readonly Layer[]): void {
		const more = layers.reduce((sum, layer) => sum + layer.growth, 0);
		if (more > 0 && this.bytes + more > this.limitBytes) throw new StorageFull('This disk in memory is full.');
	}

	#rows(area: Area, space: string): Map<number, unknown> {
		let spaces = this.#areas.get(area);
		if (!spaces) this.#areas.set(area, (spaces = new Map()));
		let rows = spaces.get(space);
		if (!rows) spaces.set(space, (rows = new Map()));
		return rows;
	}
}

/** What a transaction changes in one area of a space, laid over what is there until it commits: nothing is copied. */
class Layer {
	readonly #rows: Map<number, unknown>;
	/** `null`: removed. */
	readonly #changes = new Map<number, { readonly value: unknown } | null>();

	constructor(rows: Map<number, unknown>) {
		this.#rows = rows;
	}

	get(at: number): unknown {
		const change = this.#changes.get(at);
		return change === undefined ? this.#rows.get(at) : change?.value;
	}

	list(from: number, to: number): { readonly at: number; readonly value: unknown }[] {
		return this.#within(from, to)
			.sort((a, b) => a - b)
			.map((at) => ({ at, value: this.get(at) }));
	}

	put(at: number, value: unknown): void {
		this.#changes.set(at, { value });
	}

	remove(from: number, to: number): void {
		for (const at of this.#within(from, to)) this.#changes.set(at, null);
	}

	/** Bytes that its changes add, or take away. */
	get growth(): number {
		let sum = 0;
		for (const [at, change] of this.#changes) sum += weigh(change?.value) - weigh(this.#rows.get(at));
		return sum;
	}

	commit(): void {
		for (const [at, change] of this.#changes) {
			if (change) this.#rows.set(at, change.value);
			else this.#rows.delete(at);
		}
	}

	/** Numbers of what a reader of the transaction sees there, in no order. */
	#within(from: number, to: number): number[] {
		const inside = (at: number): boolean => at >= from && at <= to;
		const found = [...this.#rows.keys()].filter((at) => inside(at) && !this.#changes.has(at));
		for (const [at, change] of this.#changes) if (change && inside(at)) found.push(at);
		return found;
	}
}

/** About how many bytes a value takes. */
function weigh(value: unknown): number {
	if (value instanceof Uint8Array) return value.length;
	if (value instanceof Blob) return value.size;
	if (typeof value === 'string') return value.length;
	if (typeof value !== 'object' || value === null) return value === undefined ? 0 : 8;
	return Object.values(value).reduce((sum: number, part: unknown) => sum + weigh(part), 8);
}

/** What the client keeps, by kind. Keys are `[space, number]`; rows of the device itself stand under the space `''`. */
export const AREAS = ['meta', 'outbox', 'journal', 'pages', 'chunks', 'files', 'bytes'] as const;
export type Area = (typeof AREAS)[number];

export type Key = readonly [space: string, at: number];

/** A transactional map: IndexedDB in life, memory in tests and where nothing can be stored. */
export interface Disk {
	/** False when nothing outlives the process. */
	readonly durable: boolean;
	/**
	 * Runs `work` in one transaction: all of its writes or none are kept, and no other transaction of any tab on the same areas runs
	 * in between. Inside, await nothing but the transaction's own reads.
	 *
	 * @throws `StorageFailed`
	 */
	run<T>(mode: 'read' | 'write' | 'write-strict', areas: readonly Area[], work: (tx: DiskTransaction) => Promise<T>): Promise<T>;
	close(): void;
	/** Deletes everything, for all tabs. */
	destroy(): Promise<void>;
}

export interface DiskTransaction {
	get(area: Area, key: Key): Promise<unknown>;
	/** Everything of a space from `from` to `to` (both included), by number. */
	list(area: Area, space: string, from?: number, to?: number): Promise<{ readonly at: number; readonly value: unknown }[]>;
	put(area: Area, key: Key, value: unknown): void;
	/** Deletes everything of a space from `from` to `to` (both included). */
	remove(area: Area, space: string, from?: number, to?: number): void;
}

/** This device could not store: quota, private window, a broken or vanished database. */
export class StorageFailed extends Error {
	override readonly name: string = 'StorageFailed';
}

/** There is no room for it on this device: when something else goes, it may fit. */
export class StorageFull extends StorageFailed {
	override readonly name = 'StorageFull';
}

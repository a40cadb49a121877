import type { RecordId, Register, Value } from '@mana/model';

/** Id of a space: 128 bits as 26 characters, like a record id. The unit of order, permission, quota and sharding. */
export type SpaceId = string & { readonly __brand: 'SpaceId' };

/** Id of a device (a browser profile, a service): 128 random bits as 26 characters. */
export type DeviceId = string & { readonly __brand: 'DeviceId' };

/** Name of one register in a space. `key` is '' except for keyed fields (sets). */
export interface Place {
	readonly collection: number;
	readonly record: RecordId;
	/** Field number: permanent id and merge law, see `@mana/model` `fieldNumber`. */
	readonly field: number;
	readonly key: string;
}

/** One register with its place: what DELTA carries and the stores hold. */
export interface Cell extends Place, Register {}

/** One write of one register, before it has an actor; its stamp is that of its transaction. */
export interface Op extends Place {
	readonly value: Value;
	/** Stamp of what the writer saw in the register (0: nothing): when it holds something else, refuse the whole transaction (sync.md §6.4 `cas`). */
	readonly seen?: number;
}

/** Refuse the whole transaction when a record moved on (sync.md §6.6). */
export interface Precondition {
	readonly record: RecordId;
	/** No register of it may have a seq above this one, … */
	readonly seq: number;
	/** Whether what the same device wrote counts too. */
	readonly own: boolean;
}

/**
 * What one local action wrote: committed, refused and shown as a whole, within one space (sync.md §6.2).
 * A register stands in it at most once.
 */
export interface Transaction {
	/** Number of this transaction on its device and in its space: 1, 2, 3 … without a gap (sync.md §6.3). */
	readonly n: number;
	/** Hybrid logical clock of the device when it was written. */
	readonly stamp: number;
	readonly ops: readonly Op[];
	readonly preconditions?: readonly Precondition[];
}

import type { RecordId } from '@mana/model';
import type { Cell, DeviceId, Place, SpaceId, Transaction } from '../cell.ts';
import type { Ack, ByeCode, Role, Subbed } from '../frames.ts';

/** A space as its store knows it. */
export interface SpaceState {
	readonly id: SpaceId;
	/** Changes when the history was replaced by another one (restore from a backup): see `nextEpoch`. */
	readonly epoch: number;
	/** The number that the last accepted transaction got; 0 before the first. */
	readonly seq: number;
	/** The actor that the next new device gets; starts at 1, never given twice. */
	readonly nextActor: number;
}

/** A device as one space knows it. */
export interface DeviceState {
	readonly actor: number;
	/** Whose device it is: the first person who used it here. */
	readonly person: string;
	/** Its last decided transaction. */
	readonly n: number;
	/** Stamp of its last accepted transaction: the next one must be above. */
	readonly stamp: number;
	/** What was decided on the transactions up to `n` that the device may send again, oldest first, without a gap. */
	readonly decisions: readonly Decision[];
}

/** What was decided on one transaction: enough to answer it again in the same words. */
export interface Decision {
	/** `hashTransaction` of it as it was sent. */
	readonly hash: number;
	/** The stamp under which it was accepted, when it is not the one it came with. */
	readonly restamped?: number;
	readonly refused?: Refused;
}

export interface Refused {
	readonly code: string;
	readonly detail: string;
}

/** A cell in the server's store: `seq` is that of the transaction that won the register. */
export interface StoredCell extends Cell {
	readonly seq: number;
}

/** What somebody asks of a space: a place to speak from (SUB), or a decision on transactions (PUSH). */
export type Request = SeatRequest | PushRequest;

export interface SeatRequest {
	readonly kind: 'seat';
	readonly space: SpaceId;
	readonly device: DeviceId;
	readonly person: string;
}

export interface PushRequest {
	readonly kind: 'push';
	readonly space: SpaceId;
	readonly device: DeviceId;
	readonly person: string;
	/** As in PUSH. */
	readonly known: number;
	readonly transactions: readonly Transaction[];
}

/** The answer: a frame for the one who asked, or the reason why the conversation ends. */
export type Answer = Subbed | Ack | Denied;

export interface Denied {
	readonly type: 'denied';
	readonly code: ByeCode;
	readonly detail: string;
}

/** What `decide` has to know of a space to decide a group of requests. */
export interface Need {
	readonly space: SpaceId;
	readonly devices: readonly DeviceId[];
	readonly persons: readonly string[];
	/** Every place once. */
	readonly places: readonly Place[];
	/** Records that have preconditions. */
	readonly records: readonly RecordId[];
}

/** What the store has of a `Need`, all read under the space's lock. Absent is absent: no row, no entry. */
export interface Found {
	/** `null`: no such space. */
	readonly space: SpaceState | null;
	readonly devices: ReadonlyMap<DeviceId, DeviceState>;
	readonly roles: ReadonlyMap<string, Role>;
	/** By `placeKey`. */
	readonly cells: ReadonlyMap<string, StoredCell>;
	/** The highest seq among the cells of a record. */
	readonly recordSeqs: ReadonlyMap<RecordId, number>;
}

/** What has to be written, all or nothing, in the same store transaction that read `Found`. */
export interface Change {
	readonly space: SpaceState;
	/** `seq` of the space before; equal to `space.seq` when only devices changed. */
	readonly from: number;
	/** Devices that are new or changed. */
	readonly devices: ReadonlyMap<DeviceId, DeviceState>;
	/** New states of registers, ascending by seq, each place once. */
	readonly cells: readonly StoredCell[];
	/** The same as encoded DELTAs (`from`, `space.seq`), as they are fanned out and may be logged; empty when there are no cells. */
	readonly frames: readonly Uint8Array[];
}

/** What a server allows. Both are pure and called at commit time. */
export interface Rules {
	/** Why a member with this role may not do this, or `null`. */
	authorise(role: Role, transaction: Transaction): Refused | null;
	/** The rule that an op breaks, or `null`: `validateOp` of `@mana/model`, bound to the registry. */
	validate(op: Transaction['ops'][number]): string | null;
}

/** The epoch after a restore: above every one that was given before, even by other restores of the same backup. `now` in ms. */
export function nextEpoch(last: number, now: number): number {
	return Math.max(last + 1, Math.floor(now));
}

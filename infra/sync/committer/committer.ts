import type { Ack, Revoked, SpaceId } from '@mana/sync';
import type {
	Commanded,
	CommandRequest,
	Denied,
	MirrorRequest,
	PushRequest,
	Seated,
	SeatRequest,
	Tidied,
	TidyRequest,
} from '@mana/sync/space/index';
import type { NewSpace } from '../spaces/space-keeper.ts';

/** What a commit changed in one space. */
export interface Published {
	readonly space: SpaceId;
	/** Encoded DELTAs, in order. */
	readonly frames: readonly Uint8Array<ArrayBuffer>[];
	/** The seq that they continue. */
	readonly from: number;
	/** The seq that the last of them leads to. */
	readonly to: number;
	/** Who may read is as it was decided under this epoch. */
	readonly aclEpoch: number;
	/** Whether somebody's access changed. */
	readonly members: boolean;
}

/** A well-formed PUSH, read and as it came. The bytes are the committer's from then on. */
export interface Pushed {
	readonly request: PushRequest;
	readonly bytes: Uint8Array<ArrayBuffer>;
	readonly ops: number;
}

/**
 * The one writer of a database. Whatever it answers is on the disk. It reports every change before it answers the pushes that made
 * it, so a DELTA is always sent before the ACK of the same transactions.
 */
export interface Committer {
	/** The personal space of a person, made when there is none. The same one however many ask at once. */
	personal(person: string): Promise<SpaceId>;
	/** Makes a shared space, with nothing in it but its owner. */
	create(space: NewSpace): Promise<SpaceId>;
	/** Takes a seat in a space; a new device gets the next actor. */
	seat(request: SeatRequest): Promise<Seated | Denied | Revoked>;
	push(pushed: Pushed): Promise<Ack | Denied | Revoked>;
	/** Changes who is in a space and what it is. */
	command(request: CommandRequest): Promise<Commanded | Denied>;
	/** Brings the list of a person's spaces, in that person's own space, up to date. */
	mirror(request: MirrorRequest): Promise<void>;
	/** Clears away what is due. */
	tidy(request: TidyRequest): Promise<Tidied>;
	/** Bytes of pushes that are not on the disk yet. */
	readonly waitingBytes: number;
	/** Drops some of the log that is outside its window. Returns how many rows; 0: there is nothing left to drop. */
	prune(): Promise<number>;
	/** Finishes what it was given, then stops. */
	close(): Promise<void>;
}

/** What a committer tells the rest of the service. Must not throw. */
export interface CommitterEvents {
	/** Durable, and not yet answered. */
	published(change: Published): void;
	/** A commit failed and may have been kept all the same: readers of these spaces must look for themselves. */
	uncertain(spaces: Iterable<SpaceId>): void;
	/** One commit for so many devices took `ms` until the disk had it. */
	committed(devices: number, ms: number): void;
}

import type { RecordId, RouteKey } from '@mana/model';
import type { Cell, DeviceId, Place, SpaceId, Transaction } from '../cell.ts';
import type { Sum } from '../digest.ts';
import type { Ack, ByeCode, Revoked, Subbed } from '../frames.ts';
import type { Access } from '../permission.ts';
import type { Name } from '../name.ts';
import type { SpaceKind, SpaceLook } from '../spaces.ts';
import type { RecordName } from '../tombstone.ts';
import type { Command, Commanded } from './command.ts';
import type { Held } from './depend.ts';
import type { Beginning } from './horizon.ts';

/** A space as its store knows it. */
export interface SpaceState {
	readonly id: SpaceId;
	/** Changes when the history was replaced by another one (restore from a backup): see `nextEpoch`. */
	readonly epoch: number;
	/** The number that the last accepted transaction got; 0 before the first. */
	readonly seq: number;
	/** The actor that the next new device gets; starts at 1, never given twice. */
	readonly nextActor: number;
	/** Grows with every change of who may do what here; starts at 1. */
	readonly aclEpoch: number;
	readonly kind: SpaceKind;
	readonly name: string;
	/** Whose space it is. */
	readonly owner: string;
	/** Since when nobody writes here any more (ms since 1970); `null` while people do. */
	readonly archivedAt: number | null;
	/** Of what happened up to this seq some is forgotten: a replica that stands below it must take the state anew. */
	readonly horizon: number;
	/** The histories that led to this one, oldest first, and this one; empty while no backup was ever put back. */
	readonly beginnings: readonly Beginning[];
}

/** Somebody who is, or once was, in a space. `access` is `null` for one who left or was removed. */
export interface MemberState {
	readonly access: Access | null;
	readonly name: string;
	/** Since when it stands like this, ms since 1970. */
	readonly since: number;
}

/** An invitation into a space. It works once, for one role, until a moment. */
export interface Invitation extends Access {
	readonly id: string;
	/** Hash of its secret; the secret itself is nowhere kept. */
	readonly hash: string;
	readonly by: string;
	readonly createdAt: number;
	/** ms since 1970 */
	readonly expiresAt: number;
}

/** A space of a person, as that person's own space lists it. */
export interface Membership {
	readonly space: SpaceState;
	readonly access: Access | null;
	/** As its own record says it. */
	readonly look: SpaceLook;
}

/** Who writes in somebody else's name, as that person allowed: an admin who helps, or a service. */
export interface ActedBy {
	readonly person: string;
	/** What they were called then; '' when that is not known. */
	readonly name: string;
}

/** A device as one space knows it. */
export interface DeviceState {
	readonly actor: number;
	/** Whose device it is: the first person who used it here. */
	readonly person: string;
	/** Who writes with it in that person's name; `null`: they themselves. Whoever else comes takes a device of their own. */
	readonly by: ActedBy | null;
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

/** Where a record stands in one routing field of its collection. Every record of a collection that routes has one of these for each of its routing fields. */
export interface StoredRoute extends Name {
	readonly field: number;
	readonly key: RouteKey;
	/** The seq under which it came to stand there. */
	readonly seq: number;
	/** The seq under which the record got its first register. */
	readonly born: number;
}

/** What a commit says of a route: that a register stands there since `seq`, or (`null`) that the record has one at least since then. */
export type RouteWrite = Omit<StoredRoute, 'key' | 'born'> & { readonly key: RouteKey | null };

/** What somebody asks of a space: a place to speak from (SUB), or a decision on transactions (PUSH). */
export type Request = SeatRequest | PushRequest | MirrorRequest | CommandRequest | TidyRequest;

export interface SeatRequest {
	readonly kind: 'seat';
	readonly space: SpaceId;
	readonly device: DeviceId;
	readonly person: string;
	/** Who acts in that person's name; left out: they themselves. */
	readonly by?: ActedBy;
}

export interface PushRequest {
	readonly kind: 'push';
	readonly space: SpaceId;
	readonly device: DeviceId;
	readonly person: string;
	/** As in `SeatRequest`. */
	readonly by?: ActedBy;
	/** As in PUSH. */
	readonly known: number;
	readonly transactions: readonly Transaction[];
	/**
	 * Up to which seq the device knew the space when this conversation began: what it writes may be about a record that went since, so it is heard only
	 * while nothing above is forgotten. Left out by whoever holds no replica.
	 */
	readonly knew?: number;
	/** Versions of the collections that the device's build knows, from HELLO. */
	readonly schema?: ReadonlyMap<number, number>;
}

/** Writes into a personal space which spaces the person has, where that is not written yet. Taking a seat in one does the same. */
export interface MirrorRequest {
	readonly kind: 'mirror';
	readonly space: SpaceId;
	readonly person: string;
}

/** Something done to the space itself and who is in it, decided in the space's own order (sync.md §6.8). */
export interface CommandRequest {
	readonly kind: 'command';
	readonly space: SpaceId;
	/** Who asks. */
	readonly person: string;
	readonly command: Command;
}

/** The server clears away what is due. What changed since it was found to be due is left alone. */
export interface TidyRequest {
	readonly kind: 'tidy';
	readonly space: SpaceId;
	/** Flags of records in the trash, or purged by somebody, that have stood for so long that the record goes for good. */
	readonly purge: readonly Due[];
	/** Tombstones, and other leftovers, that have stood for so long that nothing has to be left of them. */
	readonly forget: readonly Due[];
	/** Parts of counters that nobody has counted on for so long that they go into the sum. */
	readonly fold: readonly Due[];
}

/** A register that makes its record due, and the seq that it had when it was found. */
export interface Due extends Place {
	readonly seq: number;
}

/** The answer: a frame for the one who asked, or the reason why the conversation ends. */
export type Answer = Seated | Ack | Denied | Revoked | Commanded | Mirrored | Tidied;

/** SUBBED, with what the person may do and the acl epoch that this was true at. */
export interface Seated extends Subbed {
	readonly access: Access;
	readonly aclEpoch: number;
	readonly horizon: number;
	readonly beginnings: SpaceState['beginnings'];
}

export interface Mirrored {
	readonly type: 'mirrored';
}

export interface Tidied {
	readonly type: 'tidied';
	/** Records that are gone for good from now on, leftovers that are no more, and parts of counters that went into the sum. */
	readonly purged: number;
	readonly forgotten: number;
	readonly folded: number;
}

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
	/**
	 * What else has to be read, as far as the cells read so far tell (by `placeKey`): the ancestors of a moved record, who holds a name. Ask
	 * until there is nothing more; no place comes twice.
	 */
	further(read: ReadonlyMap<string, StoredCell>): readonly Place[];
	/** Records that have preconditions, each with the lowest seq that one of them names. */
	readonly records: readonly { readonly record: RecordId; readonly seq: number }[];
	/** Whether, in a personal space, its person's memberships are asked for, with their cells there. */
	readonly memberships: boolean;
	/** Ids of invitations. */
	readonly invitations: readonly string[];
}

/** What the store has of a `Need`, all read under the space's lock. Absent is absent: no row, no entry. */
export interface Found {
	/** `null`: no such space. */
	readonly space: SpaceState | null;
	readonly devices: ReadonlyMap<DeviceId, DeviceState>;
	/** Who is or was a member, of those asked for. */
	readonly members: ReadonlyMap<string, MemberState>;
	/** Empty unless asked for. */
	readonly memberships: readonly Membership[];
	readonly invitations: ReadonlyMap<string, Invitation>;
	/** By `placeKey`. */
	readonly cells: ReadonlyMap<string, StoredCell>;
	/** Of each record with preconditions the cells above the lowest seq that was asked about. */
	readonly moved: ReadonlyMap<RecordId, readonly StoredCell[]>;
}

/** What a store has of a space that does not exist; also what others begin with. */
export const NOTHING: Found = {
	space: null,
	devices: new Map(),
	members: new Map(),
	memberships: [],
	invitations: new Map(),
	cells: new Map(),
	moved: new Map(),
};

/** A space in which nothing has happened yet. */
export function newSpaceState(id: SpaceId, owner: string, more: Partial<SpaceState> = {}): SpaceState {
	return {
		id,
		epoch: 1,
		seq: 0,
		nextActor: 1,
		aclEpoch: 1,
		kind: 'personal',
		name: '',
		owner,
		archivedAt: null,
		horizon: 0,
		beginnings: [],
		...more,
	};
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
	/** What stood at their places before, where anything did: what makes a history of the log. */
	readonly replaced: readonly StoredCell[];
	/** What the writes do to the sum of each collection. */
	readonly sums: ReadonlyMap<number, Sum>;
	/** Where records that these cells are of stand from now on, in the collections that route. */
	readonly routes: readonly RouteWrite[];
	/** Records of which only the tombstone among `cells` is left: all other cells of them go. */
	readonly purged: readonly RecordName[];
	/** Records of which nothing is left: their tombstones go, and every snapshot that may hold what was there before them. */
	readonly forgotten: readonly RecordName[];
	/** Registers of which nothing is left: leftovers of records that are still there. Snapshots that may hold what was there before go with them. */
	readonly erased: readonly Place[];
	/** Who may do what from now on; `null` when that did not change. */
	readonly acl: AclChange | null;
	/** The same as encoded DELTAs (`from`, `space.seq`), as they are fanned out and may be logged; empty when there are no cells. */
	readonly frames: readonly Uint8Array[];
}

/** A change of members and invitations. Members are kept when they leave, so that they can be told. */
export interface AclChange {
	readonly members: ReadonlyMap<string, MemberState>;
	readonly invitations: readonly Invitation[];
	/** Ids of invitations that end. */
	readonly ended: readonly string[];
}

/** Who writes, and what stands in the space before it: of comments that are written to, their author. */
export interface Writer {
	readonly person: string;
	readonly held: Held;
}

/** What a server allows. Both are pure and called at commit time. */
export interface Rules {
	/** Why a member with this access may not do this, or `null`. */
	authorise(access: Access, transaction: Transaction, writer: Writer): Refused | null;
	/** The rule that an op breaks, or `null`: `validateOp` of `@mana/model`, bound to the registry. */
	validate(op: Transaction['ops'][number]): string | null;
	/** The version of a collection below which a build may not write it; without this, every build may. */
	minVersion?(collection: number): number;
	/** Numbers of the fields by which a collection routes; without this, none does. */
	routes?(collection: number): readonly number[];
}

/** The epoch after a restore: above every one that was given before, even by other restores of the same backup. `now` in ms. */
export function nextEpoch(last: number, now: number): number {
	return Math.max(last + 1, Math.floor(now));
}

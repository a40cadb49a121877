import type { Cell, DeviceId, SpaceId, Transaction } from './cell.ts';
import type { PartSum } from './digest.ts';
import type { Name } from './name.ts';
import type { Lack, Scope } from './scope.ts';
import type { ChunkRef } from './snapshot/manifest.ts';

/** First byte of every frame. A server speaks this version and the one before (sync.md §6.10). */
export const WIRE_VERSION = 1;

/** What one side says to the other. The same frames travel over WebSocket and over the HTTP exchange. */
export type Frame = ClientFrame | ServerFrame;

export type ClientFrame = Hello | Auth | Sub | Push | Ping | Digest | Credit | Presence;
export type ServerFrame =
	| Welcome
	| Subbed
	| Ack
	| Delta
	| Move
	| Snapshot
	| Bye
	| Pong
	| Revoked
	| Reach
	| Renew
	| Digest
	| Credit
	| Presence;

/** First frame of a client. */
export interface Hello {
	readonly type: 'hello';
	/** Short JWT of mana-auth. */
	readonly token: string;
	readonly device: DeviceId;
	/** The client's own, uncorrected time (ms since 1970): comes back in WELCOME, so that the round trip can be taken off. */
	readonly clockMs: number;
	/** What this build knows, so that a server can ask a too old client to update. */
	readonly schema: readonly { readonly collection: number; readonly version: number }[];
}

/**
 * What the engine itself can, told in HELLO as the version of collection 0, which no app can have. A client that does not tell is of
 * version 1; every other bit is something that it can: take SNAPSHOT (2), take RENEW (4).
 */
export const ENGINE = { collection: 0, takesSnapshots: 2, renews: 4 } as const;

/**
 * Told in the same way, under another number that no app can have: this client takes CREDIT and DIGEST. A server answers SUB with CREDIT
 * to such a client and to no other, so a client knows by it that it may send both.
 */
export const LIVENESS = { collection: 2, version: 1 } as const;

/** A fresh token on a connection that stays open, sent before the old one expires. */
export interface Auth {
	readonly type: 'auth';
	readonly token: string;
}

/** "Tell me what changed in this space since (epoch, seq), and go on telling me." A new replica sends epoch 0, seq 0. */
export interface Sub {
	readonly type: 'sub';
	readonly space: SpaceId;
	readonly epoch: number;
	readonly seq: number;
	/** Only of this part of the space. Without it: of everything. */
	readonly part?: Part;
}

/** What a replica asks for that keeps a part of a space. */
export interface Part {
	readonly scope: Scope;
	/**
	 * What the replica lacks of the scope: its state at the cursor is of another one. Answered by at least one DELTA, even when nothing is
	 * lacking. `null`: its state is of this very scope.
	 */
	readonly lack: Lack | null;
}

/** Transactions of this device, with contiguous `n`. */
export interface Push {
	readonly type: 'push';
	readonly space: SpaceId;
	/** The device has stored the decisions on every `n` up to this one; the server may forget them. */
	readonly known: number;
	readonly transactions: readonly Transaction[];
}

export interface Ping {
	readonly type: 'ping';
	readonly clockMs: number;
}

/** Answer to HELLO. */
export interface Welcome {
	readonly type: 'welcome';
	/** `clockMs` of the HELLO this answers. */
	readonly clockMs: number;
	/** The server's time when it answered (ms since 1970). */
	readonly serverMs: number;
	readonly person: string;
	/** The personal space of that person. */
	readonly personal: SpaceId;
	/** Collections of HELLO that this build is too old to write (sync.md §6.10). */
	readonly outdated: readonly number[];
	readonly limits: { readonly frameBytes: number; readonly pushOps: number };
}

export type Role = 'owner' | 'admin' | 'editor' | 'commenter' | 'viewer';

/** Answer to SUB. When `epoch` is not the one asked for, or `seq` lies below the one asked for, the server's history was replaced. */
export interface Subbed {
	readonly type: 'subbed';
	readonly space: SpaceId;
	readonly epoch: number;
	/** Head of the space. */
	readonly seq: number;
	/** Index of this device in the space: breaks ties of stamps. */
	readonly actor: number;
	/** The `n` that the server expects next from this device. */
	readonly nextN: number;
	readonly role: Role;
}

/** Decisions, durable on the server. */
export interface Ack {
	readonly type: 'ack';
	readonly space: SpaceId;
	/** Every transaction up to this `n` is decided. */
	readonly n: number;
	/** The effects of all of them are in the state at this seq. */
	readonly seq: number;
	/** Transactions that came with an impossible stamp and were accepted under another one. */
	readonly restamped: readonly { readonly n: number; readonly stamp: number }[];
	/** Transactions that changed nothing, with the reason. */
	readonly refused: readonly Refusal[];
}

export interface Refusal {
	readonly n: number;
	/** Stable word: 'read-only', 'stale', 'invalid', … */
	readonly code: string;
	/** Sentence for a person. */
	readonly detail: string;
}

/** The newest state of every register that changed in (`from`, `to`]. While `more`, keep the cells aside: only the last part completes a checkpoint. */
export interface Delta {
	readonly type: 'delta';
	readonly space: SpaceId;
	readonly from: number;
	readonly to: number;
	readonly more: boolean;
	readonly cells: readonly Cell[];
}

/**
 * Records that left the scope since `from`: nothing of them comes any more. Like a DELTA with `more`, it is part of the checkpoint that the next
 * complete DELTA makes. A record that comes again afterwards comes whole.
 */
export interface Move {
	readonly type: 'move';
	readonly space: SpaceId;
	readonly from: number;
	readonly records: readonly Name[];
}

/** This person is no member of the space any more: nothing of it comes after this, and nothing of it may stay on the device. */
export interface Revoked {
	readonly type: 'revoked';
	readonly space: SpaceId;
}

/**
 * Which apps of the space the person may read from now on. Comes before SUBBED when that is not all of them, and whenever it changes;
 * what lies outside may not stay on the device. Without it in front, SUBBED means: all.
 */
export interface Reach {
	readonly type: 'reach';
	readonly space: SpaceId;
	/** Numbers of apps, ascending; `null`: all. */
	readonly apps: readonly number[] | null;
}

/**
 * "You were away for so long that things have gone of which nothing is left to tell you." Comes before SUBBED. What the replica holds of the space is void and the
 * state follows from its start; its outbox it keeps, and sends it on its next connection.
 */
export interface Renew {
	readonly type: 'renew';
	readonly space: SpaceId;
}

/**
 * "Fetch these chunks, then take the DELTA from `seq` on": in place of a long DELTA, between SUBBED and the first one. Only chunks and
 * the first complete DELTA together make a checkpoint.
 */
export interface Snapshot {
	readonly type: 'snapshot';
	readonly space: SpaceId;
	readonly epoch: number;
	/** Where the replica stands: 0 when it has nothing of this history. */
	readonly from: number;
	readonly seq: number;
	/** Older ones first: a later one may overrule an earlier one. */
	readonly chunks: readonly ChunkRef[];
}

/**
 * Compares what both sides hold without sending it. The client asks, with `cells` empty; `sums` name the collections of which it keeps a part, each with what
 * stands for its scope (`sumOfScope`). The server answers with the same `collection` and `buckets`:
 *
 * - collection 0: the sum of every collection that the person may read, at `seq`; of those that were named, of the part that this conversation is about;
 * - a collection, no buckets: the sum of each of its buckets, at about `seq`;
 * - a collection and buckets: every cell in them. They are no older than when they were asked for, and none is newer than `seq`.
 */
export interface Digest {
	readonly type: 'digest';
	readonly space: SpaceId;
	readonly epoch: number;
	/** Of a question: where the client stands. */
	readonly seq: number;
	readonly collection: number;
	/** Ascending. */
	readonly buckets: readonly number[];
	/** More parts of this answer follow. */
	readonly more: boolean;
	readonly sums: readonly PartSum[];
	readonly cells: readonly Cell[];
}

/**
 * How much may be on its way. From a server: so many bytes of pushes may wait for their ACK from now on. From a client: so many bytes of
 * DELTAs were taken in, and as many more may come.
 */
export interface Credit {
	readonly type: 'credit';
	readonly space: SpaceId;
	readonly bytes: number;
}

/**
 * Who is where right now: never stored, told to who is in the same channel of the space and may read the app (0: the space as such). A client
 * says one value, its own, whose number and person the server fills in; the server tells those that changed.
 */
export interface Presence {
	readonly type: 'presence';
	readonly space: SpaceId;
	readonly app: number;
	readonly channel: string;
	readonly entries: readonly PresenceEntry[];
}

export interface PresenceEntry {
	/** The device's actor in the space. */
	readonly number: number;
	readonly person: string;
	/** `null`: it is not there any more. */
	readonly value: string | null;
}

/** Last frame of a connection. */
export interface Bye {
	readonly type: 'bye';
	readonly code: ByeCode;
	readonly detail: string;
	/** When to come back; `null`: not before something was done about the reason. */
	readonly retryAfterMs: number | null;
}

/** Why a connection ends. */
export type ByeCode =
	| 'bad-frame' // could not be read: a defect or a foreign program
	| 'version' // the other side speaks another wire version
	| 'unauthorised' // token missing, expired or foreign
	| 'unknown-space' // no such space, or none that this person may know of
	| 'foreign-device' // the device id belongs to somebody else
	| 'gap' // a push did not start at the next `n`
	| 'fork' // this `n` was decided with other content: a cloned profile. Take a new device id and send again
	| 'busy' // too much at once
	| 'restart' // the server goes down for a moment
	| 'protocol'; // a frame that has no business here

export interface Pong {
	readonly type: 'pong';
	readonly clockMs: number;
	readonly serverMs: number;
}

/** The frame of one type: `FrameOf<'push'>`. */
export type FrameOf<T extends Frame['type']> = Extract<Frame, { readonly type: T }>;

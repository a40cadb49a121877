import type { Breathe } from './breathe.ts';
import type { RecordId } from '@mana/model';
import type { Cell, DeviceId, Op, Precondition, SpaceId } from '../cell.ts';
import type { Access } from '../permission.ts';
import type { PackedChunk } from '../snapshot/chunk.ts';
import type { Name } from '../name.ts';
import type { Scope } from '../scope.ts';
import type { ChunkHash } from '../snapshot/manifest.ts';
import type { DiskTransaction, Key } from './disk.ts';
import type { NamedChunk } from './conversation/download.ts';
import type { Conflict } from './conflicts.ts';
import type { Ground, Grounded } from './ground.ts';
import type { Keeping } from './kept.ts';
import type { Quarantined } from './quarantine.ts';
import type { Rows } from './space-rows.ts';

/** Local name of the personal space; its id is known only after the first contact. Others bear their id. */
export const PERSONAL = 'personal';

/** Where the device stands in `meta`, for one space; nothing stands there when the space was taken from this device. */
export function deviceKeyOf(space: string): Key {
	return space === PERSONAL ? ['', 0] : [space, 1];
}

/** What the device knows about itself. */
export interface DeviceRow {
	readonly device: DeviceId;
	/** The first device that this store was, and so a name of its life: one that was wiped and begun anew has another. */
	readonly life: DeviceId;
	/** The highest stamp that any tab of this device gave. */
	readonly clock: number;
	/** Server time minus this device's time, in ms. */
	readonly skewMs: number;
	/** Fencing number of the leading tab: what an earlier leader still wants to write is refused. */
	readonly generation: number;
	/** Who this database belongs to; `null` for a guest. */
	readonly person: string | null;
	/** The pages that wrote last, and how much of what each had counted is stored. */
	readonly pages: readonly PageCount[];
	/** Which guest was adopted, up to which of its stamps. */
	readonly adopted: { readonly device: DeviceId; readonly upTo: number } | null;
}

/** A record that stays here while something is unfinished with it. */
export interface Stayed extends Name {
	/** It left the part that is kept, and stands here as it was then: nobody said since what became of it. */
	readonly behind?: boolean;
}

/** What the device knows about one space. */
export interface SpaceRow {
	/** `null` until the server told it. */
	readonly id: SpaceId | null;
	/** Which history the state is of; 0 while there is none, or it is no more. */
	readonly epoch: number;
	readonly seq: number;
	readonly actor: number;
	/** The apps of which the confirmed state is whole; `null`: all. Nothing of another app is here. */
	readonly reach: Access['apps'];
	/** The part of the space of which the confirmed state is whole; `null`: everything. */
	readonly scope: Scope | null;
	/** Records outside of it that are still here: something of this device is unfinished with them. */
	readonly leaving: readonly Stayed[];
	/** The `n` of the next local transaction. */
	readonly nextN: number;
	/** Every transaction up to this `n` was decided, and the decision is stored. */
	readonly doneN: number;
	/** Key of the next journal entry. */
	readonly journal: number;
	/** Grows with every checkpoint. */
	readonly checkpoint: number;
}

/** Where in what a page wrote something stands: from 1. */
export interface PageCount {
	/** A name that no other page has. */
	readonly page: string;
	readonly count: number;
}

/** A transaction to be stored; `stamp` is the lowest it may get. */
export interface FreshTransaction {
	/** Which of a page's writes it is; not there for what no page wrote just now. */
	readonly by?: PageCount;
	readonly stamp: number;
	readonly ops: readonly Op[];
	readonly preconditions: readonly Precondition[];
	readonly label: string;
	/** ms since 1970 */
	readonly at: number;
	/** What it rests on; not there for a guest's. */
	readonly ground?: Ground | undefined;
}

/** A transaction of the outbox: not yet decided, or refused and waiting for the person. */
export interface StoredTransaction extends FreshTransaction {
	readonly n: number;
	readonly refused: { readonly code: string; readonly detail: string } | null;
}

/** Everything that stands on the disk. */
export interface Loaded {
	readonly device: DeviceRow;
	readonly space: SpaceRow;
	/** Confirmed state as snapshots brought it, older ones first; `cells` overrule it. */
	readonly chunks: readonly PackedChunk[];
	/** Chunks of a download that was cut off. */
	readonly fetched: readonly NamedChunk[];
	readonly cells: readonly Cell[];
	/** Records of which chunks tell and that are gone. */
	readonly gone: readonly Name[];
	readonly keeping: Keeping;
	/** Records that name a file which this device has yet to send. */
	readonly unsentFiles: readonly Name[];
	readonly outbox: readonly StoredTransaction[];
	readonly conflicts: readonly Conflict[];
	/** True when the disk was empty. */
	readonly fresh: boolean;
	/** True when what had been confirmed could not be read, and was dropped. */
	readonly damaged?: boolean;
}

/** Cells that the server confirmed, with the cursor after them. */
export interface RemotePatch {
	readonly epoch: number;
	readonly to: number;
	/** Chunks that come before `cells`, older ones first. Each was given to `keepChunk`. */
	readonly chunks?: readonly NamedChunk[];
	readonly cells: readonly Cell[];
	/** The same as the journal keeps them, in parts, where that was done already. */
	readonly encoded?: readonly Uint8Array[];
	/** Records that go, before `cells` come. */
	readonly gone?: readonly Name[];
	/** What stays of those that should go. */
	readonly leaving?: readonly Stayed[];
	/** What the state is whole of from now on, when that is another part than before. */
	readonly scope?: Scope | null;
	/** The history of the space was replaced: forget what was confirmed before. */
	readonly replace: boolean;
	/** What may be read from now on, when the state is whole for other apps than before. */
	readonly reach?: Access['apps'];
	/** With `replace`: what this device had, the server has not, and is not to be sent again (it was forgotten there, not lost). */
	readonly renewed?: boolean;
	/** With `replace`: what this device had and the server has not. */
	readonly ahead?: Ahead | null;
}

/** What goes into the outbox in the order of stamps, all of which is numbered from 1 again, by this new device. */
export interface Ahead {
	readonly device: DeviceId;
	readonly transactions: readonly FreshTransaction[];
	/** The history that the state is of is no more. */
	readonly epoch?: 0;
	/** Does that: it is rare, so that who needs it brings it along (`large/renumber.ts`). */
	readonly renumber: (tx: DiskTransaction, name: string, rows: Rows, ahead: Ahead) => Promise<Rows>;
	/** What of the outbox is not sent any more but waits for the person, with this reason. */
	readonly refuse?: {
		readonly which: (transaction: Grounded & { readonly n: number | null }) => boolean;
		readonly reason: NonNullable<StoredTransaction['refused']>;
		/** What a transaction says and rests on by now: without what is counted already, and by itself what rested on something forgotten. */
		readonly anew: <T extends Grounded>(transaction: T) => T;
	};
}

/**
 * One account's data on this device. Every method is one disk transaction: whatever happens in between, the disk holds the state
 * before or after it. Methods with a `generation` throw `Fenced` when another tab leads by now, or the space was taken from this device
 * since it was loaded.
 */
export interface ClientStore {
	readonly durable: boolean;
	load(breathe?: Breathe): Promise<Loaded>;
	/** The two small rows, and what of files is unsent, without the data. */
	glance(): Promise<Pick<Loaded, 'device' | 'space' | 'unsentFiles'>>;
	/**
	 * Puts transactions into the outbox, in the order given: each gets the next `n` and a stamp above all that this device ever gave,
	 * in any tab. `adopted` is remembered in the same transaction. Throws `Taken` when another tab wiped what this one has loaded.
	 */
	commitLocal(fresh: readonly FreshTransaction[], adopted?: DeviceRow['adopted']): Promise<readonly StoredTransaction[]>;
	/**
	 * Stores what pages that are gone could not, and nothing twice. What belongs to another life of the store than the one on the disk goes to
	 * the quarantine.
	 */
	recover(life: DeviceId, written: readonly (FreshTransaction & { readonly by: PageCount })[], from: Origin): Promise<void>;
	/** Of what was loaded; `null` before that. */
	readonly life: DeviceId | null;
	/** Keeps a chunk of a download that goes on; it counts for nothing before `applyRemote` names it. */
	keepChunk(hash: ChunkHash, bytes: Uint8Array, generation: number): Promise<void>;
	/** Adds to the journal and moves the cursor. Answers the cells as they were written, in one part or several, for the other tabs. */
	applyRemote(patch: RemotePatch, generation: number): Promise<readonly Uint8Array[]>;
	/** Removes the bytes of files that the server has too, but for pinned ones. Answers how many files went. */
	makeRoom(): Promise<number>;
	/** Remembers what the person wants to be kept. Any tab may; answers what stands there then. */
	keep(change: (keeping: Keeping) => Keeping): Promise<Keeping>;
	/** Takes all transactions up to `n` out of the outbox, but keeps those of them that were refused, and remembers what lost to others. */
	settle(n: number, refused: readonly StoredTransaction[], lost: readonly Conflict[], generation: number): Promise<void>;
	/** Forgets a conflict. */
	forgetConflict(id: string): Promise<void>;
	/** Removes the refused transaction of a stamp: its number changes when the device becomes another one. */
	forget(stamp: number): Promise<void>;
	/** Remembers what the server told. A `clock` may only be lower while the outbox is empty. */
	learn(facts: Facts, generation: number): Promise<void>;
	/** Becomes another device: the outbox is numbered from 1 again and nothing of it is lost. */
	reissue(ahead: Ahead, generation: number): Promise<void>;
	/**
	 * Removes everything of this space from the device, in one step; what was never accepted goes to the quarantine. What another tab has
	 * begun anew since this one loaded stays.
	 */
	wipe(from: Origin): Promise<void>;
	/** Puts what could not be committed any more into the quarantine. */
	quarantine(transactions: readonly FreshTransaction[], from: Origin): Promise<void>;
	/** Takes the lead under a fencing number; false when a later leader exists. */
	claim(generation: number): Promise<boolean>;
	/** Rewrites the pages of records that changed and empties the journal. False when another tab wrote meanwhile: load first. */
	checkpoint(memory: Memory, generation: number): Promise<boolean>;
	/** Journal entries since the last checkpoint, and their bytes. */
	readonly journalSize: { readonly entries: number; readonly bytes: number };
	close(): void;
	destroy(): Promise<void>;
}

/** Pages that are to be written, with the records on each. */
export type DirtyPages = ReadonlyMap<number, readonly [collection: number, record: RecordId][]>;

/** Pages that were encoded before the disk transaction. */
export interface PagesAhead {
	readonly pages: ReadonlyMap<number, Uint8Array>;
	/** Those with records that moved on since: they are encoded again, so that all of them are of one moment. */
	again(): ReadonlySet<number>;
	/** They are written, or nobody wants them any more. */
	stop(): void;
}

/** What pages are written from. */
export interface Memory {
	/** What is confirmed of a record now. */
	cells(collection: number, record: RecordId): Iterable<Cell>;
	/** Encodes pages before they are written; `null`: there are so few that it is not worth it. */
	ahead(dirty: DirtyPages): Promise<PagesAhead | null>;
}

/** Where something in the quarantine was written, and when it came there. */
export type Origin = Pick<Quarantined, 'space' | 'name' | 'at'>;

export type Facts = Partial<Pick<DeviceRow, 'person' | 'skewMs' | 'clock'> & Pick<SpaceRow, 'id' | 'epoch' | 'seq' | 'actor'>>;

/** Another tab leads by now; this one must step back. */
export class Fenced extends Error {
	override readonly name = 'Fenced';
}

/** The space was taken from this device by another tab: what was loaded of it is no more. */
export class Taken extends Error {
	override readonly name = 'Taken';
}

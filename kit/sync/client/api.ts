import type { Collection, Draft, RecordId, Row, Window } from '@mana/model';
import type { DeviceId, SpaceId, Transaction } from '../cell.ts';
import type { Role } from '../frames.ts';
import type { Blobs } from './blobs/blobs.ts';
import type { Earlier } from '../record-history.ts';
import type { Conflict } from './conflicts.ts';
import type { Meeting, PresencePlace } from './conversation/presence.ts';
import type { TraceEvent } from './conversation/trace.ts';

/**
 * The one door of a page to data. Everything here is local and synchronous; the network is somebody else's business.
 * Implemented by `openMana` (IndexedDB, tabs, upload) and, without durability, by `openMemoryMana` (tests).
 */
export interface Mana {
	/** A record by id, `undefined` when there is none or it was purged. Records in the trash are returned (`deletedAt` set). */
	get<C extends Collection>(collection: C, id: RecordId): Row<C> | undefined;
	/** Rows that stay current. Cheap to make; kept up to date only while somebody subscribes. */
	query<C extends Collection>(collection: C, question?: Question<C>): LiveQuery<Row<C>>;
	/**
	 * Runs `action` and commits what it wrote as one transaction. The new state is visible when this returns; `saved` settles when it
	 * is on this device's disk. Throws when a value breaks its field's rule (`InvalidValue`), and then nothing was written.
	 */
	write(label: string, action: (tx: Writer) => void): Written;
	/** Like `write`, for what no person did: undo passes it by. Settles when it is on this device's disk. */
	note(label: string, action: (tx: Writer) => void): Promise<void>;
	/** Takes the last of this person's actions back, where nobody wrote over it since (sync.md §6.15). */
	readonly history: History;
	/**
	 * Who changed a record, when, from what to what, newest first, as far as the server's log goes back (a week, or less where much is
	 * written). It is asked for over the network each time. Rejects with `HistoryUnavailable`, which says what it needs.
	 */
	historyOf<C extends Collection>(collection: C, id: RecordId): Promise<RecordHistory<C>>;
	/** What of the space is on this device. */
	readonly kept: Kept;
	readonly sync: SyncState;
	/** Listens to `sync`, `history` and the outbox. Returns the way to stop. */
	subscribe(listener: () => void): () => void;
	/** What has not reached the server yet, oldest first: for the sync pill, the inspector and the export. */
	outbox(): readonly Unsent[];
	/** What the server refused, with the reason. The local value is kept and shown until the person decides. */
	refused(): readonly Refused[];
	/**
	 * Sends a refused transaction again as a new one, or drops it and shows the server's value. What was written about records that are
	 * gone for good ('gone') is sent again as new records.
	 */
	resolve(n: number, decision: 'retry' | 'drop'): Promise<void>;
	/** Writes of this device that lost to somebody else's, oldest first, at most 200: “your title of 10:02 lost to that of 10:03”. */
	conflicts(): readonly Conflict[];
	/** Writes the own value again over the other one, or leaves it; the conflict is forgotten either way. */
	settleConflict(id: string, decision: 'mine' | 'theirs'): Promise<void>;
	/**
	 * The files of this space on this device: add, open, keep, and how sending goes. What handles them is loaded at the first call.
	 *
	 * @throws when that cannot be loaded, or this Mana was closed
	 */
	files(): Promise<Blobs>;
	/** Tries to reach the server now instead of at `sync.retryAt`. */
	retry(): void;
	/** What stands behind `sync`, as the tab has it that talks to the server: for the inspector. Settles within a second. */
	inspect(): Promise<Standing>;
	/**
	 * Begins to be somewhere in the space, and tells who else is there right now. Nothing of it is stored. A guest is alone everywhere.
	 *
	 * @example
	 * const meeting = await mana.presence({ app: 1, channel: 'list' });
	 * meeting.set('the shopping list');
	 * meeting.subscribe(() => console.log(meeting.others));
	 */
	presence(place: PresencePlace): Promise<Meeting>;
	close(): Promise<void>;
}

/** What a live query asks for. Functions must be pure: they are run again only for records that changed. */
export interface Question<C extends Collection> {
	/** Keeps a row. Default: rows that are not in the trash. With `where`, the trash is included unless `where` refuses it. */
	readonly where?: (row: Row<C>) => boolean;
	/** Order of two rows; ties are broken by id. Default: by id (age). */
	readonly order?: (a: Row<C>, b: Row<C>) => number;
	readonly limit?: number;
	/**
	 * Keeps rows that have this value in this field, which is looked up and not searched for: the steps of a task, the details of a contact; with
	 * `id`, one record. One field; `where` and its default hold besides.
	 */
	readonly by?:
		| { readonly id: string | null }
		| { readonly [Field in keyof Row<C>]?: Row<C>[Field] & (string | number | boolean | null) };
	/** Where all rows stand that the question may find: whether these windows are wholly here is what `partial` says. Default: the whole collection. */
	readonly within?: readonly Window[];
}

/** The answer to a question, kept current. `rows` is a new array whenever it changed, and the same array while it did not. */
export interface LiveQuery<R> {
	readonly rows: readonly R[];
	/** Rows may be missing: not all of what is asked about is on this device (`Kept`). `mana.subscribe` tells when that changes. */
	readonly partial: boolean;
	subscribe(listener: () => void): () => void;
}

/** What of a space is on this device, and what is fetched when somebody wants to see it (`Keeps` of `@mana/model`). */
export interface Kept {
	/** Whether everything of a collection is here; with `within`, everything that stands in these windows. */
	isWhole(collection: Collection, within?: readonly Window[]): boolean;
	/** Whether the person wants all of a collection on this device, and not what its model says. */
	all(collection: Collection): boolean;
	keepAll(collection: Collection, all: boolean): Promise<void>;
	/** Brings what stands in these windows here, for a day from the last time. `false` when it cannot be had now: it comes when there is a network. */
	show(windows: readonly Window[]): Promise<boolean>;
	/** Brings one record here, if it is not, for a month from the last time. `false` as above. */
	open(collection: Collection, id: RecordId): Promise<boolean>;
	/** Keeps one record here whatever happens, or no longer. */
	pin(collection: Collection, id: RecordId, pinned: boolean): Promise<void>;
	isPinned(collection: Collection, id: RecordId): boolean;
	/** Whether the person wants an app here also when room is short, by its number. */
	keepsApp(app: number): boolean;
	keepApp(app: number, kept: boolean): Promise<void>;
	/** Somebody looks at a collection. Where it was let go for want of room, it comes back. Queries do this. */
	look(collection: Collection): void;
}

/** What an action may do. Creating returns the new id. */
export interface Writer {
	/**
	 * Commits this action only if nobody else changed the record since it read like `row`, which the page got from `get` or a query: for
	 * forms that stand open for a while. Call it before the action writes the record. Throws `Stale` when it is known already that somebody
	 * did; the server refuses the transaction with 'stale' when it turns out later.
	 */
	expect<C extends Collection>(collection: C, row: Row<C>): void;
	create<C extends Collection>(collection: C, draft: Draft<C>, id?: RecordId): RecordId;
	update<C extends Collection>(collection: C, id: RecordId, draft: Draft<C>): void;
	/** Puts a record in the trash. */
	trash<C extends Collection>(collection: C, id: RecordId): void;
	/** Takes a record out of the trash. */
	restore<C extends Collection>(collection: C, id: RecordId): void;
	/** Removes a record for good. Cannot be undone. */
	purge<C extends Collection>(collection: C, id: RecordId): void;
	newId(): RecordId;
	/** Reads inside the action see what the action wrote so far. */
	get<C extends Collection>(collection: C, id: RecordId): Row<C> | undefined;
}

export interface Written {
	/** Settles when the transaction is on this device's disk. Rejects with a `StorageFailed` when it could not be stored. */
	readonly saved: Promise<void>;
	/** Takes exactly this action back, if nobody wrote over it since; `false` when there was nothing left to take back. */
	undo(): boolean;
}

export interface History {
	/** Label of the action that `undo` would take back. */
	readonly undoable: string | null;
	/** What the last undo or redo left as it is, because somebody wrote there since. */
	readonly skipped: readonly Skipped[];
	readonly redoable: string | null;
	undo(): boolean;
	redo(): boolean;
}

/** What happened to one record, as the server answered at one moment. */
export interface RecordHistory<C extends Collection> {
	/** Newest first: the first one is how the record is now. */
	readonly versions: readonly Version<C>[];
	/** What is older than these: nothing, `more` to ask for, or something that nobody knows any more. */
	readonly earlier: Earlier;
	/** The same with older versions behind them; the same one when there are no more. Rejects with `HistoryUnavailable`. */
	more(): Promise<RecordHistory<C>>;
	/**
	 * Makes the record read again as in one of the versions: an ordinary action under a label, which writes only what differs and can be
	 * undone. Works offline. Nothing newer is overwritten: throws `Stale` when the record is not any more what this history ends with
	 * (ask for it anew), and when it turns out later the server refuses the transaction with 'stale'. Throws `InvalidValue` when an old
	 * value breaks a rule of today.
	 */
	putBack(version: Version<C>, label: string): PutBack;
}

/** What a record was after one transaction. */
export interface Version<C extends Collection> {
	/** Tells versions of one record apart. */
	readonly id: string;
	/** When the server took it, ms since 1970. */
	readonly at: number;
	/** When it was written on its device, ms since 1970; long before `at` if the device was offline. */
	readonly writtenAt: number;
	/** Id of who wrote it; `null`: the server itself. A service is `service:` and its name. */
	readonly person: string | null;
	/** Name of who wrote it; '' when it is not known. */
	readonly name: string;
	/** Who wrote it in that person's name, and what they were called; `null`: they themselves. */
	readonly by: { readonly person: string; readonly name: string } | null;
	/** The record after it; `undefined` when it was purged. */
	readonly row: Row<C> | undefined;
	/** What read differently afterwards. Empty when it wrote what this build does not show. */
	readonly changed: readonly FieldChange[];
}

/** A field as it read before and after. */
export interface FieldChange {
	/** As declared in the collection, or 'createdAt', 'deletedAt'. */
	readonly name: string;
	readonly before: unknown;
	readonly after: unknown;
}

export interface PutBack extends Written {
	/** Names of the fields that cannot be put back: what was reached (`greatest`, `least`) and documents, which have an undo of their own. */
	readonly left: readonly string[];
}

/** The history of a record cannot be asked for now. */
export class HistoryUnavailable extends Error {
	override readonly name = 'HistoryUnavailable';
	readonly code: HistoryProblem;

	constructor(code: HistoryProblem) {
		super(NEEDS[code]);
		this.code = code;
	}
}

export type HistoryProblem = keyof typeof NEEDS;

const NEEDS = {
	guest: 'Only a server keeps what a record was before. Sign in to have a history from then on.',
	offline: 'The server keeps what a record was before, and it cannot be reached. Try again when there is a connection.',
	'signed-out': 'The server keeps what a record was before. Sign in again to ask for it.',
	'unknown-space': 'There is no such space on the server, or you are not a member of it.',
	'other-history': 'The server was restored from a backup meanwhile. Ask for the history anew.',
} as const;

/** A field that was not taken back. */
export interface Skipped {
	readonly collection: number;
	readonly record: RecordId;
	/** Field number. */
	readonly field: number;
}

/** The record does not read any more as it did when the form was opened. Nothing was written. */
export class Stale extends Error {
	override readonly name = 'Stale';
	readonly record: RecordId;

	/** @param collection its name */
	constructor(collection: string, record: RecordId) {
		super(`Somebody changed this record of ${collection} in the meantime. Look at it again.`);
		this.record = record;
	}
}

/** This build is too old to write a collection; it can still read. Nothing was written. */
export class Outdated extends Error {
	override readonly name = 'Outdated';

	/** @param collection its name */
	constructor(collection: string) {
		super(`This app is too old to change ${collection}. Reload or update it.`);
	}
}

/** What the sync pill says. */
export interface SyncState {
	readonly phase:
		| 'guest' // no account: everything stays on this device
		| 'connecting'
		| 'live' // connected and caught up
		| 'offline' // no connection; will try again at `retryAt`
		| 'signed-out' // the server no longer knows this session: sign in to go on syncing
		| 'stopped'; // this server refuses us (too old, removed from the space …): see `problem`
	/** Transactions that the server has not acknowledged. */
	readonly unsent: number;
	/** When the oldest unacknowledged transaction was written (ms since 1970). */
	readonly unsentSince: number | null;
	readonly refused: number;
	/** Next attempt (ms since 1970) while offline. */
	readonly retryAt: number | null;
	/**
	 * Why not `live`, in a stable code and a sentence. Codes: those of BYE (`ByeCode`), 'connection', 'no-answer', 'no-token' (offline),
	 * 'signed-out', 'other-person', 'other-space', 'forgotten' (removed from this device in another tab).
	 */
	readonly problem: { readonly code: string; readonly detail: string } | null;
	/** False when this device could not store (private window, quota): nothing survives closing the tab. */
	readonly durable: boolean;
	/** Room on this device is short: what nobody looks at is let go, and what is written may soon find no place. */
	readonly tight: boolean;
	/** True when this device stores nothing any more since there is no room: what stood here before is kept, what is written since lives in this tab alone. */
	readonly full?: boolean;
	/** True when the browser had wiped this account's data here since the last visit: it is downloaded again, what was unsent is lost. */
	readonly evicted?: boolean;
	/** Whether this tab is the one that talks to the server. */
	readonly leader: boolean;
	/** Numbers of the collections that this build is too old to write: they can be read, `write` throws `Outdated`. */
	readonly outdated: readonly number[];
	/** First download of the space: cells received, `null` when it is done. */
	readonly firstSync: { readonly received: number } | null;
	/** How what this device holds compares with what the server has. */
	readonly digest: DigestState;
}

/** Comparisons of digests with the server since this tab leads. */
export interface DigestState {
	/** When both sides were last found to hold the same (ms since 1970); `null`: not yet. */
	readonly agreedAt: number | null;
	/** The checkpoint at which they did. */
	readonly seq: number;
	/** Differences that were found. */
	readonly found: number;
	/** Those of them that were mended by fetching what differed. */
	readonly mended: number;
}

/** What may be on its way before the other side says that it took it, for the inspector. */
export interface CreditState {
	/** Bytes of pushes that the server lets wait for an answer, and those that do. */
	readonly push: { readonly granted: number; readonly used: number };
	/** Bytes of DELTAs that came since the server was last told that they were taken in. */
	readonly untold: number;
}

/** Where a replica stands: what only an inspector shows. */
export interface Standing {
	/** `null` where nothing is kept and nobody is talked to (tests, previews). */
	readonly device: DeviceId | null;
	/** `null` until the server told it, and for a guest. */
	readonly space: SpaceId | null;
	readonly epoch: number;
	/** The cursor: the checkpoint of the space that is shown. */
	readonly seq: number;
	readonly actor: number;
	/** Numbers of the apps that this device may have; `null`: all. */
	readonly reach: readonly number[] | null;
	/** How many windows and single records make up the part that is kept here, beside what is whole; `null`: everything is kept. */
	readonly part: { readonly windows: number; readonly records: number } | null;
	/** The `n` of the next local transaction, and of the last one that is decided. */
	readonly nextN: number;
	readonly doneN: number;
	/** Server time minus this device's time, in ms. */
	readonly skewMs: number;
	/** Fencing number of the leading tab; `null` when no leading tab has answered, and this is what another one knows. */
	readonly generation: number | null;
	/** What was written to the disk since the pages were. */
	readonly journal: { readonly entries: number; readonly bytes: number };
	/** `null` for a guest, and when no leading tab has answered. */
	readonly conversation: ConversationStanding | null;
}

/** How the conversation with the server stands. */
export interface ConversationStanding {
	readonly stage: 'stopped' | 'waiting' | 'token' | 'opening' | 'greeting' | 'subscribing' | 'subscribed' | 'disowning';
	/** What carries it: a socket, or one request after another; `null` while there is no connection. */
	readonly over: 'stream' | 'exchange' | null;
	/** The newest checkpoint of the space that was heard of. */
	readonly head: number;
	/** Transactions that were sent and not answered yet. */
	readonly onTheWay: number;
	/** What the server lets this person do; `null` before it said so. */
	readonly role: Role | null;
	readonly credit: CreditState;
	readonly trace: readonly TraceEvent[];
}

export interface Unsent {
	readonly transaction: Transaction;
	/** What the person did, as given to `write`. */
	readonly label: string;
	readonly at: number;
}

export interface Refused extends Unsent {
	readonly code: string;
	readonly detail: string;
}

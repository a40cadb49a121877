import { countStep, type Collection, type RecordId, type Row } from '@mana/model';
import type { Cell, Op, Place, Transaction } from '../cell.ts';
import { nextStamp } from '../clock.ts';
import type {
	History,
	Kept,
	LiveQuery,
	Mana,
	RecordHistory,
	Question,
	Refused,
	Standing,
	SyncState,
	Unsent,
	Writer,
	Written,
} from './api.ts';
import type { Blobs } from './blobs/blobs.ts';
import type { Name } from '../name.ts';
import { remembered, type Conflict } from './conflicts.ts';
import type { Decided } from './decisions.ts';
import type { Environment } from './environment.ts';
import { ActionHistory } from './history.ts';
import type { Later } from './later.ts';
import type { AskHistory } from './link.ts';
import { ReplicaQuery } from './query.ts';
import { RecordIndex } from './record-index.ts';
import { Outbox } from './outbox.ts';
import type { Meeting, PresencePlace } from './conversation/presence.ts';
import type { Pending } from './pending.ts';
import { Replica } from './replica.ts';
import { placeOf } from './slot.ts';
import { TransactionWriter, type Growing } from './writer.ts';

/** What stands behind the local state: the journal, the other tabs and the server. */
export interface Backing {
	/** Stores transactions in the order given, and gives each its `n` and final stamp. Rejects with `StorageFailed`. */
	save(transactions: readonly Pending[]): Promise<void>;
	/** Removes a refused transaction for good. */
	forget(pending: Pending): Promise<void>;
	/** Forgets a conflict for good, in all tabs. */
	forgetConflict(id: string): Promise<void>;
	readonly kept: Kept;
	files(): Promise<Blobs>;
	readonly askHistory: AskHistory;
	readonly decisions: Later['decisions'];
	/** Try to reach the server now. */
	wake(): void;
	inspect(): Promise<Standing>;
	/** Begins to be somewhere in the space. */
	presence(place: PresencePlace): Promise<Meeting>;
	close(): Promise<void>;
}

/** Being where nobody else can be. */
export const ALONE: Meeting = { others: [], set: () => undefined, subscribe: () => () => undefined, leave: () => undefined };

/** What is kept where there is nobody to get it from again. */
export const EVERYTHING_KEPT: Kept = {
	isWhole: () => true,
	all: () => true,
	keepAll: () => Promise.resolve(),
	show: () => Promise.resolve(true),
	open: () => Promise.resolve(true),
	pin: () => Promise.resolve(),
	isPinned: () => true,
	keepsApp: () => true,
	keepApp: () => Promise.resolve(),
	look: () => undefined,
};

/** State of sync before anything was tried. */
export const INITIAL_STATE: SyncState = {
	phase: 'guest',
	unsent: 0,
	unsentSince: null,
	refused: 0,
	retryAt: null,
	problem: null,
	durable: true,
	tight: false,
	leader: true,
	outdated: [],
	firstSync: null,
	digest: { agreedAt: null, seq: 0, found: 0, mended: 0 },
};

/** The synchronous half of the client: state in memory, writes, live queries, undo. Knows neither disk nor network. */
export class LocalMana implements Mana {
	readonly replica = new Replica();
	readonly history: History;
	/** Server time minus this device's time, in ms, as the last handshake measured it. */
	skewMs = 0;
	/** What has its number; what was written a moment ago has none yet. */
	readonly stored = new Outbox(this.replica);
	readonly #env: Environment;
	readonly #backing: Backing;
	readonly #listeners = new Set<() => void>();
	readonly #history: ActionHistory;
	/** What the keys begin with that this tab writes under, see `Hand` of `@mana/model`. */
	keyName: string;
	/** Name of this page for its store, and how many transactions it has written. */
	readonly #page: string;
	#written = 0;
	#lostCounts = 0;
	#given = 0;
	#conflicts: readonly Conflict[] = [];
	#sync: SyncState = INITIAL_STATE;
	/** Whether the outbox has to be counted again before `sync` is read: a thousand writes at once are counted once. */
	#uncounted = false;
	#acting = false;
	/** Collections that live queries of this tab follow, and how many. */
	readonly #inView = new Map<Collection, number>();
	/** By collection and field. */
	readonly #indexes = new Map<string, RecordIndex>();

	constructor(env: Environment, backing: Backing) {
		this.#env = env;
		this.#backing = backing;
		this.#page = this.keyName = tabName(env.randomBytes);
		this.#history = new ActionHistory({
			replica: this.replica,
			commit: (label, ops) => this.#commitOps(label, ops),
			changed: () => this.refresh(),
			count: (place, add) => this.#countOn(place, add),
		});
		this.history = this.#history;
	}

	get sync(): SyncState {
		if (this.#uncounted) this.#count();
		return this.#sync;
	}

	get<C extends Collection>(collection: C, id: RecordId): Row<C> | undefined {
		return this.replica.row(collection, id);
	}

	query<C extends Collection>(collection: C, question: Question<C> = {}): LiveQuery<Row<C>> {
		return new ReplicaQuery(this.replica, collection, question, {
			isPartial: () => !this.kept.isWhole(collection, question.within),
			index: (field) => this.#index(collection, field),
			look: () => this.#look(collection),
		});
	}

	get kept(): Kept {
		return this.#backing.kept;
	}

	#index(collection: Collection, field: string): RecordIndex {
		const name = `${collection.number} ${field}`;
		const known = this.#indexes.get(name) ?? new RecordIndex(this.replica, collection, field);
		this.#indexes.set(name, known);
		return known;
	}

	/** Somebody looks at a collection for as long as they do not say that they are done. */
	#look(collection: Collection): () => void {
		this.kept.look(collection);
		this.#inView.set(collection, (this.#inView.get(collection) ?? 0) + 1);
		return () => {
			const others = this.#inView.get(collection)! - 1;
			if (others > 0) this.#inView.set(collection, others);
			else this.#inView.delete(collection);
		};
	}

	/** Time has passed: what is still looked at is looked at now. */
	lookOn(): void {
		for (const collection of this.#inView.keys()) this.kept.look(collection);
	}

	/** Whether an action on this record can be taken back, or done again. */
	remembers(name: Name): boolean {
		return this.#history.holds(name);
	}

	write(label: string, action: (tx: Writer) => void): Written {
		const { writer, saved } = this.#act(label, action);
		const undo = this.#history.record(label, writer.steps);
		this.refresh();
		return { saved, undo };
	}

	note(label: string, action: (tx: Writer) => void): Promise<void> {
		const { saved } = this.#act(label, action);
		this.refresh();
		return saved;
	}

	async historyOf<C extends Collection>(collection: C, id: RecordId): Promise<RecordHistory<C>> {
		const { openHistory } = await import('./record-history.ts');
		return openHistory(this, (question) => this.#backing.askHistory(question), collection, id);
	}

	subscribe(listener: () => void): () => void {
		const entry = () => listener();
		this.#listeners.add(entry);
		return () => this.#listeners.delete(entry);
	}

	outbox(): readonly Unsent[] {
		return this.unsent().map(unsentOf);
	}

	refused(): readonly Refused[] {
		return [...this.replica.pending].flatMap((pending) => (pending.refused ? { ...unsentOf(pending), ...pending.refused } : []));
	}

	async resolve(n: number, decision: 'retry' | 'drop'): Promise<void> {
		const { resolve } = await this.#backing.decisions();
		await resolve(this.#decided, n, decision);
	}

	conflicts(): readonly Conflict[] {
		return this.#conflicts;
	}

	async settleConflict(id: string, decision: 'mine' | 'theirs'): Promise<void> {
		const { settleConflict } = await this.#backing.decisions();
		await settleConflict(this.#decided, id, decision);
	}

	get #decided(): Decided {
		return { mana: this, backing: this.#backing, now: () => this.#now(), randomBytes: this.#env.randomBytes };
	}

	/** Takes in conflicts: all that the disk has (`anew`), or some more. */
	noteConflicts(conflicts: readonly Conflict[], anew: readonly Conflict[] = this.#conflicts): void {
		this.#conflicts = remembered(anew, conflicts);
	}

	/** Another tab, or this one, settled it. */
	dropConflict(id: string): void {
		this.#conflicts = this.#conflicts.filter((one) => one.id !== id);
		this.refresh();
	}

	/** Sends again what was refused because an earlier build was too old. */
	async retryOutdated(): Promise<void> {
		const { outdated } = this.#sync;
		const again = this.refused().filter(
			({ code, transaction }) => code === 'outdated' && !transaction.ops.some(({ collection }) => outdated.includes(collection)),
		);
		for (const { transaction } of again) await this.resolve(transaction.n, 'retry');
	}

	files(): Promise<Blobs> {
		return this.#backing.files();
	}

	retry(): void {
		this.#backing.wake();
	}

	inspect(): Promise<Standing> {
		return this.#backing.inspect();
	}

	presence(place: PresencePlace): Promise<Meeting> {
		return this.#backing.presence(place);
	}

	close(): Promise<void> {
		return this.#backing.close();
	}

	/** Transactions that the server has not decided on, oldest first. */
	unsent(): Pending[] {
		return [...this.replica.pending].filter((pending) => !pending.refused && pending.ackedSeq === null);
	}

	/** Everything as it is shown, confirmed or not. */
	*shownCells(): IterableIterator<Cell> {
		for (const { collection, record } of this.replica.names()) {
			for (const [slot, register] of this.replica.registers(collection, record)) {
				yield { collection, record, ...placeOf(slot), ...register };
			}
		}
	}

	/** Writes registers as they are, under the label of a person's action but without undo. */
	writeOps(label: string, ops: readonly Op[]): Promise<void> {
		const { saved } = this.#act(label, (writer) => ops.forEach((op) => writer.put(op)));
		this.refresh();
		return saved;
	}

	/** Changes what the sync pill says, and tells whoever listens. */
	refresh(change: Partial<SyncState> = {}): void {
		this.#sync = { ...this.#sync, ...change };
		this.#uncounted = true;
		for (const listener of this.#listeners) listener();
	}

	#count(): void {
		let unsent = 0;
		let unsentSince: number | null = null;
		let refused = 0;
		for (const pending of this.replica.pending) {
			if (pending.refused) refused++;
			else if (pending.ackedSeq === null && this.#sync.phase !== 'guest') {
				unsent++;
				unsentSince ??= pending.at;
			}
		}
		this.#sync = { ...this.#sync, unsent, unsentSince, refused };
		this.#uncounted = false;
	}

	/** Where parts of counters may have gone, what this tab counts from now on stands under another name, or it would rest on nothing. */
	#nameKeys(): void {
		const { lostCounts } = this.replica;
		if (lostCounts !== this.#lostCounts) this.keyName = tabName(this.#env.randomBytes);
		this.#lostCounts = lostCounts;
	}

	#act(label: string, action: (writer: TransactionWriter) => void): { writer: TransactionWriter; saved: Promise<void> } {
		if (this.#acting) throw new Error('write() was called inside write(): use the writer that the action was given.');
		this.#nameKeys();
		const writer = new TransactionWriter({
			replica: this.replica,
			now: () => this.#now(),
			randomBytes: this.#env.randomBytes,
			begin: (preconditions) => this.#begin(label, preconditions),
			name: this.keyName,
			fresh: () => `${this.keyName}.${(this.#given++).toString(36)}`,
			outdated: new Set(this.#sync.outdated),
			stateAt: (place, before) => this.#history.stateAt(place, before),
		});
		this.#acting = true;
		this.replica.batch(() => {
			try {
				action(writer);
			} catch (error) {
				for (const transaction of writer.transactions) this.replica.remove(transaction);
				throw error;
			} finally {
				writer.close();
				this.#acting = false;
			}
		});
		const saved = writer.transactions.length > 0 ? this.#backing.save(writer.transactions) : Promise.resolve();
		saved.catch(() => undefined); // also told by `sync.durable`; who cares more awaits `saved`
		return { writer, saved };
	}

	#commitOps(label: string, ops: readonly (() => Op)[]): readonly Pending[] {
		let transactions: readonly Pending[] = [];
		this.#act(label, (writer) => {
			transactions = ops.map((op) => writer.put(op()));
		});
		return transactions;
	}

	#countOn(place: Place, add: number): Op {
		const hand = {
			name: this.keyName,
			look: (key: string) => {
				const part = { ...place, key };
				return { value: this.replica.register(part)?.value ?? null, busy: this.replica.isPending(part) };
			},
		};
		const [key, value] = countStep(add, hand);
		return { collection: place.collection, record: place.record, field: place.field, key, value };
	}

	#begin(label: string, preconditions: Pending['preconditions']): Growing {
		const at = this.#now();
		const stamp = nextStamp(Math.max(this.stored.lastStamp, this.replica.seenStamp), at);
		this.stored.lastStamp = stamp;
		const by = { page: this.#page, count: ++this.#written };
		const pending = { n: null, stamp, ops: [], preconditions, label, at, by, ackedSeq: null, refused: null };
		this.replica.add(pending);
		return pending;
	}

	/** The time as the server has it, as far as we know. */
	#now(): number {
		return Math.round(this.#env.now() + this.skewMs);
	}
}

/** A name that no other tab of any device has. */
function tabName(random: (bytes: Uint8Array) => Uint8Array): string {
	return Array.from(random(new Uint8Array(8)), (byte) => byte.toString(36).padStart(2, '0')).join('');
}

function unsentOf({ n, stamp, ops, preconditions, label, at }: Pending): Unsent {
	const transaction: Transaction = { n: n ?? 0, stamp, ops, ...(preconditions.length > 0 && { preconditions }) };
	return { transaction, label, at };
}

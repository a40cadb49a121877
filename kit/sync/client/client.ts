import type { Cell, DeviceId, Op, SpaceId, Transaction } from '../cell.ts';
import { stampAt, MAX_DRIFT_MS } from '../clock.ts';
import { ByteReader, readCells } from '../codec/index.ts';
import type { Ack, Digest, Hello, Presence as PresenceFrame, Subbed, Welcome } from '../frames.ts';
import { newDeviceId } from '../ids.ts';
import { cellOf } from '../merge.ts';
import { sameReach, visibleTo } from '../permission.ts';
import { isTombstone, recordKey } from '../tombstone.ts';
import type { Blobs } from './blobs/blobs.ts';
import type * as conversation from './conversation.ts';
import { type DigestState, HistoryUnavailable, type Kept, type Standing, type SyncState } from './api.ts';
import { StorageFailed } from './disk.ts';
import { Early } from './early.ts';
import type { Environment } from './environment.ts';
import { type Name, nameKey, type Scope } from '../scope.ts';
import type { ChunkHash } from '../snapshot/manifest.ts';
import { cellsOfChunk, type PackedChunk } from '../snapshot/chunk.ts';
import type { HistoryQuestion, RecordChanges } from '../record-history.ts';
import type { ChunkSource, NamedChunk } from './download.ts';
import { SignedOut, type Connector, type HistorySource, type TokenSource } from './link.ts';
import type { Confirmed } from './checkup.ts';
import type { Conflict } from './conflicts.ts';
import { Keeper } from './keeper.ts';
import { ALONE, EVERYTHING_KEPT, LocalMana, type Backing } from './local.ts';
import type { KeptPart } from './keeping.ts';
import { type Keeping, NOTHING_KEPT } from './kept.ts';
import type { Meeting, Presence, PresenceHost, PresenceMessage, PresencePlace } from './presence.ts';
import type { Outbox } from './outbox.ts';
import type { Pending } from './replica.ts';
import type { Problem, Session, SessionHost } from './session.ts';
import {
	type Ahead,
	type ClientStore,
	type Loaded,
	type Origin,
	type RemotePatch,
	type SpaceRow,
	type StoredTransaction,
} from './store.ts';
import { Tabs, type Channel, type Locks, type TabMessage } from './tabs.ts';

/** Where this account syncs to. */
export interface Remote {
	readonly connector: Connector;
	readonly token: TokenSource;
	/** Collections that this build knows, for HELLO. */
	readonly schema: Hello['schema'];
	/** Where the chunks of snapshots come from; without it the state comes by DELTA. */
	readonly chunks?: ChunkSource;
	/** Where the history of records comes from. */
	readonly history?: HistorySource;
	/** The collections that the person looks at, which a first download brings first. */
	first?(): readonly number[];
	/** What of this build's collections a device keeps unless the person wants everything; without it, everything. */
	readonly parts?: readonly KeptPart[];
	/** The person whose data this is; a token of somebody else is not used. */
	readonly person: string;
	/** The shared space that is synced; left out, the personal one. */
	readonly space?: SpaceId;
	/** How one converses with it: loaded only where there is somebody to converse with. */
	readonly conversation: typeof conversation;
}

export interface ClientParts {
	readonly env: Environment;
	readonly store: ClientStore;
	/** A store in memory, for when `store` fails. */
	spare(): ClientStore;
	readonly channel: Channel;
	readonly locks: Locks;
	/** Name of the account, for the lock of its leader. */
	readonly name: string;
	/** `null` for a guest. */
	readonly remote: Remote | null;
	/** Opens the files of the space, for a client that is open. */
	files(client: Client): Promise<Blobs>;
	/** Called once, at the first edit: the moment to ask for lasting storage. */
	edited?(): void;
	/** What the space is called, for what goes to the quarantine. */
	spaceName?(): string;
	/** Called once when the client ends. */
	ended?(): void;
	/** Told of what must not happen, for logs. */
	report(error: unknown): void;
}

/** The leader writes pages after this quiet time, or when the journal is that big. */
const CHECKPOINT_AFTER_MS = 5_000;
const CHECKPOINT_BYTES = 1024 * 1024;
/** A guest's transactions are folded into the confirmed state when there are more. */
const GUEST_OUTBOX = 256;
const POLL_MS = 5_000;
/** How long the inspector waits for the leading tab. */
const INSPECTION_MS = 900;

/**
 * One tab of one account: the local state, its disk, the other tabs and, while this tab leads, the conversation with the server. What is
 * shown never waits for any of them.
 */
export class Client implements Backing, SessionHost, PresenceHost {
	readonly mana: LocalMana;
	readonly kept: Kept;
	/** Whether the disk was empty when this client opened. */
	readonly fresh: boolean;
	readonly #parts: ClientParts;
	readonly #tabs: Tabs;
	readonly #session: Session | null;
	readonly #stopTicking: () => void;
	readonly #outbox: Outbox;
	readonly #early = new Early();
	readonly #keeper: Keeper;
	/** Who waits for the leading tab to tell where it stands. */
	readonly #inspectors = new Set<(standing: Standing) => void>();
	#device: DeviceId;
	#space: Place;
	#keeping: Keeping = NOTHING_KEPT;
	#changedAt = 0;
	/** Chunks of a first download that goes on: on the disk, and some of them shown already. */
	#fetched = new Map<ChunkHash, PackedChunk>();
	#shown = { epoch: 0, hashes: new Set<ChunkHash>() };
	#polledAt = 0;
	#behind: string | null = null;
	#edited = false;
	/** Who is where; made when somebody wants to know. */
	#presence: Presence | null = null;
	#files: Promise<Blobs> | null = null;
	/** Nothing is written any more. */
	#closing = false;
	/** The space was taken from this person. */
	#revoked = false;
	#closed = false;

	/** Opens an account from its disk. What other tabs say meanwhile is not lost. */
	static async open(parts: ClientParts): Promise<Client> {
		const heard: TabMessage[] = [];
		parts.channel.listen((message) => heard.push(message));
		try {
			const loaded = await parts.store.load();
			const client = new Client(parts, loaded);
			for (const message of heard) client.#heard(message);
			client.#tabs.start(loaded.device.generation);
			return client;
		} catch (error) {
			parts.report(error);
			const store = parts.spare();
			const client = new Client({ ...parts, store }, await store.load());
			client.#alone();
			return client;
		}
	}

	private constructor(parts: ClientParts, loaded: Loaded) {
		this.#parts = parts;
		this.fresh = loaded.fresh;
		this.#device = loaded.device.device;
		this.#space = { ...loaded.space, id: parts.remote?.space ?? loaded.space.id };
		this.mana = new LocalMana(parts.env, this);
		this.#outbox = this.mana.stored;
		this.#keeper = new Keeper({
			store: parts.store,
			stored: (transactions, rows) => this.#stored(transactions, rows),
			taken: (transactions) => this.#taken(transactions),
			failed: (error, transactions) => this.#goVolatile(error, transactions),
			fenced: () => this.#tabs.fenced(),
			report: parts.report,
		});
		this.#session =
			parts.remote &&
			new parts.remote.conversation.Session({ ...parts.remote, ...parts.remote.conversation, env: parts.env, host: this });
		this.#tabs = new Tabs({
			...parts,
			claim: (generation) => this.#claim(generation),
			latest: async () => (await this.#keeper.store.glance()).device.generation,
			lead: (generation) => void this.#lead(generation),
			follow: () => this.#follow(),
			heard: (message) => this.#heard(message),
		});
		const host = { where: () => this.#space, keeping: () => this.#keeping, keep: this.#keep.bind(this), mana: this.mana };
		this.kept = parts.remote ? new parts.remote.conversation.KeptHere(host) : EVERYTHING_KEPT;
		this.#adopt(loaded);
		this.mana.refresh({ phase: parts.remote ? 'connecting' : 'guest', durable: parts.store.durable, leader: false });
		this.#stopTicking = parts.env.every(1_000, () => this.tick());
	}

	/** Time has passed. */
	tick(): void {
		this.#tabs.tick();
		const now = this.#parts.env.elapsed();
		if (now - this.#polledAt >= POLL_MS) {
			this.#polledAt = now;
			void this.#poll();
		}
		this.#session?.tick();
		if (this.#keeper.generation === null) return;
		this.#release();
		this.#setClockRight();
		if (!this.#parts.remote && this.#outbox.size > GUEST_OUTBOX) this.#fold();
		const { entries, bytes } = this.#keeper.store.journalSize;
		if (bytes > CHECKPOINT_BYTES || (entries > 0 && now - this.#changedAt > CHECKPOINT_AFTER_MS)) this.#checkpoint();
	}

	/** The network or the person came back: try now. */
	wake(): void {
		this.#session?.wake();
		this.#tabs.post({ kind: 'waking' });
		void this.#poll();
	}

	/** Tells the other tabs that this account's data goes away. */
	forgetting(): void {
		this.#tabs.post({ kind: 'forgetting' });
	}

	// Backing: what the local half asks for

	inspect(): Promise<Standing> {
		if (this.#keeper.generation !== null) return Promise.resolve(this.#standing());
		const { promise, resolve } = Promise.withResolvers<Standing>();
		this.#inspectors.add(resolve);
		this.#tabs.post({ kind: 'inspecting' });
		const stop = this.#parts.env.every(INSPECTION_MS, () => {
			stop();
			this.#inspectors.delete(resolve);
			resolve(this.#standing());
		});
		return promise;
	}

	async presence(place: PresencePlace): Promise<Meeting> {
		return (await this.#meet())?.join(place) ?? ALONE;
	}

	/** What knows who is where; `null` for a guest. */
	async #meet(): Promise<Presence | null> {
		const { remote, env } = this.#parts;
		if (!remote) return null;
		const { Presence } = await remote.conversation.presence();
		this.#presence ??= new Presence(env, this, this.mana.keyName);
		return this.#presence;
	}

	say(frame: PresenceFrame): void {
		this.#session?.say(frame);
	}

	post(message: PresenceMessage): void {
		this.#tabs.post({ kind: 'presence', message });
	}

	save(transactions: readonly Pending[]): Promise<void> {
		if (this.#revoked) this.mana.replica.batch(() => transactions.forEach((pending) => this.mana.replica.remove(pending)));
		if (this.#closing) return Promise.reject(new StorageFailed('This Mana was closed.'));
		if (!this.#edited) this.#parts.edited?.();
		this.#edited = true;
		return this.#keeper.commit(transactions);
	}

	forget({ stamp }: Pending): Promise<void> {
		return this.#keeper.inTurn(async () => {
			await this.#keeper.store.forget(stamp);
			this.#forgotten(stamp); // what was loaded meanwhile had it again
			this.#tabs.post({ kind: 'forgotten', device: this.#device, stamp });
		});
	}

	async forgetConflict(id: string): Promise<void> {
		await this.#keeper.store.forgetConflict(id);
		this.#tabs.post({ kind: 'conflict-settled', id });
	}

	files(): Promise<Blobs> {
		if (this.#closing) return Promise.reject(new StorageFailed('This Mana was closed.'));
		if (!this.#files) {
			const opening = this.#parts.files(this);
			opening.catch(() => (this.#files = null)); // whoever asks hears why, and may ask again
			this.#files = opening;
		}
		return this.#files;
	}

	async askHistory(question: HistoryQuestion): Promise<RecordChanges> {
		const { remote } = this.#parts;
		if (!remote) throw new HistoryUnavailable('guest');
		const { id } = this.#space;
		if (!id || !remote.history) throw new HistoryUnavailable('offline');
		try {
			const { token } = await remote.token();
			return await remote.history(id, question, token);
		} catch (error) {
			if (error instanceof HistoryUnavailable) throw error;
			throw new HistoryUnavailable(error instanceof SignedOut ? 'signed-out' : 'offline');
		}
	}

	async close(): Promise<void> {
		this.#closing = true;
		this.#session?.stop();
		await this.#closeFiles();
		await this.#keeper.idle();
		this.abandon();
		await this.#keeper.idle();
		this.#keeper.store.close();
	}

	/** Stops at once, as if the tab had been killed. */
	abandon(): void {
		if (this.#closed) return;
		this.#presence?.close();
		this.#closing = this.#closed = true;
		this.#parts.ended?.();
		this.#stopTicking();
		this.#session?.stop();
		void this.#closeFiles();
		this.#tabs.close();
	}

	async #closeFiles(): Promise<void> {
		const files = await this.#files?.catch(() => null); // what did not open needs no closing
		await files?.close();
	}

	// SessionHost: what the conversation with the server needs

	get device(): DeviceId {
		return this.#device;
	}

	get space(): Place {
		return this.#space;
	}

	get from(): number {
		const { replica } = this.mana;
		for (const { ops } of this.#outbox.from(this.doneN + 1))
			if (ops.some((op) => replica.isGone(op))) return Math.min(1, this.#space.seq);
		return this.#space.seq;
	}

	get doneN(): number {
		return this.#outbox.doneN;
	}

	get knownN(): number {
		return this.#outbox.knownN;
	}

	get nextN(): number {
		return this.#outbox.nextN;
	}

	unsentFrom(from: number): Iterable<Transaction> {
		return this.#outbox.from(from);
	}

	get first(): readonly number[] {
		return this.#parts.remote?.first?.() ?? [];
	}

	chunk(hash: ChunkHash): PackedChunk | undefined {
		return this.#fetched.get(hash);
	}

	fetched(hash: ChunkHash, bytes: Uint8Array, chunk: PackedChunk): void {
		this.#fetched.set(hash, chunk);
		this.#keeper.write((store, generation) => store.keepChunk(hash, bytes, generation));
	}

	preview(epoch: number, chunks: readonly NamedChunk[]): void {
		this.#show(epoch, chunks);
		this.mana.refresh();
	}

	/** Merges those chunks that are not shown yet. What was shown of another history, before there was a checkpoint, goes. */
	#show(epoch: number, chunks: readonly NamedChunk[]): void {
		const { replica } = this.mana;
		if (this.#shown.epoch !== epoch) {
			if (this.#shown.hashes.size > 0) replica.replace([]);
			this.#shown = { epoch, hashes: new Set() };
		}
		const { hashes } = this.#shown;
		const unseen = chunks.filter(({ hash }) => !hashes.has(hash));
		for (const { hash } of unseen) hashes.add(hash);
		replica.mergeChunks(unseen.map(({ chunk }) => chunk));
	}

	welcomed({ person, personal, outdated }: Welcome): Problem | null {
		if (person !== this.#parts.remote?.person)
			return { code: 'other-person', detail: 'This browser is signed in as somebody else.' };
		this.mana.refresh({ outdated });
		this.mana.retryOutdated().catch((error: unknown) => this.#parts.report(error));
		if (this.#parts.remote.space ? this.#space.id === this.#parts.remote.space : this.#space.id === personal) return null;
		if (this.#space.id !== null) {
			return { code: 'other-space', detail: 'The server does not have the space that this device was synced with.' };
		}
		this.#space = { ...this.#space, id: personal };
		this.#keeper.write((store, generation) => store.learn({ id: personal, person }, generation));
		return null;
	}

	subbed({ actor }: Subbed): void {
		this.#presence?.anew();
		this.#outbox.forgetAcks();
		if (actor === this.#space.actor) return;
		this.#space = { ...this.#space, actor };
		this.mana.replica.actor = actor;
		this.#keeper.write((store, generation) => store.learn({ actor }, generation));
	}

	confirmed(remote: RemotePatch): void {
		const { epoch, to, chunks, replace, renewed, reach, scope } = remote;
		const { replica } = this.mana;
		const { seq: from, scope: earlier } = this.#space;
		const all = replace ? everyCell(chunks, remote.cells) : [];
		const ahead = !replace ? null : renewed ? this.#renewalOf(all) : this.#aheadOf(all);
		this.#changedAt = this.#parts.env.elapsed();
		const seq = replace ? to : Math.max(from, to);
		const changes = { ...(reach !== undefined && { reach }), ...(scope !== undefined && { scope }) };
		this.#space = { ...this.#space, epoch, seq, ...changes, ...(replace && !renewed && { leaving: [] }) };
		const whole = this.#space.reach;
		replica.seq = seq;
		// What was decided under our old numbers must not be taken for decisions on the new ones.
		if (ahead) this.#session?.stop();
		replica.batch(() => {
			if (replace) {
				replica.replace(
					remote.cells,
					(chunks ?? []).map(({ chunk }) => chunk),
				);
			} else {
				this.#show(epoch, chunks ?? []);
				replica.merge(remote.cells);
			}
			const { gone, leaving } = this.#leave(remote, earlier);
			replica.sweep();
			const cells = gone.length > 0 ? without(remote.cells, gone) : remote.cells;
			const patch = { epoch, to: seq, cells, replace, gone, leaving, ...(chunks && { chunks }), ...changes };
			this.#keeper.bring(
				(store, generation) => store.applyRemote({ ...patch, ahead }, generation),
				async (bytes) => {
					const told = { device: this.#device, epoch, from, to, reach: whole, cells: bytes, gone, leaving };
					if (!replace && !chunks && reach === undefined && scope === undefined)
						return this.#tabs.post({ kind: 'confirmed', ...told });
					this.#tabs.post({ kind: 'reload' });
					if (ahead) await this.#reload();
				},
			);
			this.#forgetDownload();
			if (!ahead) return this.#settle();
			// Until they are read from there, nothing goes back to what they said.
			if (ahead.refuse)
				for (const pending of replica.pending)
					if (pending.n !== null && !pending.refused && ahead.refuse.which(pending)) replica.refuse(pending, ahead.refuse.reason);
			// They get their numbers from the disk; until then they are shown.
			for (const transaction of ahead.transactions) {
				replica.add({ ...transaction, n: 0, ackedSeq: null, refused: null });
				this.#outbox.lastStamp = Math.max(this.#outbox.lastStamp, transaction.stamp); // what is written now comes after
			}
		});
		this.#release();
		this.mana.refresh();
	}

	/**
	 * Lets go of what left the part that is kept here. What this tab is not finished with stays, and is asked for by its name from now on, so that
	 * it does not stand here as it once was.
	 */
	#leave(
		{ gone = [], scope, anew = false, cells }: RemotePatch,
		earlier: Scope | null,
	): { gone: readonly Name[]; leaving: readonly Name[] } {
		const { leaving: before, scope: held } = this.#space;
		const came = new Set(anew || before.length > 0 ? cells.map(nameKey) : []);
		const listed = new Set(held?.records.map(nameKey));
		const asked = new Set(earlier?.records.map(nameKey));
		const out = new Map(gone.map((name) => [nameKey(name), name]));
		if (held && (scope !== undefined || anew))
			for (const name of this.#parts.remote!.conversation.outside(this.mana.replica, held, anew ? came : null))
				out.set(nameKey(name), name);
		const leaving = new Map([...out].filter(([, name]) => this.#isUnfinished(name)));
		for (const key of leaving.keys()) out.delete(key);
		for (const name of before) {
			const key = nameKey(name);
			// What came back is here like anything else, and so is what is of a collection that is whole now.
			if (!this.isWhole(name.collection) && (listed.has(key) || !came.has(key))) leaving.set(key, name);
			// Asked for by its name for the first time, and nothing came: there is no such record any more.
			if (earlier && scope !== undefined && listed.has(key) && !asked.has(key) && !came.has(key)) out.set(key, name);
		}
		if (out.size > 0) this.mana.forgetCounts();
		this.mana.replica.evict(out.values());
		this.#space = { ...this.#space, leaving: [...leaving.values()] };
		return { gone: [...out.values()], leaving: this.#space.leaving };
	}

	/** Asks no more for what stayed only because something was unfinished with it. What was not brought up to date since goes at once. */
	#release(): void {
		const { epoch, seq, reach, leaving: before, scope } = this.#space;
		const leaving = before.filter((name) => this.#isUnfinished(name));
		if (leaving.length === before.length || this.#keeper.generation === null) return;
		const listed = new Set(scope?.records.map(nameKey));
		const gone = before.filter((name) => !leaving.includes(name) && !listed.has(nameKey(name)));
		if (gone.length > 0) this.mana.forgetCounts();
		this.mana.replica.evict(gone);
		this.#space = { ...this.#space, leaving };
		this.#keeper.write(async (store, generation) => {
			const cells = await store.applyRemote({ epoch, to: seq, cells: [], replace: false, gone, leaving }, generation);
			this.#tabs.post({ kind: 'confirmed', device: this.#device, epoch, from: seq, to: seq, reach, cells, gone, leaving });
		});
	}

	/** Whether this tab may still want to do something with a record: writes of it are on their way or were refused, or can be taken back. */
	#isUnfinished(name: Name): boolean {
		return this.mana.replica.isUnfinished(name) || this.mana.remembers(name);
	}

	get wanted(): Scope | null {
		const { remote, env } = this.#parts;
		if (!remote?.parts) return null;
		return remote.conversation.scopeOf(remote.parts, this.#keeping, env.now() + this.mana.skewMs, this.#space.leaving);
	}

	holdUnsent(): void {
		const { replica } = this.mana;
		const names = [...replica.pending].flatMap(({ refused, ops }) => (refused ? [] : ops)).filter((op) => replica.knows(op));
		const held = names.map(({ collection, record }) => ({ collection, record }));
		const leaving = [...new Map([...this.#space.leaving, ...held].map((name) => [nameKey(name), name])).values()];
		this.#space = { ...this.#space, leaving };
	}

	/** What the person wants to be kept here changes: on the disk, in all tabs, and in what the server is asked for. */
	async #keep(change: (keeping: Keeping, now: number) => Keeping): Promise<void> {
		const now = Math.round(this.#parts.env.now() + this.mana.skewMs);
		this.#keeping = await this.#keeper.store.keep((keeping) => change(keeping, now));
		this.#tabs.post({ kind: 'keeping', keeping: this.#keeping });
		this.#session?.rescope();
		this.mana.refresh();
	}

	/** What stands on the disk is not what is shown here: all of it is written anew. */
	#rewrite(): void {
		if (!this.leads) return;
		const { found, mended } = this.digest;
		this.replaced([...this.mana.replica.allCells()]);
		this.state({ digest: { ...this.digest, found: found + 1, mended: mended + 1 } });
	}

	#forgetDownload(): void {
		this.#fetched.clear();
		this.#shown.hashes.clear();
	}

	/** The server went back to a backup: what it lost and this device has, to be sent again by a new device (`ahead.ts`). */
	#aheadOf(cells: readonly Cell[]): Ahead | null {
		const { remote } = this.#parts;
		if (!remote) return null;
		const { replica } = this.mana;
		// A pending transaction is known by its stamp, so no two may have the same.
		const taken = new Set([...replica.pending].map(({ stamp }) => stamp));
		const transactions = remote.conversation.aheadOf(replica.allCells(), cells).map((transaction) => {
			let { stamp } = transaction;
			while (taken.has(stamp)) stamp++;
			taken.add(stamp);
			return { ...transaction, stamp };
		});
		return transactions.length > 0 ? { device: newDeviceId(this.#parts.env.randomBytes), transactions } : null;
	}

	/**
	 * The space was away from us for so long that the server has forgotten what it removed. What this device wrote about such a record would bring back a
	 * piece of it: it waits for the person instead, and the rest is sent by a new device, for the old one's numbers have no gaps.
	 */
	#renewalOf(cells: readonly Cell[]): Ahead | null {
		const known = new Set<string>();
		// An old chunk may still hold what a tombstone behind it clears.
		for (const cell of cells) {
			if (isTombstone(cell)) known.delete(recordKey(cell));
			else known.add(recordKey(cell));
		}
		const { replica } = this.mana;
		const lost = new Set<string>();
		for (const name of replica.names())
			if (!known.has(recordKey(name)) && (replica.knows(name) || replica.isGone(name))) lost.add(recordKey(name));
		if (lost.size === 0) return null;
		const which = ({ ops }: { readonly ops: readonly Op[] }) => ops.some((op) => lost.has(recordKey(op)));
		return { device: newDeviceId(this.#parts.env.randomBytes), transactions: [], refuse: { which, reason: FORGOTTEN } };
	}

	acked(ack: Ack): void {
		this.mana.replica.batch(() => {
			this.#outbox.acked(ack);
			this.#settle();
			this.#release();
		});
		this.mana.refresh();
	}

	get digest(): DigestState {
		return this.mana.sync.digest;
	}

	isWhole(collection: number): boolean {
		const { scope } = this.#space;
		return scope === null || this.#parts.remote!.conversation.isAll(scope, collection);
	}

	get confirmedState(): Confirmed {
		return this.mana.replica;
	}

	get leads(): boolean {
		return this.#keeper.generation !== null;
	}

	get live(): boolean {
		return this.mana.sync.phase === 'live';
	}

	present(frame: PresenceFrame): void {
		// Also where only another tab of this device listens.
		void this.#meet().then((presence) => presence?.heard(frame));
	}

	forward(question: Digest): void {
		this.#tabs.post({ kind: 'question', question });
	}

	differs(): void {
		this.#tabs.post({ kind: 'differs' });
	}

	replaced(cells: readonly Cell[]): void {
		this.#keepOnly(cells, [], this.#space.reach);
	}

	narrowed(reach: readonly number[]): void {
		const { replica } = this.mana;
		const cells = [...visibleTo({ apps: reach }, [...replica.allCells()])];
		const conflicts = this.mana.conflicts();
		const kept = visibleTo({ apps: reach }, conflicts);
		this.mana.noteConflicts([], kept);
		const leaving = visibleTo({ apps: reach }, this.#space.leaving);
		this.#space = { ...this.#space, leaving };
		this.mana.forgetCounts();
		this.#forgetDownload();
		this.#keepOnly(
			cells,
			conflicts.filter((conflict) => !kept.includes(conflict)),
			reach,
		);
	}

	/** Puts cells in the place of all that is confirmed, at the same checkpoint. */
	#keepOnly(cells: readonly Cell[], conflicts: readonly Conflict[], reach: SpaceRow['reach']): void {
		const { epoch, seq, leaving } = this.#space;
		this.#space = { ...this.#space, reach };
		this.#keeper.write(async (store, generation) => {
			await store.applyRemote({ epoch, to: seq, cells, replace: true, reach, leaving }, generation);
			for (const { id } of conflicts) await store.forgetConflict(id);
			this.#tabs.post({ kind: 'reload' });
		});
		this.mana.replica.replace(cells);
		this.mana.refresh();
	}

	revoked(): void {
		this.#tabs.post({ kind: 'revoked' });
		void this.#wipe();
	}

	/** The space was taken from this person: memory, journal, pages and outbox go, at once and for good. */
	async #wipe(): Promise<void> {
		if (this.#closed) return;
		const { store } = this.#parts;
		this.#revoked = true;
		this.abandon(); // whoever leads next must not begin to write while this one cleans up
		this.#forgetDownload();
		const { replica } = this.mana;
		const unsaved = [...replica.pending].filter(({ n }) => n === null);
		replica.batch(() => {
			replica.replace([]);
			this.mana.noteConflicts([], []);
			for (const pending of replica.pending) if (!unsaved.includes(pending)) replica.remove(pending);
		});
		this.mana.refresh({
			phase: 'stopped',
			retryAt: null,
			firstSync: null,
			problem: {
				code: 'revoked',
				detail: 'You are no member of this space any more. What it held was removed from this device.',
			},
		});
		// What was written a moment ago is first put where it can be taken to the quarantine from.
		await this.#keeper.idle();
		const from = this.#origin();
		try {
			await this.#keeper.store.wipe(from);
			if (this.#keeper.store !== store) await store.wipe(from);
		} catch (error) {
			this.#parts.report(error);
		}
		replica.batch(() => [...replica.pending].forEach((pending) => replica.remove(pending)));
		this.#space = { id: this.#space.id, epoch: 0, seq: 0, actor: 0, reach: null, scope: null, leaving: [] };
		this.mana.refresh();
	}

	/** What this tab has loaded was wiped by another one: what it wrote since goes to the quarantine, and it begins anew. */
	async #taken(transactions: readonly Pending[]): Promise<void> {
		await this.#keeper.store.quarantine(transactions, this.#origin());
		const { replica } = this.mana;
		replica.batch(() => transactions.forEach((pending) => replica.remove(pending)));
		this.mana.refresh();
		void this.#reload();
	}

	/** What the quarantine says of things that were written here. */
	#origin(): Origin {
		const { remote, env, spaceName } = this.#parts;
		return { space: remote?.space ?? this.#space.id, name: spaceName?.() ?? '', at: Math.round(env.now()) };
	}

	async disown(): Promise<void> {
		await this.#keeper.idle();
		const { device, space } = await this.#keeper.store.glance();
		const explained = device.device !== this.#device || space.nextN !== this.nextN || space.doneN !== this.doneN;
		if (explained) return this.#reload();
		this.#keeper.write((store, generation) => store.reissue(newDeviceId(this.#parts.env.randomBytes), generation));
		await this.#keeper.idle();
		await this.#reload();
		this.#tabs.post({ kind: 'reload' });
	}

	clockMeasured(skewMs: number): void {
		const moved = Math.abs(skewMs - this.mana.skewMs) > 250;
		this.mana.skewMs = skewMs;
		if (moved) this.#keeper.write((store, generation) => store.learn({ skewMs }, generation));
	}

	state(change: Partial<SyncState>): void {
		this.mana.refresh(change);
		this.#tellSync();
	}

	// The outbox

	#stored(transactions: readonly Pending[], stored: readonly StoredTransaction[]): void {
		this.#outbox.stored(transactions, stored);
		const { epoch, seq } = this.#space;
		this.#tabs.post({ kind: 'committed', device: this.#device, epoch, seq, transactions: stored });
		this.#takeEarly();
		this.#session?.flush();
	}

	/** Writes down what is decided and has arrived. */
	#settle(): void {
		const settled = this.#outbox.settle(this.#space.seq);
		if (!settled) return;
		const { n, restamped, refused, lost } = settled;
		this.mana.noteConflicts(lost);
		this.#keeper.write(async (store, generation) => {
			await store.settle(n, refused, lost, generation);
			this.#outbox.knownN = n;
			const reasons = refused.map(({ n, refused }) => ({ n, ...refused! }));
			this.#tabs.post({ kind: 'acked', device: this.#device, ack: { n, restamped, refused: reasons } });
		});
	}

	/** A guest has no server that would confirm what was written, so that the outbox would grow for ever. */
	#fold(): void {
		const cells: Cell[] = [];
		for (const pending of this.#outbox.all()) {
			for (const op of pending.ops) cells.push(cellOf(op, pending.stamp, this.mana.replica.actor));
			pending.ackedSeq = this.#space.seq + 1;
		}
		this.confirmed({ epoch: this.#space.epoch, to: this.#space.seq + 1, cells, replace: false });
	}

	#standing(): Standing {
		const { id, epoch, seq, actor, reach } = this.#space;
		const { generation, store } = this.#keeper;
		const { entries, bytes } = store.journalSize;
		const { nextN, doneN } = this.#outbox;
		const conversation = generation === null ? null : (this.#session?.standing ?? null);
		const where = { device: this.#device, space: id, epoch, seq, actor, reach, nextN, doneN };
		return { ...where, skewMs: this.mana.skewMs, generation, journal: { entries, bytes }, conversation };
	}

	// The other tabs

	#heard(message: TabMessage): void {
		if (this.#closed) return;
		if ('device' in message && message.device !== this.#device) return void this.#reload();
		const { replica } = this.mana;
		switch (message.kind) {
			case 'committed':
				this.#early.add(message);
				return this.#takeEarly();
			case 'confirmed': {
				const { seq, epoch, reach } = this.#space;
				if (epoch !== message.epoch && seq > 0) return void this.#reload();
				if (message.from > seq || !sameReach({ apps: message.reach }, { apps: reach })) return void this.#reload();
				if (message.to < seq || (message.to === seq && message.gone.length === 0)) return;
				const cells = readCells(new ByteReader(message.cells));
				const merge = () => {
					this.#space = { ...this.#space, epoch: message.epoch, seq: message.to, leaving: message.leaving };
					replica.seq = message.to;
					replica.batch(() => {
						if (message.gone.length > 0) this.mana.forgetCounts();
						replica.evict(message.gone);
						replica.merge(cells);
						replica.sweep();
					});
				};
				if (this.#session) this.#session.around(cells, merge);
				else merge();
				return this.#takeEarly();
			}
			case 'acked':
				this.mana.noteConflicts(this.#outbox.settled(message.ack));
				return this.mana.refresh();
			case 'forgotten':
				return this.#forgotten(message.stamp);
			case 'keeping':
				this.#keeping = message.keeping;
				this.#session?.rescope();
				return this.mana.refresh();
			case 'conflict-settled':
				return this.mana.dropConflict(message.id);
			case 'sync':
				return this.#heardSync(message);
			case 'presence':
				if (this.#presence || this.leads) void this.#meet().then((presence) => presence?.told(message.message));
				return;
			case 'question':
				return this.#session?.ask(message.question, (answer) => this.#tabs.post({ kind: 'answer', answer }));
			case 'answer':
				return this.#session?.answered(message.answer);
			case 'differs':
				return this.#rewrite();
			case 'waking':
				return this.#session?.wake();
			case 'inspecting':
				if (this.#keeper.generation !== null) this.#tabs.post({ kind: 'inspected', standing: this.#standing() });
				return;
			case 'inspected':
				for (const resolve of this.#inspectors) resolve(message.standing);
				return this.#inspectors.clear();
			case 'asking':
				return this.#tellSync();
			case 'reload':
				return void this.#reload();
			case 'revoked':
				return void this.#wipe();
			case 'forgetting':
				this.abandon();
				this.#keeper.store.close();
				return this.mana.refresh({
					phase: 'stopped',
					durable: false,
					problem: { code: 'forgotten', detail: 'This account was removed from this device.' },
				});
		}
	}

	/** Shows and sends what other tabs wrote, as soon as this one knows what they knew. */
	#takeEarly(): void {
		let taken = false;
		const { epoch, seq } = this.#space;
		for (let message; (message = this.#early.next({ epoch, seq, nextN: this.#outbox.nextN })); taken = true) {
			const { transactions } = message;
			this.mana.replica.batch(() => transactions.forEach((transaction) => this.#outbox.add(transaction)));
		}
		if (!taken) return;
		this.#session?.flush();
		this.mana.refresh();
	}

	#forgotten(stamp: number): void {
		const { replica } = this.mana;
		for (const pending of replica.pending) if (pending.refused && pending.stamp === stamp) replica.remove(pending);
		this.mana.refresh();
	}

	/** Not of the apps that may be read: those are heard of together with what lies in them, from the disk. */
	#heardSync({ state, space, skewMs }: TabMessage & { kind: 'sync' }): void {
		if (this.#keeper.generation !== null) return;
		this.#space = { ...this.#space, ...space };
		this.#speakAs(space.actor);
		this.mana.skewMs = skewMs;
		if (this.mana.replica.pending.size === 0) this.#outbox.lastStamp = 0;
		this.mana.refresh({ ...state, leader: false, durable: this.#keeper.store.durable });
	}

	#tellSync(): void {
		if (this.#keeper.generation === null) return;
		const { id, actor } = this.#space;
		const { sync: state, skewMs } = this.mana;
		this.#tabs.post({ kind: 'sync', generation: this.#keeper.generation, state, space: { id, actor }, skewMs });
	}

	/** A guest has no server that gives it an actor; it is a device all the same. */
	#speakAs(actor: number): void {
		this.mana.replica.actor = this.#parts.remote ? actor : GUEST;
	}

	async #claim(generation: number): Promise<boolean> {
		if (this.#closed) return false;
		try {
			return await this.#keeper.store.claim(generation);
		} catch (error) {
			await this.#keeper.inTurn(() => this.#goVolatile(error));
			return false;
		}
	}

	async #lead(generation: number): Promise<void> {
		this.#keeper.generation = generation;
		const disk = await this.#glance();
		if (disk && (isBehind(this.#position(), disk) || disk.seq !== this.#space.seq)) await this.#reload();
		if (this.#closed || this.#keeper.generation !== generation) return;
		this.mana.refresh({ leader: true });
		this.#session?.start();
		this.#tellSync();
	}

	#follow(): void {
		this.#keeper.generation = null;
		this.#session?.stop();
		this.mana.refresh({ leader: false });
	}

	// The disk

	#checkpoint(): void {
		this.#changedAt = this.#parts.env.elapsed();
		this.#keeper.write(async (store, generation) => {
			if (store.journalSize.entries === 0) return;
			const done = await store.checkpoint((collection, id) => this.mana.replica.cells(collection, id), generation);
			if (!done) await this.#reload();
		});
	}

	/** Loads everything anew when the disk has what this tab was not told, twice in a row: what is told late is not lost. */
	async #poll(): Promise<void> {
		const disk = await this.#glance();
		const behind = disk && isBehind(this.#position(), disk) ? JSON.stringify(disk) : null;
		if (behind !== null && behind === this.#behind) await this.#reload();
		this.#behind = behind;
	}

	/** Where the disk is, once everything that this tab wrote is there; `null` when that cannot be known. */
	async #glance(): Promise<Position | null> {
		try {
			await this.#keeper.idle();
			if (this.#closed) return null;
			const { device, space } = await this.#keeper.store.glance();
			const { epoch, seq, reach, scope, nextN, doneN } = space;
			return { device: device.device, epoch, seq, reach, scope, nextN, doneN };
		} catch (error) {
			this.#parts.report(error);
			return null;
		}
	}

	/** Where this tab is; a hole in its outbox counts as not knowing what comes after. */
	#position(): Position {
		const { doneN } = this.#outbox;
		const nextN = doneN + 1 + [...this.#outbox.from(doneN + 1)].length;
		const { epoch, seq, reach, scope } = this.#space;
		return { device: this.#device, epoch, seq, reach, scope, nextN, doneN };
	}

	/** Takes the state from the disk, keeping what is not there yet. */
	#reload(): Promise<void> {
		return this.#keeper.inTurn(async () => {
			if (this.#closed) return;
			this.#session?.stop();
			try {
				const loaded = await this.#keeper.store.load();
				if (this.#closed) return; // it was taken away, or forgotten, while it was read
				this.#adopt(loaded);
			} catch (error) {
				await this.#goVolatile(error);
			}
			if (this.#keeper.generation !== null) this.#session?.start();
		});
	}

	#adopt({ device, space, chunks, fetched, gone, cells, outbox, conflicts, keeping, damaged }: Loaded): void {
		const { replica } = this.mana;
		this.mana.noteConflicts([], conflicts);
		if (!sameReach({ apps: space.reach }, { apps: this.#space.reach })) this.mana.forgetCounts();
		this.#keeping = keeping;
		this.#device = device.device;
		this.#space = { ...space, id: this.#parts.remote?.space ?? space.id };
		replica.seq = space.seq;
		this.mana.skewMs = device.skewMs;
		this.#forgetDownload();
		for (const { hash, chunk } of fetched) this.#fetched.set(hash, chunk);
		this.#outbox.lastStamp = Math.max(this.#outbox.lastStamp, device.clock);
		this.#speakAs(space.actor);
		replica.batch(() => {
			replica.replace(cells, chunks, gone);
			this.#outbox.load(outbox, space);
			replica.sweep();
		});
		this.#early.loaded(space.nextN);
		this.#takeEarly();
		const { found, mended } = this.digest;
		this.mana.refresh(damaged ? { digest: { ...this.digest, found: found + 1, mended: mended + 1 } } : {});
	}

	/**
	 * The disk failed: go on in memory, as a device of its own that syncs by itself. What stands in the outbox on the disk stays there
	 * and is sent once more when it can be read again; sending twice changes nothing.
	 */
	async #goVolatile(error: unknown, failed: readonly Pending[] = []): Promise<void> {
		this.#parts.report(error);
		if (this.#closed || !this.#keeper.store.durable) return;
		this.#session?.stop();
		this.#keeper.generation = null;
		this.#keeper.store = this.#parts.spare();
		this.#forgetDownload();
		const { replica } = this.mana;
		const { id, epoch, seq, reach, scope, leaving } = this.#space;
		if (seq === 0) replica.replace([]); // a part of a first download; it begins anew
		const { device } = await this.#keeper.store.load();
		await this.#keeper.store.learn({ id, person: this.#parts.remote?.person ?? null }, 0);
		await this.#keeper.store.applyRemote(
			{ epoch, to: seq, cells: [...replica.allCells()], replace: true, reach, scope, leaving },
			0,
		);
		await this.#keeper.store.keep(() => this.#keeping);
		const kept = [...replica.pending].filter((pending) => pending.n !== null || failed.includes(pending));
		const unsent = kept.filter(({ refused }) => !refused);
		this.#device = device.device;
		this.#space = { id, epoch, seq, actor: 0, reach, scope, leaving };
		const stored = await this.#keeper.store.commitLocal(unsent);
		replica.batch(() => {
			this.#outbox.load([], { doneN: 0, nextN: 1 });
			for (const pending of kept) replica.add(pending);
			this.#outbox.stored(unsent, stored);
		});
		this.mana.refresh({ durable: false });
		this.#alone();
	}

	/** Nobody else shares our store: lead without asking. */
	#alone(): void {
		this.#tabs.close();
		this.#keeper.generation = 0;
		this.mana.refresh({ leader: true });
		this.#session?.start();
	}

	/** After a time with a clock far in front, stamps may go back to the right time once nothing wrong is on its way. */
	#setClockRight(): void {
		const right = stampAt(this.#parts.env.now() + this.mana.skewMs);
		const tooFar = this.#outbox.lastStamp > stampAt(this.#parts.env.now() + this.mana.skewMs + 2 * MAX_DRIFT_MS);
		if (this.mana.sync.phase !== 'live' || !tooFar || this.mana.replica.pending.size > 0) return;
		const clock = Math.max(right, this.mana.replica.seenStamp);
		this.#outbox.lastStamp = clock;
		this.#keeper.write((store, generation) => store.learn({ clock }, generation));
	}
}

/** The actor of what a guest wrote. */
const GUEST = 1;

const FORGOTTEN = {
	code: 'gone',
	detail: 'This was removed for good while you were away. Send what you wrote again to keep it as something new, or drop it.',
} as const;

/** What the client knows of its space. */
type Place = Pick<SpaceRow, 'id' | 'epoch' | 'seq' | 'actor' | 'reach' | 'scope' | 'leaving'>;

function without(cells: readonly Cell[], gone: readonly Name[]): readonly Cell[] {
	const names = new Set(gone.map(nameKey));
	return cells.filter((cell) => !names.has(nameKey(cell)));
}

/** How far somebody has come. */
interface Position extends Pick<SpaceRow, 'epoch' | 'seq' | 'reach' | 'scope' | 'nextN' | 'doneN'> {
	readonly device: DeviceId;
}

function isBehind(tab: Position, disk: Position): boolean {
	const otherHistory =
		tab.device !== disk.device ||
		tab.epoch !== disk.epoch ||
		!sameReach({ apps: tab.reach }, { apps: disk.reach }) ||
		JSON.stringify(tab.scope) !== JSON.stringify(disk.scope);
	return otherHistory || tab.seq < disk.seq || tab.nextN < disk.nextN || tab.doneN < disk.doneN;
}

/** Every cell that a patch brings, older ones first. */
function everyCell(chunks: readonly NamedChunk[] | undefined, cells: readonly Cell[]): readonly Cell[] {
	return chunks ? [...chunks.flatMap(({ chunk }) => [...cellsOfChunk(chunk)]), ...cells] : cells;
}

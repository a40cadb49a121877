import type { DeviceId } from '../cell.ts';
import type { HistoryQuestion, RecordChanges } from '../record-history.ts';
import { HistoryUnavailable, type Kept, type Standing } from './api.ts';
import type { Blobs } from './blobs/blobs.ts';
import type { ClientParts } from './client-parts.ts';
import { StorageFailed, StorageFull } from './disk.ts';
import { Keeper } from './keeper.ts';
import { insist, type Later } from './later.ts';
import { ALONE, EVERYTHING_KEPT, LocalMana, type Backing } from './local.ts';
import { OnDisk } from './on-disk.ts';
import { OwnWrites } from './own-writes.ts';
import type { Here } from './position.ts';
import type { Meeting, PresencePlace } from './conversation/presence.ts';
import type { Pending } from './pending.ts';
import type { Loaded } from './store.ts';
import { Room } from './room.ts';
import { TabState } from './tab-state.ts';
import { TabTalk } from './tab-talk.ts';
import { Tabs, type TabMessage } from './tabs.ts';
import type { Upstream } from './conversation/upstream.ts';

/**
 * One tab of one account: the local state, its disk, the other tabs and, while this tab leads, the conversation with the server. What is
 * shown never waits for any of them.
 */
export class Client implements Backing {
	readonly mana: LocalMana;
	readonly kept: Kept;
	/** Whether the disk was empty when this client opened. */
	readonly fresh: boolean;
	/** What this tab has to do with the server; `null` for a guest. */
	readonly upstream: Upstream | null;
	readonly #parts: ClientParts;
	readonly #state: TabState;
	readonly #writes: OwnWrites;
	readonly #disk: OnDisk;
	readonly #talk: TabTalk;
	readonly #room: Room;
	#stopTicking = (): void => undefined;
	#edited = false;
	#files: Promise<Blobs> | null = null;

	/** Opens an account from its disk, in slices: nobody sees it before all of it is here. What other tabs say meanwhile is not lost. */
	static async open(parts: ClientParts): Promise<Client> {
		const heard: TabMessage[] = [];
		parts.channel.listen((message) => heard.push(message));
		try {
			const { client, generation } = await Client.#load(parts);
			for (const message of heard) client.#talk.hear(message);
			client.#state.tabs.start(generation);
			return client;
		} catch (error) {
			parts.report(error);
			const { MemoryDisk } = await insist(() => parts.later.volatile(), parts.env, parts.report);
			const { client } = await Client.#load({ ...parts, store: parts.storeOn(new MemoryDisk()) });
			if (error instanceof StorageFull) client.mana.refresh({ full: true });
			client.#alone();
			return client;
		}
	}

	static async #load(parts: ClientParts): Promise<{ client: Client; generation: number }> {
		const loaded = await parts.store.load(parts.breathe);
		const client = new Client(parts, loaded);
		await client.#disk.fill(loaded, parts.breathe);
		client.#begin(loaded);
		return { client, generation: loaded.device.generation };
	}

	private constructor(parts: ClientParts, loaded: Loaded) {
		const { env, store, report, remote } = parts;
		this.#parts = parts;
		this.fresh = loaded.fresh;
		this.mana = new LocalMana(env, this);
		const keeper = new Keeper({
			store,
			stored: (transactions, rows) => this.#writes.stored(transactions, rows),
			taken: (transactions) => this.#taken(transactions),
			full: () => this.#room.full(),
			failed: (error, transactions) => this.#disk.goVolatile(error, transactions),
			fenced: () => tabs.fenced(),
			report,
		});
		const tabs = new Tabs({
			...parts,
			claim: (generation) => this.#claim(generation),
			latest: async () => (await keeper.store.glance()).device.generation,
			lead: (generation) => void this.#lead(generation),
			follow: () => this.#follow(),
			heard: (message) => this.#talk.hear(message),
		});
		const state = new TabState(parts, loaded, { mana: this.mana, keeper, tabs });
		const writes = new OwnWrites(state);
		const disk = new OnDisk(state, writes, () => this.#alone());
		const abandon = () => this.abandon();
		const talk = new TabTalk({ state, writes, disk, upstream: () => this.upstream, abandon });
		this.#state = state;
		this.#writes = writes;
		this.#disk = disk;
		this.#talk = talk;
		const tellSync = () => talk.tellSync();
		this.upstream = remote && new remote.conversation.Upstream({ state, remote, writes, disk, tellSync, abandon });
		state.session = this.upstream?.session ?? null;
		this.kept = this.upstream?.kept ?? EVERYTHING_KEPT;
		this.#room = new Room({
			state,
			dropFiles: () => this.#dropFiles(),
			letGo: async () => this.upstream?.makeRoom(),
		});
	}

	/** All that the disk has is in memory. */
	#begin(loaded: Loaded): void {
		const { env, store, remote } = this.#parts;
		this.#disk.adopt(loaded, () => undefined);
		this.mana.refresh({ phase: remote ? 'connecting' : 'guest', durable: store.durable, leader: false });
		this.#stopTicking = env.every(1_000, () => this.tick());
	}

	/** What this tab knows of its space. */
	get space(): Here {
		return this.#state.space;
	}

	/** Which device it is. */
	get device(): DeviceId {
		return this.#state.device;
	}

	/** Time has passed. */
	tick(): void {
		const { tabs, session } = this.#state;
		tabs.tick();
		this.#disk.tick();
		session?.tick();
		this.mana.lookOn();
		this.#room.tick();
		if (!this.#state.leads) return;
		if (this.upstream) this.upstream.tick();
		else this.#writes.fold();
		this.#disk.checkpointWhenDue();
	}

	/** The network or the person came back: try now. */
	wake(): void {
		this.#state.session?.wake();
		this.#state.tabs.post({ kind: 'waking' });
		void this.#disk.poll();
	}

	// Backing: what the local half asks for

	inspect(): Promise<Standing> {
		return this.#talk.inspect();
	}

	async presence(place: PresencePlace): Promise<Meeting> {
		return this.upstream ? this.upstream.company.join(place) : ALONE;
	}

	save(transactions: readonly Pending[]): Promise<void> {
		const { revoked, closing, keeper, replica } = this.#state;
		if (revoked) replica.batch(() => transactions.forEach((pending) => replica.remove(pending)));
		if (closing) return Promise.reject(new StorageFailed('This Mana was closed.'));
		if (!this.#edited) this.#parts.edited?.();
		this.#edited = true;
		this.upstream?.ground(transactions);
		return keeper.commit(transactions);
	}

	forget(pending: Pending): Promise<void> {
		return this.#writes.forget(pending);
	}

	get decisions(): Later['decisions'] {
		return this.#parts.later.decisions;
	}

	async forgetConflict(id: string): Promise<void> {
		await this.#state.keeper.store.forgetConflict(id);
		this.#state.tabs.post({ kind: 'conflict-settled', id });
	}

	files(): Promise<Blobs> {
		if (this.#state.closing) return Promise.reject(new StorageFailed('This Mana was closed.'));
		if (!this.#files) {
			const opening = this.#parts.files(this);
			opening.catch(() => (this.#files = null)); // whoever asks hears why, and may ask again
			this.#files = opening;
		}
		return this.#files;
	}

	async askHistory(question: HistoryQuestion): Promise<RecordChanges> {
		if (!this.upstream) throw new HistoryUnavailable('guest');
		return this.upstream.askHistory(question);
	}

	async close(): Promise<void> {
		const { keeper } = this.#state;
		this.#state.closing = true;
		this.#state.session?.stop();
		await this.#closeFiles();
		await keeper.idle();
		this.abandon();
		await keeper.idle();
		keeper.store.close();
	}

	/** Stops at once, as if the tab had been killed. */
	abandon(): void {
		if (this.#state.closed) return;
		this.upstream?.company.close();
		this.#state.closing = this.#state.closed = true;
		this.#parts.ended?.();
		this.#stopTicking();
		this.#state.session?.stop();
		void this.#closeFiles();
		this.#state.tabs.close();
	}

	/** Removes files that the server has too. */
	async #dropFiles(): Promise<number> {
		const files = await this.#files?.catch(() => null); // what did not open holds nothing
		return files ? files.makeRoom() : this.#state.keeper.store.makeRoom();
	}

	async #closeFiles(): Promise<void> {
		const files = await this.#files?.catch(() => null); // what did not open needs no closing
		await files?.close();
	}

	/** What this tab has loaded was wiped by another one: it begins anew. */
	async #taken(transactions: readonly Pending[]): Promise<void> {
		await this.#writes.taken(transactions);
		void this.#disk.reload();
	}

	// Who leads

	async #claim(generation: number): Promise<boolean> {
		const { keeper } = this.#state;
		if (this.#state.closed) return false;
		try {
			return await keeper.store.claim(generation);
		} catch (error) {
			await keeper.inTurn(() => this.#disk.goVolatile(error));
			return false;
		}
	}

	async #lead(generation: number): Promise<void> {
		const { keeper, session } = this.#state;
		keeper.generation = generation;
		await this.#disk.catchUp();
		if (this.#state.closed || keeper.generation !== generation) return;
		this.mana.refresh({ leader: true });
		session?.start();
		this.#talk.tellSync();
	}

	#follow(): void {
		this.#state.keeper.generation = null;
		this.#state.session?.stop();
		this.mana.refresh({ leader: false });
	}

	/** Nobody else shares our store: lead without asking. */
	#alone(): void {
		const { tabs, keeper, session } = this.#state;
		tabs.close();
		keeper.generation = 0;
		this.mana.refresh({ leader: true });
		session?.start();
	}
}

import type { Cell } from '../cell.ts';
import { shelfWith } from '../client/conversation/chunk-shelf.ts';
import * as chunks from '../client/conversation/chunks.ts';
import { Client } from '../client/client.ts';
import type { ClientParts, Remote } from '../client/client-parts.ts';
import { JournalStore } from '../client/journal-store.ts';
import * as checkup from '../client/conversation/checkup.ts';
import * as large from '../client/large/index.ts';
import type { Pace } from '../client/large/pace.ts';
import * as conversations from '../client/conversation/index.ts';
import { schemaOf } from '../client/open.ts';
import * as decisions from '../client/decisions.ts';
import type { Breathe } from '../client/breathe.ts';
import type { Disk } from '../client/disk.ts';
import type { Later } from '../client/later.ts';
import * as repair from '../client/repair.ts';
import { type ClientStore, PERSONAL } from '../client/store.ts';
import * as volatile from '../client/volatile.ts';
import type { LinkHandlers } from '../client/link.ts';
import type { Channel, Locks, TabMessage } from '../client/tabs.ts';
import type { ChunkHash } from '../snapshot/index.ts';
import { BrowserDisk, type DiskParts } from './browser-disk.ts';
import { CreditWatch } from './credit-watch.ts';
import { telling } from './fencing.ts';
import type { Things } from './things.ts';
import { type Acceptor, type CutMode, Exchange, Wire, type Weather } from './wire.ts';

/** How long a message to another tab takes at most, ms. */
const SLOWEST_MESSAGE_MS = 60;

/** Nothing is loaded later: that would take real time. */
const chunkShelf = shelfWith(chunks);
const conversation = {
	...conversations,
	chunkShelf,
	chunks: () => Promise.resolve(chunks),
	checkup: () => Promise.resolve(checkup),
};
const later: Later = {
	volatile: () => Promise.resolve(volatile),
	repair: () => Promise.resolve(repair),
	decisions: () => Promise.resolve(decisions),
};

export interface BrowserParts extends DiskParts {
	readonly acceptor: Acceptor;
	readonly weather: Weather;
	readonly person: string;
	/** Streams, or HTTP exchanges. */
	readonly transport: 'stream' | 'exchange';
	/** The profile's disk; another browser's for a cloned profile. */
	readonly disk?: BrowserDisk;
	/** The builds of the app: a browser has the first, and after an upgrade the second. */
	readonly builds: readonly [Things, Things];
	/** Cells from which on its tabs take a checkpoint in by slices; absent: at once. */
	readonly slicedFrom: number | undefined;
	/** Whether it keeps what the models say, and not everything. */
	readonly parts: boolean;
	/** What its tabs say to each other may come in another order than it was said, but for what one says to another. */
	readonly overtaking: boolean;
	/** Makes a tab's client defective, when somebody wants that. */
	damage?(client: Client): void;
	/** Stands between a tab and its store, when somebody wants that. */
	browserStore?(store: ClientStore): ClientStore;
	/** A chunk as the server answers it; `null`: it does not. */
	chunk(hash: ChunkHash, person: string): Uint8Array | null;
	/** What a tab hears in place of what another one said, when somebody tampers with that. */
	hear?(message: TabMessage): TabMessage;
	/** What a tab gets instead of a frame, when somebody tampers with the network. */
	tamper?(frame: Uint8Array): readonly Uint8Array[];
	/** A tab was told something, by the server or by another tab. */
	told(tab: Tab): void;
	/** Whether it fetches chunks. */
	readonly takesChunks: boolean;
}

/** One browser profile on one machine: its clock, its disk, its tabs. */
export class Browser {
	/** How far its clock is off, ms. */
	skewMs = 0;
	/** Something here is not what was confirmed, and may be shown until it is mended. */
	damaged = false;
	/** It was so at some time. */
	wasDamaged = false;
	/** How often something was lost on its disk that had been there. */
	harm = 0;
	/** Which build its tabs have. */
	build: 0 | 1;
	readonly weather: Weather;
	readonly disk: BrowserDisk;
	readonly person: string;
	readonly tabs: Tab[] = [];
	readonly #parts: BrowserParts;
	readonly #locks = new Map<string, (() => void)[]>();
	#opened = 0;
	/** When the last message was delivered: by tab, where those of several tabs overtake each other. */
	readonly #postedAt = new Map<string, number>();

	constructor(parts: BrowserParts) {
		this.#parts = parts;
		this.person = parts.person;
		this.weather = parts.weather;
		this.build = parts.dice.chance(0.5) ? 0 : 1;
		this.disk = parts.disk ?? new BrowserDisk(parts);
	}

	/** The collection as the tabs know it. */
	get things(): Things {
		return this.#parts.builds[this.build];
	}

	/** Another build of the app comes, an older one perhaps; all tabs are closed and one is opened. */
	change(): void {
		while (this.tabs.length > 0) this.kill(this.tabs[0]!);
		this.build = this.build === 0 ? 1 : 0;
		this.openTab();
	}

	openTab(): Tab {
		const tab = new Tab(this.#parts, this, ++this.#opened);
		this.tabs.push(tab);
		return tab;
	}

	/** The browser is killed; when the machine loses its power, what was not yet forced to the disk is gone too. */
	crash(power: boolean): void {
		while (this.tabs.length > 0) this.kill(this.tabs[0]!);
		this.disk.crash(power);
		if (power) this.harm++;
	}

	/** Whether the person has a tab that stores what it shows. */
	get stores(): boolean {
		return this.tabs.some(({ client }) => client?.mana.sync.durable !== false);
	}

	kill(tab: Tab): void {
		const at = this.tabs.indexOf(tab);
		if (at < 0) return;
		tab.kill();
		this.tabs.splice(at, 1);
	}

	/** Cuts the connection that is open, if there is one. */
	cut(mode: CutMode): void {
		for (const tab of this.tabs) tab.link?.cut(mode);
	}

	post(from: Tab, said: TabMessage): void {
		const { timeline, dice } = this.#parts;
		const message = this.#parts.hear?.(said) ?? said;
		const isCall = message.kind === 'calling' || (message.kind === 'beat' && message.called);
		const { overtaking } = this.#parts;
		// Messages of one tab keep their order.
		const arrival = (way: string, most: number) => {
			const at = Math.max(this.#postedAt.get(way) ?? 0, timeline.now + (isCall ? 1 : dice.int(0, most)));
			this.#postedAt.set(way, at);
			return at;
		};
		const together = overtaking ? null : arrival('', 2);
		for (const tab of this.tabs) {
			if (tab === from) continue;
			timeline.at(together ?? arrival(`${from.number}>${tab.number}`, SLOWEST_MESSAGE_MS), () =>
				tab.run(() => tab.heard(message)),
			);
		}
	}

	/** Waits for a lock; gives back what releases it when it was granted, or stops waiting. */
	lock(name: string, granted: () => void): () => void {
		const queue = this.#locks.get(name) ?? [];
		this.#locks.set(name, queue);
		if (queue.push(granted) === 1) this.#parts.timeline.after(0, () => queue[0] === granted && granted());
		return () => {
			const at = queue.indexOf(granted);
			if (at >= 0) queue.splice(at, 1);
			if (at === 0 && queue[0]) this.#parts.timeline.after(0, queue[0]);
		};
	}
}

/** One tab with the real client in it. Everything that comes from outside comes through `run`, so that it can be frozen and killed. */
export class Tab {
	client: Client | null = null;
	link: (Wire | Exchange) | null = null;
	readonly browser: Browser;
	readonly number: number;
	/** The collection as this tab knows it. */
	readonly things: Things;
	readonly #parts: BrowserParts;
	readonly #started: number;
	readonly #releases = new Set<() => void>();
	#alive = true;
	#frozen: (() => void)[] | null = null;
	#listener: (message: TabMessage) => void = () => undefined;

	/** @param number which of its browser's tabs, in the order of opening */
	constructor(parts: BrowserParts, browser: Browser, number: number) {
		this.number = number;
		this.#parts = parts;
		this.browser = browser;
		this.things = browser.things;
		this.#started = parts.timeline.now;
		Client.open(this.#clientParts()).then(
			(client) => {
				parts.damage?.(client);
				if (this.#alive) this.client = client;
				else client.abandon();
			},
			(error: unknown) => parts.report(error),
		);
	}

	/** Does something that comes from outside, now or when the tab is thawed, or never when it is dead. */
	run(job: () => void): void {
		if (!this.#alive) return;
		if (this.#frozen) this.#frozen.push(job);
		else job();
	}

	heard(message: TabMessage): void {
		this.#listener(message);
		this.#parts.told(this);
	}

	get frozen(): boolean {
		return this.#frozen !== null;
	}

	freeze(): void {
		this.#frozen ??= [];
	}

	thaw(): void {
		const jobs = this.#frozen ?? [];
		this.#frozen = null;
		for (const job of jobs) this.#parts.timeline.after(0, () => this.run(job));
	}

	kill(): void {
		this.client?.abandon();
		this.#alive = false;
		this.link?.close();
		this.link = null;
		for (const release of this.#releases) release();
	}

	#clientParts(): ClientParts {
		const { timeline, dice, person } = this.#parts;
		const random = (bytes: Uint8Array) => dice.bytes(bytes);
		const storeOn = (disk: Disk) => {
			const store = new JournalStore(disk, random, chunkShelf, PERSONAL, later.repair);
			return this.#parts.browserStore?.(store) ?? store;
		};
		const disk = this.browser.disk.for(this);
		return {
			env: {
				now: () => timeline.now + this.browser.skewMs,
				elapsed: () => timeline.now - this.#started,
				random: () => dice.next(),
				randomBytes: random,
				every: (ms, job) => this.#every(ms, job),
			},
			store: telling(storeOn(disk), disk),
			storeOn,
			later,
			notes: this.browser.disk.notes,
			breathe: this.#breathe(),
			channel: this.#channel(),
			locks: this.#locks(),
			name: person,
			remote: {
				conversation: this.#conversation(),
				person,
				schema: [schemaOf(this.things)],
				...(this.#parts.parts && { parts: [this.things] }),
				connector: { open: (handlers) => (this.link = this.#connect(handlers)) },
				token: () => this.#token(),
				...(this.#parts.takesChunks && { chunks: (_space, hash, _token, signal) => this.#chunk(hash, signal) }),
				first: () => [this.things.number],
			},
			files: () => Promise.reject(new Error('The simulator plays no files.')),
			storage: async () => ({ usedBytes: 0, quotaBytes: Infinity }),
			report: (error) => this.#parts.report(error),
		};
	}

	/** Long work is done in slices of a few steps, between which anything may happen. */
	#conversation(): Remote['conversation'] {
		const { timeline, slicedFrom } = this.#parts;
		const dice = slicedFrom === undefined ? null : this.#parts.dice.fork();
		const pace: Pace = <T>(work: Generator<void, T>) => {
			const { promise, resolve, reject } = Promise.withResolvers<T>();
			const go = () => {
				try {
					for (let left = dice!.int(1, 4); left > 0; left--) {
						const { done, value } = work.next();
						if (done) return resolve(value);
					}
				} catch (error) {
					return reject(error as Error);
				}
				timeline.after(dice!.int(0, 20), () => this.run(go));
			};
			go();
			return promise;
		};
		const encoded = (cells: readonly Cell[]) => large.encoded(cells, dice!.int(1, 5));
		const sliced = { ...large, slices: () => pace, encoded };
		return { ...conversation, least: slicedFrom ?? Infinity, large: () => Promise.resolve(sliced) };
	}

	/** A tab that opens does so in steps, between which anything may happen. */
	#breathe(): Breathe {
		const { timeline, slicedFrom } = this.#parts;
		if (slicedFrom === undefined) return () => null;
		const dice = this.#parts.dice.fork();
		return () => {
			if (dice.chance(0.5)) return null;
			const { promise, resolve } = Promise.withResolvers<void>();
			timeline.after(dice.int(0, 20), () => this.run(resolve));
			return promise;
		};
	}

	#connect(handlers: LinkHandlers): Wire | Exchange {
		const { timeline, dice, weather, acceptor, transport, tamper } = this.#parts;
		const credit = new CreditWatch();
		const sending = (frame: Uint8Array) => {
			try {
				credit.sent(frame);
			} catch (error) {
				this.#parts.report(error);
			}
		};
		const guarded: LinkHandlers = {
			opened: () => this.run(() => handlers.opened()),
			received: (frame) => {
				this.run(() => credit.received(frame));
				for (const part of tamper?.(frame) ?? [frame]) this.run(() => handlers.received(part));
				this.run(() => this.#parts.told(this));
			},
			closed: (how) => this.run(() => handlers.closed(how)),
		};
		return transport === 'stream'
			? new Wire(timeline, dice, weather, acceptor, guarded, sending)
			: new Exchange(timeline, dice, weather, acceptor, guarded);
	}

	#chunk(hash: ChunkHash, signal: AbortSignal): Promise<Uint8Array> {
		const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
		const { timeline, dice, weather, person, chunk } = this.#parts;
		timeline.after(dice.int(...weather.latency), () => {
			const bytes = weather.offline ? null : chunk(hash, person);
			timeline.after(dice.int(...weather.latency), () =>
				this.run(() => (bytes && !weather.offline && !signal.aborted ? resolve(bytes) : reject(new Error('no chunk')))),
			);
		});
		return promise;
	}

	#token(): Promise<{ token: string; expiresAt: number }> {
		const { promise, resolve, reject } = Promise.withResolvers<{ token: string; expiresAt: number }>();
		const { timeline, dice, weather, person } = this.#parts;
		timeline.after(dice.int(...weather.latency), () =>
			this.run(() =>
				weather.offline ? reject(new Error('offline')) : resolve({ token: person, expiresAt: timeline.now + 600_000 }),
			),
		);
		return promise;
	}

	#every(ms: number, job: () => void): () => void {
		let stopped = false;
		const { timeline, dice } = this.#parts;
		const next = (wait: number) => {
			timeline.after(wait, () => {
				if (stopped || !this.#alive) return;
				if (!this.#frozen) job(); // a frozen tab's timers do not pile up
				next(ms);
			});
		};
		next(ms < 1_000 ? ms : dice.int(1, ms));
		return () => (stopped = true);
	}

	#channel(): Channel {
		return {
			post: (message) => this.browser.post(this, message),
			listen: (listener) => (this.#listener = listener),
			close: () => (this.#listener = () => undefined),
		};
	}

	#locks(): Locks {
		return {
			hold: (name, signal, work) => {
				const release = this.browser.lock(name, () =>
					this.run(() => {
						signal.removeEventListener('abort', release);
						void work().finally(() => {
							this.#releases.delete(release);
							release();
						});
					}),
				);
				this.#releases.add(release);
				signal.addEventListener('abort', release, { once: true });
			},
		};
	}
}

import { shelfWith } from './conversation/chunk-shelf.ts';
import * as chunks from './conversation/chunks.ts';
import { type Collection, collection, field, type Window } from '@mana/model';
import type { SpaceId } from '../cell.ts';
import { decodeFrame, encodeFrame } from '../codec/index.ts';
import { type Bye, type Frame, LIVENESS, type Part, type Sub } from '../frames.ts';
import { newSpaceId } from '../ids.ts';
import { cellsAfter } from '../space/fixture.ts';
import {
	catchUp,
	Committer,
	digestAnswers,
	type DigestStore,
	PartSums,
	outdatedIn,
	startOf,
	type Sums,
	sumsOf,
	versionsOf,
	type Change,
	type Cursor,
	type DeviceState,
	type Look,
	lookIn,
	type MemberState,
	type MemoryRoutes,
	type RouteMark,
	windowIn,
	type WindowPart,
	withoutRoutes,
	withRoutes,
	newSpaceState,
	NOTHING,
	type SpaceState,
	type SpaceStore,
	type StoredCell,
	type Tail,
} from '../space/index.ts';
import type { DeviceId } from '../cell.ts';
import { Client } from './client.ts';
import type { Environment } from './environment.ts';
import { JournalStore } from './journal-store.ts';
import * as checkup from './conversation/checkup.ts';
import * as large from './large/index.ts';
import * as conversations from './conversation/index.ts';
import { SignedOut, type Connector, type Link, type LinkHandlers } from './link.ts';
import { schemaOf } from './open.ts';
import { type Memory, PERSONAL } from './store.ts';
import * as decisions from './decisions.ts';
import type { Disk } from './disk.ts';
import type { Later } from './later.ts';
import { MemoryDisk } from './memory-disk.ts';
import { memoryNotes } from './memory-notes.ts';
import * as repair from './repair.ts';
import * as volatile from './volatile.ts';
import type { Platform } from './platform.ts';
import type { Channel, Locks, TabMessage } from './tabs.ts';

/** Nothing is loaded later: that would take real time. */
const chunkShelf = shelfWith(chunks);
const atOnce: Later = {
	volatile: () => Promise.resolve(volatile),
	repair: () => Promise.resolve(repair),
	decisions: () => Promise.resolve(decisions),
};

/** The same of a conversation. Long work has a clock that counts: each look at it is a millisecond. */
function conversationIn(world: World): typeof conversations {
	let ms = 0;
	const sliced = {
		...large,
		slices: () =>
			large.slices(
				() => ++ms,
				() => world.rest(),
			),
	};
	return {
		...conversations,
		chunks: () => Promise.resolve(chunks),
		checkup: () => Promise.resolve(checkup),
		large: () => Promise.resolve(sliced),
	};
}

/** A collection to play with. */
export const tasks = collection(
	'todo/tasks',
	{ app: 1, number: 1 },
	{ title: field.text(1, { fallback: '' }), done: field.flag(2), tags: field.set(3), rank: field.integer(4) },
);

/** A generator of numbers in [0,1) (mulberry32, public domain). */
export function seeded(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

/** For tests of the store: a memory in which nothing moves on. */
export function stillMemory(cells: Memory['cells']): Memory {
	return { cells, ahead: () => Promise.resolve(null) };
}

/** One server with one person's space, and any number of browsers of that person. Time moves only by `pass`. */
export class World {
	readonly random: () => number;
	readonly server: TestServer;
	now = Date.UTC(2026, 5, 1);
	/** What happens between two slices of long work. */
	rest: () => Promise<void> = () => Promise.resolve();
	/** The collections that the server knows, for their routes. */
	models: readonly Collection[] = [];
	readonly #jobs = new Set<{ ms: number; next: number; job: () => void }>();

	constructor(seed = 1) {
		this.random = seeded(seed);
		this.server = new TestServer(this);
	}

	/** @param runs whether timers run */
	environment(runs = () => true): Environment {
		return {
			now: () => this.now,
			elapsed: () => this.now,
			random: this.random,
			randomBytes: (bytes) => bytes.map(() => Math.floor(this.random() * 256)),
			every: (ms, job) => {
				const entry = { ms, next: this.now + ms, job: () => runs() && job() };
				this.#jobs.add(entry);
				return () => this.#jobs.delete(entry);
			},
		};
	}

	/** Resolves when `ms` of virtual time have passed. */
	after(ms: number): Promise<void> {
		const { promise, resolve } = Promise.withResolvers<void>();
		const entry = {
			ms,
			next: this.now + ms,
			job: () => {
				this.#jobs.delete(entry);
				resolve();
			},
		};
		this.#jobs.add(entry);
		return promise;
	}

	/** Lets everything that can happen now happen, for `ms` of virtual time. */
	async pass(ms = 0): Promise<void> {
		await settle();
		for (const end = this.now + ms; this.now < end;) {
			this.now = Math.min(end, this.now + 500);
			for (const entry of this.#jobs) {
				if (entry.next > this.now) continue;
				entry.next = this.now + entry.ms;
				entry.job();
			}
			await settle();
		}
	}
}

/** One browser profile: a disk, its tabs, their locks and channel. */
export class TestBrowser {
	readonly disk = new MemoryDisk(true);
	online = true;
	/** The collections that its tabs know, for HELLO. */
	models: readonly Collection[] = [];
	signedIn = true;
	/** How long it takes to get a token, ms. */
	tokenMs = 0;
	/** The HTTP exchange in place of a socket. */
	exchange = false;
	readonly tabs = new Set<Client>();
	readonly #notes = memoryNotes();
	readonly #world: World;
	readonly #person: string | null;
	readonly #lines = new Map<number, { readonly name: string; heard(message: TabMessage): void }>();
	readonly #held = new Map<string, (() => void)[]>();
	readonly #slow = new Map<string, (() => void)[]>();
	readonly #frozen = new Map<number, (() => void)[]>();
	#line = 0;

	constructor(world: World, person: string | null = 'ada') {
		this.#world = world;
		this.#person = person;
	}

	async open(): Promise<Client> {
		const tab = this.#line + 1;
		const env = this.#world.environment(() => !this.#frozen.has(tab));
		const storeOn = (disk: Disk) => new JournalStore(disk, env.randomBytes, chunkShelf, PERSONAL, () => this.later.repair());
		const client = await Client.open({
			env,
			store: storeOn(this.disk),
			storeOn,
			later: this.later,
			notes: this.#notes,
			breathe: () => this.breathe?.() ?? null,
			channel: this.#channel('account'),
			locks: this.#locks(),
			name: 'account',
			remote:
				this.#person === null
					? null
					: {
							conversation: conversationIn(this.#world),
							connector: this.#connector(),
							token: () => this.#token(),
							schema: this.models.map(schemaOf),
							parts: this.models,
							person: this.#person,
						},
			files: () => Promise.reject(new Error('These tabs have no files.')),
			storage: async () => ({ usedBytes: this.disk.bytes, quotaBytes: this.disk.limitBytes }),
			report: (error) => this.reported.push(error),
		});
		this.tabs.add(client);
		return client;
	}

	/** Between two steps of what a tab loads when it opens. */
	breathe: (() => Promise<void>) | null = null;
	/** What its tabs load later. */
	later = atOnce;
	readonly reported: unknown[] = [];

	/** Ends a tab as a crash does: its locks are released, nothing else. */
	kill(client: Client): void {
		this.tabs.delete(client);
		client.abandon();
	}

	/**
	 * Holds back what one tab tells another; tabs are counted from 1 in the order in which they opened.
	 *
	 * @returns what lets all of it through
	 */
	delay(from: number, to: number): () => void {
		const waiting: (() => void)[] = [];
		this.#slow.set(`${from}>${to}`, waiting);
		return () => {
			this.#slow.delete(`${from}>${to}`);
			for (const deliver of waiting) deliver();
		};
	}

	/**
	 * What browsers do to a hidden tab: its timers stand still and it hears no other tab; here it keeps its connection, so that it tries to write late.
	 *
	 * @param tab counted from 1 in the order in which they opened
	 * @returns what wakes it up
	 */
	freeze(tab: number): () => void {
		const missed: (() => void)[] = [];
		this.#frozen.set(tab, missed);
		return () => {
			this.#frozen.delete(tab);
			for (const deliver of missed) deliver();
		};
	}

	/** Cuts every connection of this browser. */
	cut(): void {
		this.#world.server.cut(this);
	}

	/** Locks, lines, network and token of this browser. */
	surroundings(): Pick<Platform, 'locks' | 'channel' | 'network' | 'token'> {
		return {
			locks: this.#locks(),
			channel: (name) => this.#channel(name),
			network: async () => ({ connector: this.#connector() }),
			token: () => this.#token(),
		};
	}

	async #token(): Promise<{ token: string; expiresAt: number }> {
		if (this.tokenMs > 0) await this.#world.after(this.tokenMs);
		if (!this.online) throw new Error('offline');
		if (!this.signedIn) throw new SignedOut();
		return { token: this.#person!, expiresAt: this.#world.now + 600_000 };
	}

	#connector(): Connector {
		return { open: (handlers) => this.#world.server.connect(this, handlers) };
	}

	#channel(name: string): Channel {
		const line = ++this.#line;
		return {
			post: (message) => {
				const copy = structuredClone(message);
				for (const [other, end] of this.#lines) {
					if (other === line || end.name !== name) continue;
					const deliver = () => this.#lines.get(other)?.heard(copy);
					const slow = this.#slow.get(`${line}>${other}`) ?? this.#frozen.get(other);
					if (slow) slow.push(deliver);
					else queueMicrotask(deliver);
				}
			},
			listen: (heard) => void this.#lines.set(line, { name, heard }),
			close: () => void this.#lines.delete(line),
		};
	}

	#locks(): Locks {
		return {
			hold: (name, signal, work) => {
				const queue = this.#held.get(name) ?? [];
				this.#held.set(name, queue);
				const turn = () => {
					const next = () => {
						queue.shift();
						queue[0]?.();
					};
					if (signal.aborted) next();
					else void work().finally(next);
				};
				if (queue.push(turn) === 1) turn();
			},
		};
	}
}

/** A whole sync server in a few lines: the real committer and catch-up over a map. */
export class TestServer implements SpaceStore, DigestStore {
	space: SpaceState;
	readonly cells = new Map<string, StoredCell>();
	routes: MemoryRoutes = new Map();
	readonly devices = new Map<DeviceId, DeviceState>();
	readonly members = new Map<string, MemberState>([['ada', { access: { role: 'owner', apps: null }, name: 'Ada', since: 0 }]]);
	/** A rule that refuses ops, for tests. */
	refuse: (value: unknown) => string | null = () => null;
	/** Builds that know an older version of a collection may not write it. */
	minVersion = 1;
	/** Answers nothing while true. */
	mute = false;
	readonly committer: Committer;
	readonly partSums = new PartSums(this, { chunk: 2 });
	readonly frames: Frame[] = [];
	readonly #connections = new Set<Connection>();
	readonly #world: World;

	constructor(world: World) {
		this.#world = world;
		const id = newSpaceId(world.now, (bytes) => bytes.map(() => Math.floor(world.random() * 256)));
		this.space = newSpaceState(id, 'ada');
		this.committer = new Committer({
			store: this,
			rules: {
				authorise: () => null,
				validate: ({ value }) => this.refuse(value),
				minVersion: () => this.minVersion,
				routes: (collection) => world.models.find(({ number }) => number === collection)?.routes ?? [],
			},
			now: () => world.now,
			committed: (change) => this.#committed(change),
		});
	}

	async transact(needs: Parameters<SpaceStore['transact']>[0], decide: Parameters<SpaceStore['transact']>[1]): Promise<void> {
		const moved = Map.groupBy(this.cells.values(), ({ record }) => record);
		const found = needs.map(() => ({
			...NOTHING,
			space: this.space,
			devices: this.devices,
			members: this.members,
			cells: this.cells,
			moved,
		}));
		for (const change of decide(found)) {
			this.space = change.space;
			for (const [person, member] of change.acl?.members ?? []) this.members.set(person, member);
			const cells = cellsAfter(this.cells, change);
			this.cells.clear();
			for (const [key, cell] of cells) this.cells.set(key, cell);
			this.routes = withRoutes(withoutRoutes(this.routes, change.forgotten), change.routes);
			for (const [id, device] of change.devices) this.devices.set(id, device);
		}
	}

	async readSince(_space: SpaceId, after: number, chunk: number, _person?: string, look?: Look): Promise<Tail> {
		const tail = this.#tail(after, chunk);
		return look ? { ...tail, ...lookIn(this.cells.values(), this.routes, tail.cells, look) } : tail;
	}

	async readWindow(_space: SpaceId, window: Window, after: RouteMark | null): Promise<WindowPart> {
		return { ...this.#tail(Infinity, 1), ...windowIn(this.cells.values(), this.routes, window, after) };
	}

	#tail(after: number, chunk: number): Tail {
		const newer = [...this.cells.values()].filter(({ seq }) => seq > after).sort((a, b) => a.seq - b.seq);
		const last = newer[chunk - 1]?.seq ?? Infinity;
		const { epoch, aclEpoch, seq, horizon } = this.space;
		const access = this.members.get('ada')?.access ?? null;
		return { epoch, aclEpoch, access, seq, horizon, cells: newer.filter(({ seq }) => seq <= last) };
	}

	async sums(): Promise<Sums> {
		const { epoch, aclEpoch, access, seq } = await this.readSince(this.space.id, 0, 0);
		return { epoch, aclEpoch, access, seq, sums: sumsOf(this.cells.values()) };
	}

	async readRecords(_space: SpaceId, after: string, most: number): Promise<StoredCell[]> {
		const records = [...new Set([...this.cells.values()].map(({ record }) => record))].sort();
		const wanted = new Set(records.filter((record) => record > after).slice(0, most));
		const cells = [...this.cells.values()].filter(({ record }) => wanted.has(record));
		return cells.sort((a, b) => (a.record < b.record ? -1 : a.record > b.record ? 1 : 0));
	}

	async doubtSums(): Promise<void> {}

	connect(browser: TestBrowser, handlers: LinkHandlers): Link {
		const connection = new Connection(this, browser, handlers, this.#world);
		this.#connections.add(connection);
		return connection;
	}

	cut(browser: TestBrowser): void {
		for (const connection of this.#connections) if (connection.browser === browser) connection.end('lost');
	}

	over(connection: Connection): void {
		this.#connections.delete(connection);
	}

	/** Says goodbye to everybody. */
	bye(bye: Omit<Bye, 'type'>): void {
		for (const connection of this.#connections) connection.answer({ type: 'bye', ...bye });
	}

	/** Goes back to what a backup held. */
	restore(backup: ReturnType<TestServer['backup']>): void {
		const epoch = this.space.epoch + 1;
		this.fallBack(backup);
		this.space = { ...this.space, epoch };
	}

	/** Goes back to an older state, and knows nothing of it. */
	fallBack(backup: ReturnType<TestServer['backup']>): void {
		this.space = backup.space;
		this.cells.clear();
		this.devices.clear();
		for (const [key, cell] of backup.cells) this.cells.set(key, cell);
		for (const [id, device] of backup.devices) this.devices.set(id, device);
		for (const connection of this.#connections) connection.end('lost');
	}

	backup() {
		return { space: this.space, cells: new Map(this.cells), devices: new Map(this.devices) };
	}

	#committed(change: Change): void {
		for (const connection of this.#connections) connection.committed(change);
	}
}

class Connection implements Link {
	readonly kind: 'stream' | 'exchange';
	readonly browser: TestBrowser;
	readonly #server: TestServer;
	readonly #handlers: LinkHandlers;
	readonly #world: World;
	#device: DeviceId | null = null;
	#renewing = false;
	#schema: ReadonlyMap<number, number> = new Map();
	#cursor: { epoch: number; seq: number } | null = null;
	#sub: Sub | null = null;
	#over = false;
	#work: Promise<void> = Promise.resolve();
	#asked = 0;

	constructor(server: TestServer, browser: TestBrowser, handlers: LinkHandlers, world: World) {
		this.#server = server;
		this.browser = browser;
		this.#handlers = handlers;
		this.#world = world;
		this.kind = browser.exchange ? 'exchange' : 'stream';
		queueMicrotask(() => {
			if (this.#over) return;
			if (!browser.online) return this.end('lost');
			handlers.opened();
			if (this.kind === 'exchange' && this.#asked > 0) {
				this.#work = this.#work.then(() => settle()).then(() => this.end('done'));
			}
		});
	}

	send(bytes: Uint8Array): void {
		const frame = decodeFrame(bytes.slice());
		this.#asked++;
		this.#server.frames.push(frame);
		this.#work = this.#work.then(() => (this.#over || this.#server.mute ? undefined : this.#hear(frame)));
	}

	close(): void {
		this.#over = true;
		this.#server.over(this);
	}

	end(how: 'done' | 'lost'): void {
		if (this.#over) return;
		this.close();
		this.#handlers.closed(how);
	}

	committed(change: Change): void {
		if (!this.#cursor) return; // still catching up, which brings this too
		if (this.#sub?.part) {
			const { scope } = this.#sub.part;
			this.#work = this.#work.then(() => this.#catchUp(this.#cursor!, { scope, lack: null }));
			return;
		}
		this.#cursor = { ...this.#cursor, seq: change.space.seq };
		for (const frame of change.frames) this.#bytes(frame);
	}

	async #catchUp(from: Cursor, part: Part | undefined): Promise<void> {
		let at = from;
		let rest = part;
		do {
			for await (const next of catchUp(this.#server, this.#server.space.id, at, 50, undefined, rest)) {
				for (const bytes of next.frames) this.#bytes(bytes);
				if (next.complete) at = { epoch: this.#server.space.epoch, seq: next.to };
			}
			rest &&= { ...rest, lack: null };
		} while (at.seq < this.#server.space.seq);
		this.#cursor = at;
	}

	answer(frame: Frame): void {
		this.#bytes(encodeFrame(frame));
		if (frame.type === 'bye') this.end('lost');
	}

	#bytes(frame: Uint8Array): void {
		if (!this.#over && !this.#server.mute) this.#handlers.received(frame.slice());
	}

	async #hear(frame: Frame): Promise<void> {
		const { space } = this.#server;
		switch (frame.type) {
			case 'hello':
				this.#device = frame.device;
				this.#schema = versionsOf(frame.schema);
				return this.answer({
					type: 'welcome',
					clockMs: frame.clockMs,
					serverMs: this.#world.now,
					person: frame.token,
					personal: space.id,
					outdated: outdatedIn(frame.schema, () => this.#server.minVersion),
					limits: { frameBytes: 1 << 20, pushOps: 4096 },
				});
			case 'ping':
				return this.answer({ type: 'pong', clockMs: frame.clockMs, serverMs: this.#world.now });
			case 'sub': {
				const seat = await this.#server.committer.submit({
					kind: 'seat',
					space: frame.space,
					device: this.#device!,
					person: 'ada',
				});
				if (seat.type !== 'subbed') return this.answer({ type: 'bye', code: 'unknown-space', detail: '', retryAfterMs: null });
				const { renews, from } = startOf(frame, seat);
				if (renews) this.answer({ type: 'renew', space: frame.space });
				this.#renewing = renews;
				this.answer(seat);
				if (this.#schema.has(LIVENESS.collection)) this.answer({ type: 'credit', space: frame.space, bytes: 256 * 1024 });
				this.#sub = frame;
				this.#cursor = null;
				return this.#catchUp(from, frame.part);
			}
			case 'digest': {
				const reading = { person: 'ada', access: this.#server.members.get('ada')!.access! };
				const scope = this.#sub?.part?.scope;
				const kept = scope ? { scope, sums: this.#server.partSums } : null;
				for await (const part of digestAnswers(this.#server, frame, reading, kept, 2)) this.#bytes(part.frame);
				return;
			}
			case 'push': {
				if (this.#renewing) return;
				const { known, transactions } = frame;
				const who = { space: frame.space, device: this.#device!, person: 'ada', schema: this.#schema };
				const answer = await this.#server.committer.submit({ kind: 'push', ...who, known, transactions });
				if (answer.type === 'ack') return this.answer(answer);
				if (answer.type === 'denied') this.answer({ type: 'bye', code: answer.code, detail: answer.detail, retryAfterMs: 0 });
			}
		}
	}
}

/** Everything here runs on promises, so that enough turns of the microtask queue let all of it happen. */
async function settle(): Promise<void> {
	for (let i = 0; i < 300; i++) await Promise.resolve();
}

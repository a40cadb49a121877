import { type DigestStore, Lease, LEASE_OVER_MS, type SpaceStore, type TidyRequest } from '../space/index.ts';
import type { Dice } from './dice.ts';
import { Server, type ServerParts } from './server.ts';
import type { ServerDisk } from './server-disk.ts';
import type { Timeline } from './timeline.ts';
import type { Acceptor, ServerEnd, Wire } from './wire.ts';

/** How often a node looks for what it was not told, ms. */
const LOOK_MS = 250;
/** How often a node that waits for others looks whether they know, ms. */
const ASK_AGAIN_MS = 10;
/** Until a node gives up a store that does not answer, ms. */
const GIVE_UP_MS = 500;

/** Which nodes serve the disk, as the disk says: up to which acl epoch each has heard, and whether it was shut out. */
export type Registry = Map<number, { heard: number; fenced: boolean }>;

/** Defects that only several nodes can have. */
export interface NodeSabotage {
	/** A transaction that stood still is not ended: it is written when the node goes on, upon what it had read. */
	readonly commitsLate?: boolean;
	/** Nobody asks the lease before sending. */
	readonly tellsAlways?: boolean;
	/** Whoever ends a right does not wait for the other nodes. */
	readonly waitsForNobody?: boolean;
	/** No node looks for what it was not told. */
	readonly looksNever?: boolean;
}

export interface NodeParts extends Omit<
	ServerParts,
	'timeline' | 'mayTell' | 'everybodyHeard' | 'moved' | 'heard' | 'commandAnswered' | 'store'
> {
	readonly timeline: Timeline;
	readonly disk: ServerDisk;
	readonly store: SpaceStore;
	/** Shared by all nodes; `null`: this node is the only one. */
	readonly registry: Registry | null;
	/** The other nodes. */
	peers(): readonly Node[];
	readonly dice: Dice;
	/** Whether hints get lost just now. */
	hintsLost(): boolean;
	readonly sabotage: NodeSabotage;
	heard(): void;
	commandAnswered(aclEpoch: number): void;
}

let lastId = 0;

/**
 * A place where a server process lives, one life after another. It can stand still, so that whatever comes to it waits, and lose sight of the disk. Beside
 * others it looks, hints and holds a lease as `infra/sync/nodes` does.
 */
export class Node implements Acceptor {
	readonly #parts: NodeParts;
	readonly #lease: Lease;
	#server: Server | null = null;
	/** What came while it stands still; `null` while it runs. */
	#queue: (() => void)[] | null = null;
	/** Whom the system has let in for it, and it has not seen yet. */
	readonly #unseen = new Set<() => void>();
	#cut = false;
	#life = 0;
	#id = 0;

	constructor(parts: NodeParts) {
		this.#parts = parts;
		const { timeline, now } = parts;
		this.#lease = new Lease({ elapsed: () => timeline.now, now });
	}

	get running(): boolean {
		return this.#server !== null;
	}

	get still(): boolean {
		return this.#queue !== null;
	}

	start(): void {
		if (this.#server) return;
		this.#life++;
		this.#queue = null;
		this.#lease.end();
		const { registry, sabotage, commandAnswered, heard } = this.#parts;
		const life = this.#life;
		this.#server = new Server({
			...this.#parts,
			timeline: this.#timelineOf(life),
			store: this.#storeOf(life),
			digests: this.#digestsOf(life),
			mayTell: () => registry === null || (sabotage.tellsAlways ?? false) || this.#lease.held,
			moved: (seq) => this.#hint(seq),
			everybodyHeard: () => this.#everybodyHeard(),
			heard: () => registry === null && heard(),
			commandAnswered,
		});
		if (registry === null) return;
		this.#countIn();
		this.#look(life);
	}

	/** The process is gone. What it had asked of the disk may be kept or not. */
	kill(): void {
		this.#life++;
		this.#queue = null;
		this.#server?.kill();
		this.#server = null;
		for (const hangUp of this.#unseen) hangUp();
		this.#unseen.clear();
	}

	/** It stands still in the middle of whatever it did, and knows nothing of it. */
	pause(ms: number): void {
		if (this.#queue) return;
		const queue: (() => void)[] = (this.#queue = []);
		this.#parts.timeline.after(ms, () => {
			if (this.#queue === queue) this.resume();
		});
	}

	resume(): void {
		const queue = this.#queue ?? [];
		this.#queue = null;
		for (const job of queue) this.#pass(job);
	}

	/** It does not reach the disk. */
	cut(ms: number): void {
		this.#cut = true;
		this.#parts.timeline.after(ms, () => this.mend());
	}

	mend(): void {
		this.#cut = false;
	}

	/** Somebody said how far the space has come. */
	hinted(seq: number): void {
		this.#pass(() => this.#server?.moved(seq));
	}

	command(...command: Parameters<Server['command']>): void {
		this.#pass(() => this.#server?.command(...command));
	}

	tidy(request: TidyRequest): void {
		this.#pass(() => this.#server?.tidy(request));
	}

	dismissAll(code: 'busy' | 'restart'): void {
		this.#pass(() => this.#server?.dismissAll(code));
	}

	accept(wire: Wire): ServerEnd | null {
		if (!this.#server) return null;
		let end: ServerEnd | null = null;
		const hangUp = () => wire.hangUp();
		this.#unseen.add(hangUp);
		this.#pass(() => {
			this.#unseen.delete(hangUp);
			end = this.#server?.accept(wire) ?? null;
		});
		return {
			received: (frame) => this.#pass(() => end?.received(frame)),
			closed: () => this.#pass(() => end?.closed()),
		};
	}

	exchange(request: readonly Uint8Array[], answer: (frames: readonly Uint8Array[] | null) => void): void {
		if (!this.#server) return answer(null);
		const fail = () => answer(null);
		this.#unseen.add(fail);
		this.#pass(() => {
			this.#unseen.delete(fail);
			this.#server?.exchange(request, answer);
		});
	}

	#pass(job: () => void): void {
		if (this.#queue) this.#queue.push(job);
		else job();
	}

	/** Virtual time as this life of the node knows it. */
	#timelineOf(life: number): ServerParts['timeline'] {
		return {
			after: (ms, job) => this.#parts.timeline.after(ms, () => life === this.#life && this.#pass(job)),
		};
	}

	/** Settles when the node runs, unless this life is over. */
	#turn(life: number): Promise<void> {
		return new Promise((resolve) => {
			if (life === this.#life) this.#pass(() => life === this.#life && resolve());
		});
	}

	/** The disk as this life of the node reaches it. */
	#storeOf(life: number): SpaceStore {
		const { store, sabotage } = this.#parts;
		const unreachable = () => this.#giveUp(life);
		return {
			readSince: (...question) => this.#reach(life, () => store.readSince(...question)),
			readWindow: (...question) => this.#reach(life, () => store.readWindow(...question)),
			transact: async (needs, decide) => {
				if (this.#cut) return unreachable();
				let late: (() => Promise<void>) | null = null;
				let ended = false;
				await store.transact(needs, (found) => {
					// Whoever stands still with the lock in its hands loses it.
					if (life === this.#life && !this.#queue && !this.#cut) return decide(found);
					ended = true;
					if (sabotage.commitsLate) late = () => store.transact(needs, () => decide(found));
					return [];
				});
				// It may have been kept, and who asked does not hear of it.
				if (this.#cut && !ended) return unreachable();
				await this.#turn(life);
				if (late) return (late as () => Promise<void>)();
				if (ended) throw new Error('the transaction was ended because it stood still');
			},
		};
	}

	#digestsOf(life: number): DigestStore {
		const { digests } = this.#parts;
		return {
			sums: (...question) => this.#reach(life, () => digests.sums(...question)),
			readRecords: (...question) => this.#reach(life, () => digests.readRecords(...question)),
			doubtSums: (...question) => this.#reach(life, () => digests.doubtSums(...question)),
		};
	}

	/** An answer of the disk, when it has come and the node runs. */
	async #reach<T>(life: number, ask: () => Promise<T>): Promise<T> {
		const { timeline, dice, registry } = this.#parts;
		if (this.#cut) return this.#giveUp(life);
		const answer = await ask();
		// Each answer takes its own time on its way to one of several nodes.
		if (registry !== null) await new Promise<void>((resolve) => timeline.after(dice.int(0, 100), resolve));
		if (this.#cut) return this.#giveUp(life);
		await this.#turn(life);
		return answer;
	}

	async #giveUp(life: number): Promise<never> {
		await new Promise<void>((resolve) => this.#parts.timeline.after(GIVE_UP_MS, resolve));
		await this.#turn(life);
		throw new Error('the disk does not answer');
	}

	#hint(seq: number): void {
		const { timeline, dice, peers, hintsLost, registry } = this.#parts;
		if (registry === null || hintsLost() || this.#cut) return;
		for (const peer of peers()) timeline.after(dice.int(1, 10), () => peer.#cut || peer.hinted(seq));
	}

	#countIn(): void {
		const { registry, disk } = this.#parts;
		this.#lease.end();
		this.#server?.silenced();
		if (this.#id > 0) registry!.delete(this.#id);
		this.#id = ++lastId;
		registry!.set(this.#id, { heard: disk.file.space.aclEpoch, fenced: false });
	}

	#look(life: number): void {
		if (life !== this.#life) return;
		const { timeline, disk, sabotage } = this.#parts;
		const again = (ms: number) => timeline.after(ms, () => life === this.#life && this.#pass(() => this.#look(life)));
		again(LOOK_MS);
		if (this.#cut) return;
		const moment = this.#lease.moment();
		const { seq, aclEpoch } = disk.file.space;
		// As the disk says at this moment; the answer may come to a node that stood still since.
		const row = this.#parts.registry!.get(this.#id);
		const shutOut = row?.fenced ?? true;
		timeline.after(disk.mood.readMs, () => {
			const lost = this.#cut;
			if (life !== this.#life) return;
			this.#pass(() => {
				if (lost || this.#cut) return;
				if (!row || shutOut) return this.#countIn();
				this.#server?.rightsMoved(aclEpoch);
				if (aclEpoch > row.heard) {
					if (row.fenced) return this.#countIn();
					row.heard = aclEpoch;
				}
				this.#lease.renew(moment);
				if (this.#lease.held) this.#server?.resumed();
				if (!sabotage.looksNever) this.#server?.moved(seq);
			});
		});
	}

	/** Settles when every other node has heard of the rights that are on the disk, or has been silent for long enough. */
	async #everybodyHeard(): Promise<void> {
		const { registry, timeline, disk, sabotage } = this.#parts;
		if (registry === null || sabotage.waitsForNobody) return;
		const life = this.#life;
		const { aclEpoch } = disk.file.space;
		const until = timeline.now + LEASE_OVER_MS;
		for (;;) {
			const unaware = [...registry].filter(([id, { heard }]) => id !== this.#id && heard < aclEpoch);
			if (unaware.length === 0) return;
			if (timeline.now >= until) {
				for (const [id, row] of unaware) {
					row.fenced = true;
					timeline.after(LEASE_OVER_MS, () => registry.delete(id));
				}
				return;
			}
			await new Promise<void>((resolve) => timeline.after(ASK_AGAIN_MS, resolve));
			await this.#turn(life);
		}
	}
}

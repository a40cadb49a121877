import { type Access, type Digest, encodeFrame, type Part, reaches, ScopeIndex, type SpaceId, visibleTo } from '@mana/sync';
import {
	AccessChanged,
	catchUp,
	type CatchUpPart,
	type Cursor,
	digestAnswers,
	type DigestStore,
	type PartSums,
	type Reading,
	retell,
	type Seated,
	type SpaceStore,
	type ToldPart,
} from '@mana/sync/space/index';
import { Farewell } from './farewell.ts';
import { type Fanout, type Reader, topicOf } from './fanout.ts';
import type { Meters } from './metrics.ts';
import type { SharedReads } from './shared-reads.ts';
import type { Snapshots } from './snapshots/snapshots.ts';

/** The wire to one client, as far as a follower needs it. */
export interface Outlet {
	send(frame: Uint8Array<ArrayBuffer>): void;
	/** Bytes that were sent and are still in this process. */
	buffered(): number;
	/** Joins or leaves a topic of the runtime. */
	subscribe(topic: string): void;
	unsubscribe(topic: string): void;
	/** Ends the connection at once, with everything that waits to be sent on it. */
	cut(): void;
	/** The space is over for this reader. */
	left(): void;
	/** The store could not be read: ends the conversation. */
	fail(error: unknown): void;
}

/** A socket with more unsent bytes than this is behind: it gets no live frames until it has drained. */
export const BEHIND_BYTES = 1024 * 1024;
/** Unsent bytes up to which the next part of a catch-up is sent: with one part on top, what a reader can make us hold. */
const FILL_BYTES = 256 * 1024;
/** Bytes of catch-up that a client may have in front of it, which it has not taken in yet (sync.md §6.14). */
const CATCH_UP_CREDIT = 256 * 1024;

/**
 * Carries one space to one socket. Until it has caught up it reads the state, part by part and no faster than the socket drains;
 * and no faster than the client takes it in; then it joins the space's topic. When the socket gets slow it leaves the topic and reads again, so what a slow reader costs is
 * bounded and independent of how much it missed (sync.md §6.14).
 */
export class Follower implements Reader {
	readonly #space: SpaceId;
	readonly #epoch: number;
	readonly #outlet: Outlet;
	readonly #parts: FollowerParts;
	readonly #leave: () => void;
	#phase: 'waiting' | 'reading' | 'live' | 'behind' | 'ended' = 'waiting';
	/** Everything up to here was sent. */
	#cursor: Cursor;
	/** Whether a snapshot may still be offered: only in place of the first DELTA. */
	#mayOffer: boolean;
	/** The catch-up that is under way. */
	#missing: AsyncGenerator<CatchUpPart, number> | null = null;
	/** What was read of it and could not be sent yet, and what was known of rights when that read began. */
	#ready: { readonly next: IteratorResult<CatchUpPart, number>; readonly rights: number } | null = null;
	/** For whom, and what the client was told that it may see. */
	#reading: Reading;
	/** Bytes of catch-up that the client has room for; without end for one that does not tell. */
	#credit: number;
	/** A question about digests is being answered. */
	#answering = false;
	/** Goes on when the socket has room again. */
	#drained: (() => void) | null = null;

	/** What the client keeps, and what of that it has still to get; `null`: everything. */
	#part: ToldPart | null;
	/** Of what it keeps. */
	readonly #scopeName: string;
	/** The acl epoch under which the right to read was last looked at. */
	#judged: number;

	/** @param from where it stands; @param part what the client keeps; `null`: everything; @param client who reads, and whether it can fetch chunks, and whether it tells what it has taken in */
	constructor(
		{ space, epoch, access, aclEpoch }: Seated,
		from: Cursor,
		part: Part | null,
		client: { readonly person: string; readonly takesSnapshots: boolean; readonly lively: boolean },
		outlet: Outlet,
		parts: FollowerParts,
	) {
		this.#reading = { person: client.person, access };
		this.#space = space;
		this.#epoch = epoch;
		this.#cursor = from;
		this.#part = part;
		this.#scopeName = part ? JSON.stringify(part.scope) : '';
		const anew = from.epoch !== epoch || from.seq === 0;
		if (part && anew) this.#lackAll(part);
		this.#outlet = outlet;
		this.#parts = parts;
		this.#judged = aclEpoch;
		// Chunks know no windows: whoever has some of a window already is told by DELTA what came and went.
		this.#mayOffer = client.takesSnapshots && (!part || anew || part.scope.windows.length + part.scope.records.length === 0);
		this.#credit = client.lively ? CATCH_UP_CREDIT : Infinity;
		this.#leave = parts.fanout.join(space, this, aclEpoch);
	}

	get behind(): boolean {
		return this.#phase === 'behind';
	}

	/** Starts, or goes on when the socket has room again. */
	run(): void {
		this.#drained?.();
		if (this.#phase === 'reading' || this.#phase === 'live' || this.#phase === 'ended') return;
		this.#phase = 'reading';
		this.#catchUp().catch((error: unknown) => this.#outlet.fail(error));
	}

	/** Whether the reader may hear of an app at this moment; false while that has to be judged anew. */
	mayHear(app: number): boolean {
		const settled = this.#phase !== 'ended' && this.#judged >= this.#parts.fanout.aclEpochOf(this.#space);
		return settled && (app === 0 || reaches(this.#reading.access, app));
	}

	/** The client has taken in so many bytes of DELTAs. */
	grant(bytes: number): void {
		this.#credit = Math.min(this.#credit + bytes, Math.max(this.#credit, CATCH_UP_CREDIT));
		if (this.#phase === 'behind' && this.#credit > 0) this.run();
	}

	slowed(): void {
		if (this.#phase !== 'live' || this.#outlet.buffered() <= BEHIND_BYTES) return;
		this.#leaveTopic();
		this.#phase = 'behind';
		this.#parts.meters.fellBehind();
	}

	doubted(): void {
		if (this.#phase !== 'live') return;
		this.#leaveTopic();
		this.#phase = 'waiting';
		this.run();
	}

	resumed(): void {
		if (this.#phase === 'waiting') this.run();
	}

	/** From here on it is read: what was published up to now is in the socket's buffer, in order. */
	#leaveTopic(): void {
		this.#unsubscribe();
		const head = this.#parts.fanout.headOf(this.#space);
		this.#cursor = { epoch: this.#epoch, seq: Math.max(head, this.#cursor.seq) };
	}

	end(): void {
		if (this.#phase === 'live') this.#unsubscribe();
		this.#phase = 'ended';
		this.#drained?.();
		this.#leave();
	}

	/** Answers a question about digests, no faster than the socket drains. Where the right to read is another one by now, that is told instead. */
	async answer(question: Digest): Promise<void> {
		if (this.#answering) throw new Farewell('protocol', 'Wait for the answer to a DIGEST before you ask again.');
		const { digests, partSums, fanout, meters } = this.#parts;
		this.#answering = true;
		if (question.collection !== 0 && question.buckets.length === 0) meters.differed();
		try {
			const part = this.#part && { scope: this.#part.scope, sums: partSums };
			for await (const { frame, aclEpoch } of digestAnswers(digests, question, this.#reading, part)) {
				while (this.#outlet.buffered() > FILL_BYTES && this.#phase !== 'ended') {
					const { promise, resolve } = Promise.withResolvers<void>();
					this.#drained = resolve;
					await promise;
				}
				if (this.#phase === 'ended' || !fanout.mayTell || aclEpoch < fanout.aclEpochOf(this.#space)) return;
				this.#outlet.send(frame as Uint8Array<ArrayBuffer>);
				if (question.buckets.length > 0) meters.mended(frame.length);
			}
		} catch (error) {
			if (!(error instanceof AccessChanged)) throw error;
			this.doubted();
		} finally {
			this.#answering = false;
			this.#drained = null;
		}
	}

	/** Reads until the socket is up to date or full. */
	async #catchUp(): Promise<void> {
		const { store, fanout } = this.#parts;
		while (this.#phase === 'reading') {
			if (!fanout.mayTell) return this.#pause();
			if (this.#outlet.buffered() > FILL_BYTES || this.#credit <= 0) {
				this.#phase = 'behind';
				return;
			}
			if (this.#mayOffer) await this.#offer();
			if (this.#phase !== 'reading' || (await this.#share())) return;
			if (!this.#ready) {
				const { rights } = fanout;
				this.#missing ??= catchUp(store, this.#space, this.#cursor, undefined, this.#reading, this.#part ?? undefined);
				const next = await this.#missing.next().catch((error: unknown) => this.#retell(error));
				if (this.#phase !== 'reading') return;
				if (next === null) continue;
				this.#ready = { next, rights };
				if (!fanout.mayTell) return this.#pause();
			}
			const { next, rights } = this.#ready;
			this.#ready = null;
			const { value, done } = next;
			const aclEpoch = done ? value : value.aclEpoch;
			// Who may read has changed while this was read: it is not sent, and read again.
			if (rights !== fanout.rights || aclEpoch < fanout.aclEpochOf(this.#space)) {
				this.#missing = null;
				continue;
			}
			this.#judged = aclEpoch;
			if (done) {
				this.#missing = null;
				this.#goLive();
				continue;
			}
			this.#send(value.frames);
			if (this.#part) this.#part = value.complete ? { scope: this.#part.scope, lack: null } : { ...this.#part, again: true };
			if (value.complete) this.#cursor = { epoch: this.#epoch, seq: value.to };
		}
	}

	#send(frames: readonly Uint8Array[]): void {
		for (const frame of frames) {
			this.#outlet.send(frame as Uint8Array<ArrayBuffer>);
			this.#credit -= frame.length;
			this.#parts.meters.caughtUp(frame.length);
		}
	}

	/** Sends what others who keep the same part get too. `true` when that was all there is, or the reader has left. */
	async #share(): Promise<boolean> {
		const { reads, fanout } = this.#parts;
		if (!this.#part || this.#part.lack || this.#part.again || this.#missing || this.#apps !== null) return false;
		const { rights } = fanout;
		const next = await reads.next(this.#space, this.#cursor, this.#part, this.#scopeName);
		if (this.#phase !== 'reading') return true;
		if (!next || rights !== fanout.rights || !fanout.mayTell) return false;
		if (next.aclEpoch !== this.#judged || next.aclEpoch < fanout.aclEpochOf(this.#space)) return false;
		this.#send(next.frames);
		this.#cursor = { epoch: this.#epoch, seq: next.to };
		return this.#goOn();
	}

	/** Everything that the reader keeps has still to be sent. */
	#lackAll({ scope }: Part): void {
		this.#part = { scope, lack: scope };
	}

	/** Offers the chunks that the reader may see; what the right to read is when it fetches them is judged then. */
	async #offer(): Promise<void> {
		this.#mayOffer = false;
		const offer = await this.#parts.snapshots.offer(this.#space, this.#cursor);
		const { fanout } = this.#parts;
		if (!offer || this.#phase !== 'reading' || offer.epoch !== this.#epoch || !fanout.mayTell) return;
		// Who may read has changed since this reader was let in: the next read judges that, and tells it before anything else.
		if (this.#judged < fanout.aclEpochOf(this.#space)) return;
		const whole = this.#part && new ScopeIndex(this.#part.scope);
		const readable = visibleTo(this.#reading.access, offer.chunks);
		const chunks = whole ? readable.filter(({ collection }) => whole.whole(collection)) : readable;
		this.#outlet.send(encodeFrame({ type: 'snapshot', space: this.#space, ...offer, chunks }) as Uint8Array<ArrayBuffer>);
		this.#cursor = { ...this.#cursor, epoch: offer.epoch, seq: offer.seq };
	}

	/** Tells the reader what it may see now, and goes on from there. What still waits to be sent was for somebody who might see more. */
	#retell(error: unknown): null {
		if (!(error instanceof AccessChanged)) throw error;
		this.#missing = null;
		if (this.#phase !== 'reading') return null;
		if (this.#outlet.buffered() > 0) {
			this.end();
			this.#outlet.cut();
			return null;
		}
		const { frame, reading, fromStart } = retell(this.#space, this.#reading, error);
		const { fanout } = this.#parts;
		// It changed once more since this was read: it is read again, and that is told.
		if (reading && (error.aclEpoch < fanout.aclEpochOf(this.#space) || !fanout.mayTell)) return null;
		this.#judged = error.aclEpoch;
		this.#outlet.send(encodeFrame(frame) as Uint8Array<ArrayBuffer>);
		if (!reading) {
			this.end();
			this.#outlet.left();
		} else {
			this.#reading = reading;
			if (!fromStart) return null;
			this.#cursor = { ...this.#cursor, epoch: this.#epoch, seq: 0 };
			if (this.#part) this.#lackAll(this.#part);
		}
		return null;
	}

	/** Joins the others where they stand. Who has read more than they were told waits for them, who has read less reads on. */
	#goLive(): void {
		const { fanout } = this.#parts;
		if (this.#part) this.#goOn();
		else if (fanout.enter(this.#space, this.#apps, this.#cursor.seq)) {
			this.#phase = 'live';
			this.#outlet.subscribe(topicOf(this.#space, this.#apps));
		} else if (fanout.headOf(this.#space) < this.#cursor.seq) {
			this.#phase = 'waiting';
			fanout.wait(this.#space, () => this.run());
		}
	}

	/** Until this node may tell again what spaces hold. What was read so far is good as long as no right has changed. */
	#pause(): void {
		this.#phase = 'waiting';
	}

	/**
	 * Reads what each commit did to the part that this reader keeps: what comes and goes cannot be told from the commit's own frames.
	 * Readers who keep the same part share what is read (`shared-reads.ts`). `false`: there is more to read at once.
	 */
	#goOn(): boolean {
		const { fanout } = this.#parts;
		if (fanout.knownOf(this.#space) > this.#cursor.seq) return false;
		this.#phase = 'waiting';
		fanout.wait(this.#space, () => this.run());
		return true;
	}

	#unsubscribe(): void {
		this.#parts.fanout.exit(this.#space, this.#apps);
		this.#outlet.unsubscribe(topicOf(this.#space, this.#apps));
	}

	get #apps(): Access['apps'] {
		return this.#reading.access.apps;
	}
}

export interface FollowerParts {
	readonly store: SpaceStore;
	readonly fanout: Fanout;
	readonly meters: Meters;
	readonly snapshots: Pick<Snapshots, 'offer'>;
	readonly digests: DigestStore;
	readonly partSums: PartSums;
	readonly reads: SharedReads;
}

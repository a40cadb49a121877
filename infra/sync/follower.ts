import type { SpaceId, Subbed } from '@mana/sync';
import { catchUp, type CatchUpPart, type Cursor, type SpaceStore } from '@mana/sync/space/index';
import type { Committer } from './committer/committer.ts';
import { type Fanout, type Reader, topicOf } from './fanout.ts';
import type { Meters } from './metrics.ts';

/** The wire to one client, as far as a follower needs it. */
export interface Outlet {
	send(frame: Uint8Array<ArrayBuffer>): void;
	/** Bytes that were sent and are still in this process. */
	buffered(): number;
	/** Joins or leaves a topic of the runtime. */
	subscribe(topic: string): void;
	unsubscribe(topic: string): void;
	/** The store could not be read: ends the conversation. */
	fail(error: unknown): void;
}

/** A socket with more unsent bytes than this is behind: it gets no live frames until it has drained. */
export const BEHIND_BYTES = 1024 * 1024;
/** Unsent bytes up to which the next part of a catch-up is sent: with one part on top, what a reader can make us hold. */
const FILL_BYTES = 256 * 1024;

/**
 * Carries one space to one socket. Until it has caught up it reads the state, part by part and no faster than the socket drains;
 * then it joins the space's topic. When the socket gets slow it leaves the topic and reads again, so what a slow reader costs is
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
	/** The catch-up that is under way. */
	#missing: AsyncGenerator<CatchUpPart> | null = null;

	/** @param cursor where the client says it stands */
	constructor({ space, epoch }: Subbed, cursor: Cursor, outlet: Outlet, parts: FollowerParts) {
		this.#space = space;
		this.#epoch = epoch;
		this.#cursor = cursor;
		this.#outlet = outlet;
		this.#parts = parts;
		this.#leave = parts.fanout.join(space, this);
	}

	get behind(): boolean {
		return this.#phase === 'behind';
	}

	/** Starts, or goes on when the socket has room again. */
	run(): void {
		if (this.#phase === 'reading' || this.#phase === 'live' || this.#phase === 'ended') return;
		this.#phase = 'reading';
		this.#catchUp().catch((error: unknown) => this.#outlet.fail(error));
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

	/** From here on it is read: what was published up to now is in the socket's buffer, in order. */
	#leaveTopic(): void {
		this.#outlet.unsubscribe(topicOf(this.#space));
		const head = this.#parts.fanout.headOf(this.#space);
		this.#cursor = { epoch: this.#epoch, seq: Math.max(head, this.#cursor.seq) };
	}

	end(): void {
		if (this.#phase === 'live') this.#outlet.unsubscribe(topicOf(this.#space));
		this.#phase = 'ended';
		this.#leave();
	}

	/** Reads until the socket is up to date or full. */
	async #catchUp(): Promise<void> {
		const { store, fanout, meters } = this.#parts;
		while (this.#phase === 'reading') {
			if (this.#outlet.buffered() > FILL_BYTES) {
				this.#phase = 'behind';
				return;
			}
			this.#missing ??= catchUp(store, this.#space, this.#cursor);
			const { value: part, done } = await this.#missing.next();
			if (this.#phase !== 'reading') return;
			if (done) {
				this.#missing = null;
				if (fanout.headOf(this.#space) <= this.#cursor.seq) this.#goLive();
				continue;
			}
			for (const frame of part.frames) {
				this.#outlet.send(frame as Uint8Array<ArrayBuffer>);
				meters.caughtUp(frame.length);
			}
			if (part.complete) this.#cursor = { epoch: this.#epoch, seq: part.to };
		}
	}

	/** What a commit under way has written may be in what was read, or not: at the head, wait for its publication. */
	#goLive(): void {
		const { committer, fanout } = this.#parts;
		if (fanout.headOf(this.#space) < this.#cursor.seq && committer.busy(this.#space)) {
			this.#phase = 'waiting';
			fanout.wait(this.#space, () => this.run());
			return;
		}
		this.#phase = 'live';
		this.#outlet.subscribe(topicOf(this.#space));
	}
}

export interface FollowerParts {
	readonly store: SpaceStore;
	readonly committer: Committer;
	readonly fanout: Fanout;
	readonly meters: Meters;
}

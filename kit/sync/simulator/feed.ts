import type { SpaceId } from '../cell.ts';
import { decodeFrame, encodeFrame } from '../codec/index.ts';
import type { FrameOf, Part } from '../frames.ts';
import { visibleTo } from '../permission.ts';
import { type Scope, ScopeIndex } from '../scope.ts';
import type { Offer } from '../snapshot/index.ts';
import {
	AccessChanged,
	catchUp,
	type Change,
	type Cursor,
	type Reading,
	retell,
	type SpaceStore,
	type ToldPart,
} from '../space/index.ts';

export interface FeedParts {
	readonly store: SpaceStore;
	readonly space: SpaceId;
	/** From SUB. */
	readonly cursor: Cursor;
	/** What the reader keeps; absent: everything. */
	readonly part: Part | undefined;
	/** Epoch that SUBBED announced. */
	readonly epoch: number;
	/** For whom, and what was told of the right to read. */
	readonly reading: Reading;
	/** The acl epoch under which the reader was let in. */
	readonly judged: number;
	/** The newest acl epoch that the server has heard of. */
	aclEpoch(): number;
	/** Grows when the server loses sight of who may read. */
	term(): number;
	/** Whether the server may tell now what the space holds. */
	mayTell(): boolean;
	/** Cells that are read at once. */
	readonly chunk: number;
	/** Chunks in place of a long DELTA, for a client that takes them. */
	offer(cursor: Cursor): Offer | null;
	send(frame: Uint8Array): void;
	/** The store failed while catching up: end the connection, the client will come back. */
	failed(error: unknown): void;
}

/**
 * What one connection hears of one space: first what it lacks, then every change, in order and without a gap. Create it, `start` it, and
 * hand it every committed change of its space.
 */
export class Feed {
	readonly #parts: FeedParts;
	/** The checkpoint up to which everything was sent. */
	#cursor: Cursor;
	#reading: Reading;
	#part: ToldPart | undefined;
	/** The acl epoch under which the reader was last judged. */
	#judged = 0;
	/** The newest head heard of. */
	#head = 0;
	#catchingUp = false;
	#stopped = false;
	/** Goes on with what could not be told, since the server might not tell. */
	#resume: (() => void) | null = null;

	constructor(parts: FeedParts) {
		this.#parts = parts;
		this.#cursor = parts.cursor;
		this.#reading = parts.reading;
		this.#part = parts.part;
		if (parts.cursor.seq === 0 || parts.cursor.epoch !== parts.epoch) this.#lackAll();
	}

	/** For whom, and what was told of the right to read; `null` once it has ended. */
	get reading(): Reading | null {
		return this.#stopped ? null : this.#reading;
	}

	/** What the reader keeps; `null`: everything. */
	get scope(): Scope | null {
		return this.#part?.scope ?? null;
	}

	start(): void {
		const { space, epoch, offer, send } = this.#parts;
		const whole = this.#part && new ScopeIndex(this.#part.scope);
		const mayOffer = !this.#part || this.#part.lack === this.#part.scope;
		const settled = this.#parts.mayTell() && this.#parts.judged >= this.#parts.aclEpoch();
		const offered = mayOffer && settled ? offer(this.#cursor) : null;
		if (offered?.epoch === epoch) {
			const readable = visibleTo(this.#reading.access, offered.chunks);
			const chunks = whole ? readable.filter(({ collection }) => whole.whole(collection)) : readable;
			send(encodeFrame({ type: 'snapshot', space, ...offered, chunks }));
			this.#cursor = { ...this.#cursor, epoch, seq: offered.seq };
		}
		void this.#catchUp();
	}

	stop(): void {
		this.#stopped = true;
	}

	/** A change of this space was committed. Frames are sent as they are when they continue what was sent. */
	committed(change: Change): void {
		this.#head = Math.max(this.#head, change.space.seq);
		if (this.#stopped || this.#catchingUp) return;
		if (change.space.seq <= this.#cursor.seq) return;
		if (this.#part || change.from !== this.#cursor.seq || change.space.aclEpoch > this.#judged || !this.#parts.mayTell())
			return void this.#catchUp();
		for (const frame of change.frames) this.#parts.send(this.#limited(frame));
		this.#cursor = { epoch: this.#cursor.epoch, seq: change.space.seq };
	}

	/** The space may have moved without a word. */
	recheck(): void {
		if (!this.#stopped && !this.#catchingUp) void this.#catchUp();
	}

	/** The space has come this far, whoever wrote. */
	moved(seq: number): void {
		this.#head = Math.max(this.#head, seq);
		if (seq > this.#cursor.seq) this.recheck();
	}

	/** The server may tell again. */
	resumed(): void {
		this.#resume?.();
	}

	async #catchUp(): Promise<void> {
		this.#catchingUp = true;
		try {
			do await this.#read();
			while (!this.#stopped && (this.#cursor.seq < this.#head || this.#judged < this.#parts.aclEpoch()));
		} catch (error) {
			this.#parts.failed(error);
		} finally {
			this.#catchingUp = false;
		}
	}

	async #read(): Promise<void> {
		const { store, space, epoch, chunk, send, aclEpoch } = this.#parts;
		const term = this.#parts.term();
		const parts = catchUp(store, space, this.#cursor, chunk, this.#reading, this.#part);
		try {
			for (;;) {
				const { value, done } = await parts.next();
				if (this.#stopped) return;
				while (!this.#parts.mayTell()) await new Promise<void>((resolve) => (this.#resume = resolve));
				if (this.#stopped) return;
				if (term !== this.#parts.term()) {
					this.#judged = -1;
					return;
				}
				this.#judged = done ? value : value.aclEpoch;
				if (this.#judged < aclEpoch() || done) return;
				for (const frame of value.frames) send(frame);
				if (this.#part) this.#part = value.complete ? { scope: this.#part.scope, lack: null } : { ...this.#part, again: true };
				if (value.complete) this.#cursor = { epoch, seq: value.to };
			}
		} catch (error) {
			if (!(error instanceof AccessChanged)) throw error;
			if (this.#stopped) return;
			const { frame, reading, fromStart } = retell(space, this.#reading, error);
			this.#judged = -1;
			if (reading && (error.aclEpoch < aclEpoch() || !this.#parts.mayTell())) return; // it changed once more: that is told
			send(encodeFrame(frame));
			if (!reading) return this.stop();
			this.#reading = reading;
			if (fromStart) {
				this.#cursor = { ...this.#cursor, epoch, seq: 0 };
				this.#lackAll();
			}
		}
	}

	#lackAll(): void {
		if (this.#part) this.#part = { scope: this.#part.scope, lack: this.#part.scope };
	}

	#limited(bytes: Uint8Array): Uint8Array {
		const { apps } = this.#reading.access;
		if (apps === null) return bytes;
		const delta = decodeFrame(bytes) as FrameOf<'delta'>;
		return encodeFrame({ ...delta, cells: visibleTo({ apps }, delta.cells) });
	}
}

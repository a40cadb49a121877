import type { SpaceId } from '../cell.ts';
import { catchUp, type Change, type Cursor, type SpaceStore } from '../space/index.ts';

export interface FeedParts {
	readonly store: SpaceStore;
	readonly space: SpaceId;
	/** From SUB. */
	readonly cursor: Cursor;
	/** Epoch that SUBBED announced. */
	readonly epoch: number;
	/** Cells that are read at once. */
	readonly chunk: number;
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
	/** The newest head heard of. */
	#head = 0;
	#catchingUp = false;
	#stopped = false;

	constructor(parts: FeedParts) {
		this.#parts = parts;
		this.#cursor = parts.cursor;
	}

	start(): void {
		void this.#catchUp();
	}

	stop(): void {
		this.#stopped = true;
	}

	/** A change of this space was committed. Frames are sent as they are when they continue what was sent. */
	committed(change: Change): void {
		this.#head = Math.max(this.#head, change.space.seq);
		if (this.#stopped || this.#catchingUp) return;
		if (change.from !== this.#cursor.seq) return void this.#catchUp();
		for (const frame of change.frames) this.#parts.send(frame);
		this.#cursor = { epoch: this.#cursor.epoch, seq: change.space.seq };
	}

	/** The space may have moved without a word. */
	recheck(): void {
		if (!this.#stopped && !this.#catchingUp) void this.#catchUp();
	}

	async #catchUp(): Promise<void> {
		this.#catchingUp = true;
		const { store, space, epoch, chunk, send, failed } = this.#parts;
		try {
			do {
				for await (const { frames, to, complete } of catchUp(store, space, this.#cursor, chunk)) {
					if (this.#stopped) return;
					for (const frame of frames) send(frame);
					if (complete) this.#cursor = { epoch, seq: to };
				}
			} while (!this.#stopped && this.#cursor.seq < this.#head);
		} catch (error) {
			failed(error);
		} finally {
			this.#catchingUp = false;
		}
	}
}

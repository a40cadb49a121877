import type { SpaceId } from '../cell.ts';
import { catchUp, type Cursor } from './catch-up.ts';
import type { Change } from './state.ts';
import type { SpaceStore } from './store.ts';

export interface FeedParts {
	readonly store: SpaceStore;
	readonly space: SpaceId;
	/** From SUB. */
	readonly cursor: Cursor;
	/** Epoch that SUBBED announced. */
	readonly epoch: number;
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

	/** Whether it has sent everything it heard of. */
	get live(): boolean {
		return !this.#catchingUp;
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

	/** A slow reader, whose live frames were dropped, can be written to again. */
	resume(): void {
		if (!this.#catchingUp) void this.#catchUp();
	}

	async #catchUp(): Promise<void> {
		this.#catchingUp = true;
		const { store, space, epoch, send, failed } = this.#parts;
		try {
			do {
				for await (const { frames, to, complete } of catchUp(store, space, this.#cursor)) {
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

import type { SpaceId } from '@mana/sync';

/** Sends one encoded frame to every socket that subscribed to a topic: Bun's `server.publish`. 0 or −1: somebody is slow. */
export type Publish = (topic: string, frame: Uint8Array<ArrayBuffer>) => number;

/** A reader of a space that is fed by the topic. */
export interface Reader {
	/** Some reader of the space could not take all that was published: look whether it is you. */
	slowed(): void;
	/** The space may have moved without a publication: read from where you stand. */
	doubted(): void;
}

interface LiveSpace {
	/** The last seq whose DELTA was published by this process while somebody was reading. */
	head: number;
	readonly readers: Set<Reader>;
	readonly waiting: Set<() => void>;
}

/**
 * Who reads which space in this process. The frames of a commit are encoded once and handed to the runtime's own topics, which is
 * what makes a thousand readers cheap; only readers that are slow or still catching up are looked at one by one.
 */
export class Fanout {
	readonly #spaces = new Map<SpaceId, LiveSpace>();
	readonly #publish: Publish;

	constructor(publish: Publish) {
		this.#publish = publish;
	}

	/** Follows a space. Returns the way to stop. */
	join(id: SpaceId, reader: Reader): () => void {
		let space = this.#spaces.get(id);
		if (!space) this.#spaces.set(id, (space = { head: 0, readers: new Set(), waiting: new Set() }));
		space.readers.add(reader);
		return () => {
			space.readers.delete(reader);
			if (space.readers.size === 0 && this.#spaces.get(id) === space) this.#spaces.delete(id);
		};
	}

	/** The last seq that was published since somebody reads; 0 when nothing was. */
	headOf(id: SpaceId): number {
		return this.#spaces.get(id)?.head ?? 0;
	}

	/** Calls `wake` once, after the next publication in a space that somebody follows. Returns the way to give up. */
	wait(id: SpaceId, wake: () => void): () => void {
		const waiting = this.#spaces.get(id)?.waiting;
		waiting?.add(wake);
		return () => waiting?.delete(wake);
	}

	/** Sends the frames of a commit, in order. @param to the seq that the last of them leads to */
	publish(id: SpaceId, frames: readonly Uint8Array<ArrayBuffer>[], to: number): void {
		const space = this.#spaces.get(id);
		if (!space) return;
		space.head = Math.max(space.head, to);
		let slow = false;
		for (const frame of frames) slow = this.#publish(topicOf(id), frame) <= 0 || slow;
		if (slow) for (const reader of space.readers) reader.slowed();
		this.wake(id);
	}

	/** Has every reader look at the store, since a commit may have been kept whose changes nobody could publish. */
	doubt(id: SpaceId): void {
		for (const reader of this.#spaces.get(id)?.readers ?? []) reader.doubted();
		this.wake(id);
	}

	/** Lets those who wait look again, though nothing was published. */
	wake(id: SpaceId): void {
		const space = this.#spaces.get(id);
		if (!space || space.waiting.size === 0) return;
		const waiting = [...space.waiting];
		space.waiting.clear();
		for (const wake of waiting) wake();
	}
}

/** The topic on which a space's DELTAs are published. */
export function topicOf(space: SpaceId): string {
	return `space ${space}`;
}

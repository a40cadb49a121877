import {
	type Access,
	appsFromText,
	appsToText,
	decodeFrame,
	encodeFrame,
	type FrameOf,
	type SpaceId,
	visibleTo,
} from '@mana/sync';
import type { Published } from './committer/committer.ts';

/** Sends one encoded frame to every socket that subscribed to a topic: Bun's `server.publish`. 0 or −1: somebody is slow. */
export type Publish = (topic: string, frame: Uint8Array<ArrayBuffer>) => number;

/** A reader of a space that is fed by the topic. */
export interface Reader {
	/** Some reader of the space could not take all that was published: look whether it is you. */
	slowed(): void;
	/** The space may have moved without a publication, or who may read it may have changed: read from where you stand. */
	doubted(): void;
}

interface LiveSpace {
	/** The last seq whose DELTA was published by this process while somebody was reading. */
	head: number;
	/** The newest acl epoch that this process heard of. What was computed under an older one is not sent any more. */
	aclEpoch: number;
	/** How many live readers are limited to the same apps, by `appsToText`: each such group has a topic of its own. */
	readonly limited: Map<string, number>;
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

	/** Follows a space. Returns the way to stop. @param aclEpoch under which the reader was let in */
	join(id: SpaceId, reader: Reader, aclEpoch: number): () => void {
		let space = this.#spaces.get(id);
		if (!space) this.#spaces.set(id, (space = { head: 0, aclEpoch, limited: new Map(), readers: new Set(), waiting: new Set() }));
		space.aclEpoch = Math.max(space.aclEpoch, aclEpoch);
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

	/** The newest acl epoch that was heard of; 0 when nobody reads. */
	aclEpochOf(id: SpaceId): number {
		return this.#spaces.get(id)?.aclEpoch ?? 0;
	}

	/** A reader limited to these apps goes live, or ends to be. */
	count(id: SpaceId, apps: Access['apps'], by: 1 | -1): void {
		const limited = this.#spaces.get(id)?.limited;
		if (!limited || apps === null) return;
		const name = appsToText(apps);
		const count = (limited.get(name) ?? 0) + by;
		if (count > 0) limited.set(name, count);
		else limited.delete(name);
	}

	/** Calls `wake` once, after the next publication in a space that somebody follows. Returns the way to give up. */
	wait(id: SpaceId, wake: () => void): () => void {
		const waiting = this.#spaces.get(id)?.waiting;
		waiting?.add(wake);
		return () => waiting?.delete(wake);
	}

	/** Sends the frames of a commit, in order. Where it changed who may read, everybody leaves the topic first and reads anew. */
	publish({ space: id, frames, to, aclEpoch }: Published): void {
		const space = this.#spaces.get(id);
		if (!space) return;
		// First: where they stand is what was published before this.
		if (aclEpoch > space.aclEpoch) {
			space.aclEpoch = aclEpoch;
			for (const reader of space.readers) reader.doubted();
		}
		space.head = Math.max(space.head, to);
		let slow = false;
		for (const frame of frames) {
			slow = this.#publish(topicOf(id, null), frame) <= 0 || slow;
			for (const name of space.limited.keys()) {
				const apps = appsFromText(name);
				slow = this.#publish(topicOf(id, apps), limitedTo(apps, frame)) <= 0 || slow;
			}
		}
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

/** The topic on which a space's DELTAs are published, for readers of all apps or of some. */
export function topicOf(space: SpaceId, apps: Access['apps']): string {
	return apps === null ? `space ${space}` : `space ${space} ${appsToText(apps)}`;
}

/** The same DELTA with what these apps hold; empty when that is nothing, since it still moves the cursor. */
function limitedTo(apps: Access['apps'], bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
	const delta = decodeFrame(bytes) as FrameOf<'delta'>;
	return encodeFrame({ ...delta, cells: visibleTo({ apps }, delta.cells) }) as Uint8Array<ArrayBuffer>;
}

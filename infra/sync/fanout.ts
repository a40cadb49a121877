import {
	type Access,
	appsFromText,
	appsToText,
	decodeFrame,
	encodeFrame,
	type FrameOf,
	packDeltas,
	type SpaceId,
	visibleTo,
} from '@mana/sync';
import { problem } from '@mana/service';
import type { Tail } from '@mana/sync/space/index';
import type { Published } from './committer/committer.ts';

/** Sends one encoded frame to every socket that subscribed to a topic: Bun's `server.publish`. 0 or −1: somebody is slow. */
export type Publish = (topic: string, frame: Uint8Array<ArrayBuffer>) => number;

/** A reader of a space that is fed by the topic. */
export interface Reader {
	/** Some reader of the space could not take all that was published: look whether it is you. */
	slowed(): void;
	/** The space may have moved without a publication, or who may read it may have changed: read from where you stand. */
	doubted(): void;
	/** This node may tell again what spaces hold. */
	resumed(): void;
}

export interface FanoutParts {
	readonly publish: Publish;
	/** What a space holds above a seq, for nobody in particular: see `SpaceStore.readSince`. */
	readonly read: (space: SpaceId, after: number) => Promise<Tail | null>;
	/** Whether this node may tell now what spaces hold: see `Lease`. Asked in the same step that sends. */
	readonly mayTell: () => boolean;
	/** The store could not be read for readers who are live. They are told with the next hint or look. */
	readonly failed: (error: unknown) => void;
}

interface LiveSpace {
	/** Every live reader was told everything up to here. */
	head: number;
	/** The highest seq that was heard of, from this node's commits, other nodes' hints, and looks. */
	known: number;
	/** The newest acl epoch that this process heard of. What was computed under an older one is not sent any more. */
	aclEpoch: number;
	/** Readers on a topic. */
	live: number;
	/** How many live readers are limited to the same apps, by `appsToText`: each such group has a topic of its own. */
	readonly limited: Map<string, number>;
	readonly readers: Set<Reader>;
	readonly waiting: Set<() => void>;
	advancing: boolean;
}

/**
 * Who reads which space in this process. The frames of a commit are encoded once and handed to the runtime's own topics, which is
 * what makes a thousand readers cheap; only readers that are slow or still catching up are looked at one by one.
 *
 * Commits of this node are published as they were made when they continue what was told. What other nodes committed is read once, for all
 * readers, as soon as it was heard of; so is what lies between two commits of this node. So nobody hears a seq before the one below it.
 */
export class Fanout {
	readonly #spaces = new Map<SpaceId, LiveSpace>();
	readonly #parts: FanoutParts;
	#rights = 0;
	#silent = false;

	constructor(parts: FanoutParts) {
		this.#parts = parts;
	}

	/** Follows a space. Returns the way to stop. @param aclEpoch under which the reader was let in */
	join(id: SpaceId, reader: Reader, aclEpoch: number): () => void {
		let space = this.#spaces.get(id);
		if (!space) {
			const fresh = { head: 0, known: 0, aclEpoch, live: 0, advancing: false };
			this.#spaces.set(id, (space = { ...fresh, limited: new Map(), readers: new Set(), waiting: new Set() }));
		}
		this.#raise(space, aclEpoch);
		space.readers.add(reader);
		return () => {
			space.readers.delete(reader);
			if (space.readers.size === 0 && this.#spaces.get(id) === space) this.#spaces.delete(id);
		};
	}

	/** What every live reader was told; 0 when nobody reads. */
	headOf(id: SpaceId): number {
		return this.#spaces.get(id)?.head ?? 0;
	}

	/** The highest seq that was heard of while somebody reads. */
	knownOf(id: SpaceId): number {
		return this.#spaces.get(id)?.known ?? 0;
	}

	/** The newest acl epoch that was heard of; 0 when nobody reads. */
	aclEpochOf(id: SpaceId): number {
		return this.#spaces.get(id)?.aclEpoch ?? 0;
	}

	/** Grows whenever somebody's right in any space changed: what was read across such a moment is read again. */
	get rights(): number {
		return this.#rights;
	}

	/** Whether this node may tell now what spaces hold. When not, whoever is live stops being so. */
	get mayTell(): boolean {
		if (!this.#parts.mayTell()) this.silence();
		return !this.#silent;
	}

	/** Spaces with readers, and what each of them has heard of. */
	*heads(): IterableIterator<readonly [SpaceId, number]> {
		for (const [id, { head, known, live }] of this.#spaces) yield [id, live > 0 ? head : known];
	}

	/**
	 * A reader who was told everything up to `seq` goes live, from the next publication on. `false`: the others are elsewhere, so it has to read
	 * again; when there is nothing to read yet, it is woken (`wait`).
	 */
	enter(id: SpaceId, apps: Access['apps'], seq: number): boolean {
		const space = this.#spaces.get(id);
		if (!space) return false;
		if (space.live === 0) space.head = Math.max(space.head, seq);
		if (seq !== space.head) {
			this.hinted(id, seq);
			return false;
		}
		space.live++;
		this.#count(space, apps, 1);
		this.hinted(id, seq);
		return true;
	}

	/** A live reader leaves the topic. */
	exit(id: SpaceId, apps: Access['apps']): void {
		const space = this.#spaces.get(id);
		if (!space) return;
		space.live--;
		this.#count(space, apps, -1);
	}

	/** Calls `wake` once, after the next news of a space that somebody follows. Returns the way to give up. */
	wait(id: SpaceId, wake: () => void): () => void {
		const waiting = this.#spaces.get(id)?.waiting;
		waiting?.add(wake);
		return () => waiting?.delete(wake);
	}

	/** Sends the frames of a commit, in order. Where it changed who may read, everybody leaves the topic first and reads anew. */
	publish({ space: id, frames, from, to, aclEpoch, members }: Published): void {
		if (members) this.#rights++;
		const space = this.#spaces.get(id);
		if (!space) return;
		this.#raise(space, aclEpoch);
		if (space.live === 0) space.head = Math.max(space.head, to);
		// Otherwise what other nodes committed below it has not come yet, or it was read already.
		else if (from === space.head && this.mayTell) this.#send(id, space, frames, to);
		this.hinted(id, to);
		this.wake(id);
	}

	/** Somebody heard that a space has come this far. Tells live readers what they lack. */
	hinted(id: SpaceId, seq: number): void {
		const space = this.#spaces.get(id);
		if (!space) return;
		const news = seq > space.known;
		space.known = Math.max(space.known, seq);
		if (space.live > 0 && space.known > space.head) void this.#advance(id, space);
		else if (news) this.wake(id);
	}

	/** Somebody's right in a space changed, on whatever node: who reads it leaves the topic, and comes back through a look at the right. */
	rightsChanged(id: SpaceId, aclEpoch: number): void {
		this.#rights++;
		const space = this.#spaces.get(id);
		if (space) this.#raise(space, aclEpoch);
		this.wake(id);
	}

	/** Has every reader look at the store, since a commit may have been kept whose changes nobody could publish. */
	doubt(id: SpaceId): void {
		for (const reader of this.#spaces.get(id)?.readers ?? []) reader.doubted();
		this.wake(id);
	}

	/** This node has not heard for a while who may read: nobody hears anything until `resume`. */
	silence(): void {
		if (this.#silent) return;
		this.#silent = true;
		for (const id of this.#spaces.keys()) this.doubt(id);
	}

	/** It will not hear of all that changed in the meantime: what was read up to now is not sent. */
	forget(): void {
		this.#rights++;
		this.silence();
	}

	/** It knows again. What was being read meanwhile is read again. */
	resume(): void {
		if (!this.#silent) return;
		this.#silent = false;
		for (const { readers } of this.#spaces.values()) for (const reader of readers) reader.resumed();
	}

	/** Lets those who wait look again, though nothing was published. */
	wake(id: SpaceId): void {
		const space = this.#spaces.get(id);
		if (!space || space.waiting.size === 0) return;
		const waiting = [...space.waiting];
		space.waiting.clear();
		for (const wake of waiting) wake();
	}

	/** Everybody leaves under an older right, before the next byte: where they stand is what was published before this. */
	#raise(space: LiveSpace, aclEpoch: number): void {
		if (aclEpoch <= space.aclEpoch) return;
		space.aclEpoch = aclEpoch;
		for (const reader of space.readers) reader.doubted();
	}

	/** Reads what live readers lack and tells them, as long as they lack something. */
	async #advance(id: SpaceId, space: LiveSpace): Promise<void> {
		if (space.advancing) return;
		space.advancing = true;
		try {
			while (space.live > 0 && space.head < space.known) {
				const { head, known } = space;
				const rights = this.#rights;
				const tail = await this.#parts.read(id, head);
				if (space.live === 0 || space.head !== head || rights !== this.#rights) continue;
				if (tail && tail.aclEpoch > space.aclEpoch) this.#raise(space, tail.aclEpoch);
				// More than one part at once, or another history: each reader reads for itself.
				else if (!tail || tail.seq < known || (tail.cells.at(-1)?.seq ?? tail.seq) < tail.seq) {
					space.known = Math.min(space.known, Math.max(tail?.seq ?? 0, head));
					for (const reader of space.readers) reader.doubted();
				} else if (this.mayTell) {
					const frames = packDeltas(id, head, tail.seq, false, tail.cells).map(encodeFrame);
					this.#send(id, space, frames as Uint8Array<ArrayBuffer>[], tail.seq);
					space.known = Math.max(space.known, tail.seq);
				}
			}
		} catch (error) {
			this.#parts.failed(error);
		} finally {
			space.advancing = false;
		}
		this.wake(id);
	}

	#send(id: SpaceId, space: LiveSpace, frames: Published['frames'], to: number): void {
		space.head = to;
		let slow = false;
		for (const frame of frames) {
			slow = this.#parts.publish(topicOf(id, null), frame) <= 0 || slow;
			for (const name of space.limited.keys()) {
				const apps = appsFromText(name);
				slow = this.#parts.publish(topicOf(id, apps), limitedTo(apps, frame)) <= 0 || slow;
			}
		}
		if (slow) for (const reader of space.readers) reader.slowed();
	}

	#count({ limited }: LiveSpace, apps: Access['apps'], by: 1 | -1): void {
		if (apps === null) return;
		const name = appsToText(apps);
		const count = (limited.get(name) ?? 0) + by;
		if (count > 0) limited.set(name, count);
		else limited.delete(name);
	}
}

/**
 * Reads a right together with what it opens, again when somebody's right changed meanwhile: what comes of it may be sent at once.
 *
 * @throws Problem 503 `silent` when this node cannot know who may read what
 */
export async function judged<T>(fanout: Pick<Fanout, 'rights' | 'mayTell'>, read: () => Promise<T>): Promise<T> {
	for (;;) {
		const { rights } = fanout;
		const found = await read();
		if (!fanout.mayTell) throw problem(503, 'silent', SILENT, { retryAfterMs: 1000 });
		if (rights === fanout.rights) return found;
	}
}

/** Said to whoever asks a node that lost sight of the others. */
export const SILENT = 'This server cannot tell at the moment who may read what. Come back in a moment.';

/** The topic on which a space's DELTAs are published, for readers of all apps or of some. */
export function topicOf(space: SpaceId, apps: Access['apps']): string {
	return apps === null ? `space ${space}` : `space ${space} ${appsToText(apps)}`;
}

/** The same DELTA with what these apps hold; empty when that is nothing, since it still moves the cursor. */
function limitedTo(apps: Access['apps'], bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
	const delta = decodeFrame(bytes) as FrameOf<'delta'>;
	return encodeFrame({ ...delta, cells: visibleTo({ apps }, delta.cells) }) as Uint8Array<ArrayBuffer>;
}

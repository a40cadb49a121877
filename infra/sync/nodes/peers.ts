import type { Presence, SpaceId } from '@mana/sync';

/** What a node asks of the others that serve the same store. Alone on SQLite there are none (`alone`). */
export interface Peers {
	/** Settles once this node may tell for the first time, or could not be asked: whoever starts one waits for it. */
	readonly began: Promise<void>;
	/** Whether this node may tell now what spaces hold. Asked in the same step that sends. */
	mayTell(): boolean;
	/** A commit of this node brought a space this far. */
	moved(space: SpaceId, seq: number): void;
	/** Somebody here said where they are. It may get lost; it is said again after a while. */
	saw(presence: Presence): void;
	/** Rights changed in a commit of this node: the others are told to look. */
	rightsMoved(): void;
	/**
	 * Settles once no other node sends anything under rights that were changed before this call: each has heard of the change, or has been silent
	 * since (`LEASE_OVER_MS` at most).
	 */
	everybodyHeard(): Promise<void>;
	/**
	 * Does some work unless another node does the same at this moment: `null` then. For what is a waste when two do it, and never for what would be
	 * wrong: a node that loses its connection meanwhile may not be the only one any more.
	 *
	 * @param what a name for the work
	 */
	alone<T>(what: string, work: () => Promise<T>): Promise<T | null>;
	close(): Promise<void>;
}

/** One process that has its store to itself. */
export const alone: Peers = {
	began: Promise.resolve(),
	mayTell: () => true,
	moved: () => undefined,
	saw: () => undefined,
	rightsMoved: () => undefined,
	everybodyHeard: async () => undefined,
	alone: (_what, work) => work(),
	close: async () => undefined,
};

/** What a node hears of the others. Must not throw. */
export interface PeerEvents {
	/** A space has come this far, on whatever node. */
	hinted(space: SpaceId, seq: number): void;
	/** Somebody said on another node where they are. */
	saw(presence: Presence): void;
	/** Somebody's right in a space changed, on whatever node. */
	rightsChanged(space: SpaceId, aclEpoch: number): void;
	/** This node has not heard for a while who may read what. */
	silenced(): void;
	/** It will not hear of all that changed up to now. */
	forgot(): void;
	/** It knows again: everything that had changed was told before this, unless it forgot. */
	resumed(): void;
	/** Spaces with readers here, with what is known of each: what a look asks about. */
	heads(): Iterable<readonly [SpaceId, number]>;
}

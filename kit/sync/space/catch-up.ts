import type { SpaceId } from '../cell.ts';
import { encodeFrame, packDeltas } from '../codec/index.ts';
import { sameReach, visibleTo } from '../permission.ts';
import { catchUpPart, type ToldPart } from './part-catch-up.ts';
import { Forgotten } from './horizon.ts';
import { AccessChanged, type Reading } from './reach.ts';
import type { SpaceStore, Tail } from './store.ts';

/** Where a replica stands: which history, and up to where. */
export interface Cursor {
	readonly epoch: number;
	readonly seq: number;
	/**
	 * The horizon when a replica sat down that is told the state from its start (`startOf`). What is forgotten after that it may have been told of already,
	 * where the state is begun anew, or have of another history; so it must sit down again.
	 */
	readonly horizon?: number;
}

/** One part of what a replica lacks. */
export interface CatchUpPart {
	/** Encoded DELTAs. */
	readonly frames: readonly Uint8Array[];
	/** The checkpoint to which they lead when `complete`. */
	readonly to: number;
	readonly complete: boolean;
	/** The acl epoch of the snapshot that the frames were read from. */
	readonly aclEpoch: number;
}

/** Cells that are read at once: about a frame of small ones. */
const CHUNK = 8192;

/**
 * What brings a replica from `cursor` to a checkpoint: the newest state only, part by part (sync.md §6.6). A cursor of another history,
 * or beyond the head, starts from 0. The space may move on between two parts; the last part then leads to the newer head, and whatever
 * moved meanwhile is in it. Yields nothing when there is nothing to tell.
 *
 * @param chunk cells to read at once, for tests
 * @param part what the replica keeps, when that is not everything
 * @param reading for whom; the right to read and what is read are of one snapshot. Without it: everything
 * @returns the acl epoch of the last snapshot
 * @throws AccessChanged before anything that `reading` may not see, or lacks, would be told; an error when the space is gone
 */
export async function* catchUp(
	store: SpaceStore,
	space: SpaceId,
	cursor: Cursor,
	chunk = CHUNK,
	reading?: Reading,
	part?: ToldPart,
): AsyncGenerator<CatchUpPart, number> {
	if (part) return yield* catchUpPart(store, space, cursor, chunk, reading, part);
	let tail = await read(store, space, cursor.seq, chunk, reading);
	const from = tail.epoch === cursor.epoch && cursor.seq <= tail.seq ? cursor.seq : 0;
	// Told before it sat down; what has been forgotten since then it must be told as well, by sitting down again.
	if (from > 0 && from < tail.horizon) throw new Forgotten(space);
	if (from !== cursor.seq) tail = await read(store, space, from, chunk, reading);
	if (cursor.horizon !== undefined && cursor.horizon < tail.horizon) throw new Forgotten(space);
	// Whoever has nothing yet was told, in the parts before, what is forgotten while the rest is read.
	const known = Math.max(from, tail.horizon);
	if (tail.seq === cursor.seq && tail.epoch === cursor.epoch) return tail.aclEpoch;
	for (;;) {
		const complete = tail.cells.length === 0 || lastSeq(tail) === tail.seq;
		const to = complete ? tail.seq : from;
		const cells = reading ? visibleTo(reading.access, tail.cells) : tail.cells;
		yield { frames: packDeltas(space, from, to, !complete, cells).map(encodeFrame), to, complete, aclEpoch: tail.aclEpoch };
		if (complete) return tail.aclEpoch;
		tail = await read(store, space, lastSeq(tail), chunk, reading);
		if (known < tail.horizon) throw new Forgotten(space);
	}
}

async function read(
	store: SpaceStore,
	space: SpaceId,
	after: number,
	chunk: number,
	reading: Reading | undefined,
): Promise<Tail> {
	const tail = await store.readSince(space, after, chunk, reading?.person);
	if (!tail) throw new Error(`Space ${space} is gone.`);
	if (reading && (!tail.access || !sameReach(tail.access, reading.access))) throw new AccessChanged(tail.access, tail.aclEpoch);
	return tail;
}

function lastSeq(tail: Tail): number {
	return tail.cells.at(-1)!.seq;
}

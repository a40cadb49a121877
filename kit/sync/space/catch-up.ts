import type { SpaceId } from '../cell.ts';
import { encodeFrame, packDeltas } from '../codec/index.ts';
import type { SpaceStore, Tail } from './store.ts';

/** Where a replica stands: which history, and up to where. */
export interface Cursor {
	readonly epoch: number;
	readonly seq: number;
}

/** One part of what a replica lacks. */
export interface CatchUpPart {
	/** Encoded DELTAs. */
	readonly frames: readonly Uint8Array[];
	/** The checkpoint to which they lead when `complete`. */
	readonly to: number;
	readonly complete: boolean;
}

/** Cells that are read at once: about a frame of small ones. */
const CHUNK = 8192;

/**
 * What brings a replica from `cursor` to a checkpoint: the newest state only, part by part (sync.md §6.6). A cursor of another history,
 * or beyond the head, starts from 0. The space may move on between two parts; the last part then leads to the newer head, and whatever
 * moved meanwhile is in it. Yields nothing when there is nothing to tell.
 *
 * @param chunk cells to read at once, for tests
 * @throws when the space is gone
 */
export async function* catchUp(store: SpaceStore, space: SpaceId, cursor: Cursor, chunk = CHUNK): AsyncGenerator<CatchUpPart> {
	let tail = await read(store, space, cursor.seq, chunk);
	const from = tail.epoch === cursor.epoch && cursor.seq <= tail.seq ? cursor.seq : 0;
	if (from !== cursor.seq) tail = await read(store, space, from, chunk);
	if (tail.seq === cursor.seq && tail.epoch === cursor.epoch) return;
	for (;;) {
		const complete = tail.cells.length === 0 || lastSeq(tail) === tail.seq;
		const to = complete ? tail.seq : from;
		yield { frames: packDeltas(space, from, to, !complete, tail.cells).map(encodeFrame), to, complete };
		if (complete) return;
		tail = await read(store, space, lastSeq(tail), chunk);
	}
}

async function read(store: SpaceStore, space: SpaceId, after: number, chunk: number): Promise<Tail> {
	const tail = await store.readSince(space, after, chunk);
	if (!tail) throw new Error(`Space ${space} is gone.`);
	return tail;
}

function lastSeq(tail: Tail): number {
	return tail.cells.at(-1)!.seq;
}

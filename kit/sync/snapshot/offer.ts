import type { ChunkRef, Manifest } from './manifest.ts';
import { MOST_CHUNKS } from './manifest.ts';

/** Cells below which a DELTA is cheaper than asking for chunks. */
export const LEAST_CELLS = 4096;

/** A snapshot for one replica: these chunks, in this order, then what is newer than `seq`. */
export interface Offer {
	readonly epoch: number;
	/** 0: it is the beginning of a state, and never put on top of one. */
	readonly from: 0;
	readonly seq: number;
	readonly chunks: readonly ChunkRef[];
}

/**
 * The chunks that a replica begins with which has nothing yet; `null` when a DELTA is the better way, and for every replica that has something: chunks do not
 * say what came before what, so whoever has them takes them for older than everything else that it holds.
 *
 * @param cursor where the replica stands, in the history that the manifest is of; 0 for one of another history
 * @param least cells that are worth it
 */
export function offerFor(
	{ epoch, segments }: Pick<Manifest, 'epoch' | 'segments'>,
	cursor: number,
	least = LEAST_CELLS,
): Offer | null {
	const last = segments.at(-1);
	if (cursor > 0 || !last) return null;
	const chunks = segments.flatMap((segment) => segment.chunks);
	const cells = segments.reduce((sum, segment) => sum + segment.cells, 0);
	if (cells < least || chunks.length > MOST_CHUNKS) return null;
	return { epoch, from: 0, seq: last.to, chunks };
}

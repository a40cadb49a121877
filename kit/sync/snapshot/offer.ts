import type { ChunkRef, Manifest } from './manifest.ts';
import { MOST_CHUNKS } from './manifest.ts';

/** Cells below which a DELTA is cheaper than asking for chunks. */
export const LEAST_CELLS = 4096;

/** A snapshot for one replica: these chunks, in this order, then what is newer than `seq`. */
export interface Offer {
	readonly epoch: number;
	/** Where it stands. */
	readonly from: number;
	readonly seq: number;
	readonly chunks: readonly ChunkRef[];
}

/**
 * The chunks that bring a replica nearer to the head than a DELTA would; `null` when a DELTA is the better way: little is missing, or
 * most of what the chunks hold is there already. Where something was ever forgotten nothing is put on top of a state either: a record may have been made
 * anew under the id of one whose tombstone the replica still keeps, and chunks do not say which came first.
 *
 * @param cursor where the replica stands, in the history that the manifest is of; 0 for one of another history
 * @param least cells that are worth it
 */
export function offerFor({ epoch, horizon, segments }: Omit<Manifest, 'seq'>, cursor: number, least = LEAST_CELLS): Offer | null {
	if (cursor > 0 && horizon > 0) return null;
	const needed = segments.filter(({ to }) => to > cursor);
	const [oldest] = needed;
	if (!oldest || cursor - oldest.from > (oldest.to - oldest.from) / 2) return null;
	const chunks = needed.flatMap((segment) => segment.chunks);
	const cells = needed.reduce((sum, segment) => sum + segment.cells, 0);
	if (cells < least || chunks.length > MOST_CHUNKS) return null;
	return { epoch, from: cursor, seq: needed.at(-1)!.to, chunks };
}

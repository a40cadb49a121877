import { type Access, ByteReader, ByteWriter, type SpaceId } from '@mana/sync';
import {
	type ChunkHash,
	type ChunkRef,
	type Manifest,
	type PressedChunk,
	readRefs,
	type Segment,
	type SegmentReader,
	writeRefs,
} from '@mana/sync/snapshot/index';
import { memberOf } from '../spaces/member-rows.ts';

/** Where snapshots are kept: beside the cells that they are made of, so that a backup holds both of one moment. One class for each engine. */
export interface ChunkKeeper extends SegmentReader {
	/** From one consistent state. `null`: no such space. */
	manifest(space: SpaceId): Promise<Manifest | null>;
	/** A chunk with what the person may do in its space, both of one moment; `null` when it is not there or the person never was a member. */
	chunk(space: SpaceId, hash: ChunkHash, person: string): Promise<FoundChunk | null>;
	/** Keeps chunks that no segment names yet; they go with `sweepChunks` if none ever does. @param now ms since 1970 */
	keep(space: SpaceId, chunks: readonly PressedChunk[], now: number): Promise<void>;
	/**
	 * Puts a segment in the place of all that it covers. Chunks that nobody names any more stay for those who are fetching them.
	 *
	 * @param last `to` of the newest segment when the build began (0: there was none)
	 * @returns false when somebody else built meanwhile: this segment is dropped
	 */
	replace(space: SpaceId, last: number, segment: Segment, now: number): Promise<boolean>;
}

/** A chunk for somebody who asks for it. */
export interface FoundChunk {
	/** Compressed. */
	readonly body: Uint8Array;
	readonly collection: number;
	/** `null`: no member any more. */
	readonly access: Access | null;
}

/** Its row, with that of the member. */
export interface ChunkRow {
	readonly body: Uint8Array;
	readonly collection: number;
	readonly role: string;
	readonly apps: string;
}

export function foundChunk({ body, collection, role, apps }: ChunkRow): FoundChunk {
	return { body, collection, access: memberOf({ role, apps, name: '', since: 0 }).access };
}

/** How long a chunk outlives the manifests that name it: whoever got one of them has this long to fetch it. */
export const CHUNK_GRACE_MS = 3600_000;

export interface SegmentRow {
	readonly from_seq: number;
	readonly to_seq: number;
	readonly cells: number;
	readonly chunks: Uint8Array;
}

export function segmentOf({ from_seq, to_seq, cells, chunks }: SegmentRow): Segment {
	return { from: from_seq, to: to_seq, cells, chunks: readRefs(new ByteReader(chunks)) };
}

export function refsToBytes(refs: readonly ChunkRef[]): Uint8Array {
	const out = new ByteWriter();
	writeRefs(out, refs);
	return out.finish();
}

/** The manifest after `segment` took the place of what it covers, and the chunks that only the old one names. */
export function replaced(segments: readonly Segment[], segment: Segment): { kept: Segment[]; dropped: ChunkHash[] } {
	const kept = segments.filter(({ to }) => to <= segment.from);
	const named = new Set([...kept, segment].flatMap(({ chunks }) => chunks.map(({ hash }) => hash)));
	const gone = segments.filter(({ to }) => to > segment.from).flatMap(({ chunks }) => chunks.map(({ hash }) => hash));
	return { kept, dropped: gone.filter((hash) => !named.has(hash)) };
}

/** `to` of the newest segment. */
export function lastOf({ segments }: Pick<Manifest, 'segments'>): number {
	return segments.at(-1)?.to ?? 0;
}

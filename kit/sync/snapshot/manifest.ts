import type { ByteReader, ByteWriter } from '../codec/bytes.ts';
import { readList } from '../codec/shape.ts';

/** SHA-256 of a chunk's bytes before compression, as 64 hexadecimal digits: its name, and what makes it immutable. */
export type ChunkHash = string & { readonly __brand: 'ChunkHash' };

/** One chunk of a snapshot, as a manifest names it. */
export interface ChunkRef {
	readonly collection: number;
	readonly hash: ChunkHash;
	readonly records: number;
	/** As it travels: compressed. */
	readonly bytes: number;
}

/**
 * What the state said about the seqs in (`from`, `to`] when it was built. Cells that moved on since stand in a later segment or in the
 * tail, so that all segments in their order, then the tail, are the state (sync.md §6.5).
 */
export interface Segment {
	readonly from: number;
	readonly to: number;
	readonly cells: number;
	readonly chunks: readonly ChunkRef[];
}

/** All segments of a space, oldest first and without a gap from 0 on. */
export interface Manifest {
	readonly epoch: number;
	/** Head of the space. */
	readonly seq: number;
	readonly segments: readonly Segment[];
}

/** Chunks that one manifest may name. */
export const MOST_CHUNKS = 16_384;
const HASH_BYTES = 32;

/** Whether `text` can be the name of a chunk. */
export function isChunkHash(text: string): text is ChunkHash {
	return /^[0-9a-f]{64}$/.test(text);
}

export function writeRefs(out: ByteWriter, refs: readonly ChunkRef[]): void {
	out.varint(refs.length);
	for (const { collection, hash, records, bytes } of refs) {
		out.varint(collection);
		for (let at = 0; at < HASH_BYTES * 2; at += 2) out.byte(Number.parseInt(hash.slice(at, at + 2), 16));
		out.varint(records);
		out.varint(bytes);
	}
}

/** @throws `BadFrame` */
export function readRefs(from: ByteReader): ChunkRef[] {
	return readList(from, MOST_CHUNKS, () => ({
		collection: from.varint(0xffff),
		hash: hex(from.raw(HASH_BYTES)),
		records: from.varint(),
		bytes: from.varint(),
	}));
}

function hex(bytes: Uint8Array): ChunkHash {
	let text = '';
	for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
	return text as ChunkHash;
}

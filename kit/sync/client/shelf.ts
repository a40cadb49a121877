import type { Name } from '../name.ts';
import type { ChunkHash } from '../snapshot/manifest.ts';
import type { NamedChunk } from './conversation/download.ts';
import type { DiskTransaction } from './disk.ts';
import type { Pages } from './pages.ts';

/** Where a store keeps the chunks of snapshots: what they hold is confirmed state, as they brought it. */
export interface Shelf {
	/** Reads everything; the chunks are decoded by what it returns. @throws `BadFrame` when a chunk that counts is damaged */
	load(tx: DiskTransaction): Promise<() => { counting: NamedChunk[]; fetched: NamedChunk[] }>;
	/** Puts a chunk of a download that goes on there. Answers where it stands. */
	keep(tx: DiskTransaction, hash: ChunkHash, bytes: Uint8Array): Promise<number>;
	/** A chunk is on the disk. */
	kept(hash: ChunkHash, at: number): void;
	/** Makes chunks count, in the place of all others or behind them. Returns what to do when the transaction is over. */
	count(tx: DiskTransaction, hashes: readonly ChunkHash[], replace: boolean): () => void;
	/** These chunks count from now on, in the place of all others or behind them. */
	took(chunks: readonly NamedChunk[], replace: boolean): void;
	/** Records went that chunks tell of: all others of those chunks are made to go to pages, so that the chunks can be dropped. */
	forget(names: readonly Name[], pages: Pages): void;
	/** Finds chunks of which at least half stands on pages: the rest of them is made to go there too. */
	outdate(chunks: readonly NamedChunk[], pages: Pages): void;
	/** All dirty records are being written to pages: outdated chunks go. Returns what to do when the transaction is over. */
	drop(tx: DiskTransaction): () => void;
}

/** Makes the shelf of a space, by its local name: `chunkShelf` for whoever syncs, `noShelf` for a guest. */
export type MakeShelf = (space: string) => Shelf;

/** A guest syncs with nobody and is sent no snapshot: its page does without what reads one. */
export const noShelf: MakeShelf = () => ({
	load: async () => () => ({ counting: [], fetched: [] }),
	keep: () => Promise.reject(new Error('A guest is sent no chunks.')),
	kept: () => undefined,
	count: () => () => undefined,
	took: () => undefined,
	forget: () => undefined,
	outdate: () => undefined,
	drop: () => () => undefined,
});

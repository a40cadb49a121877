import type { Name } from '../name.ts';
import type { ChunkHash } from '../snapshot/manifest.ts';
import type { NamedChunk } from './conversation/download.ts';
import type { DiskTransaction } from './disk.ts';
import type { Pages } from './pages.ts';

/** What only the store of who syncs has to do: it keeps the chunks of snapshots, confirmed state as they brought it. */
export interface Shelf {
	/** Reads everything. */
	load(tx: DiskTransaction): Promise<ShelvedChunks>;
	/** Puts a chunk of a download that goes on there. Answers where it stands. */
	keep(tx: DiskTransaction, hash: ChunkHash, bytes: Uint8Array): Promise<number>;
	/** Removes files, with their bytes, of apps that this person may not read any more. */
	narrow(tx: DiskTransaction, reach: readonly number[]): Promise<void>;
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

/** Chunks as they were read from the disk. */
export interface ShelvedChunks {
	/** Until this has settled they cannot be decoded; `null`: they can. */
	readonly loading: Promise<void> | null;
	/** Decodes them. @throws `BadFrame` when a chunk that counts is damaged */
	read(): { readonly counting: NamedChunk[]; readonly fetched: NamedChunk[] };
}

/** Makes the shelf of a space, by its local name: `chunkShelf` for whoever syncs, `noShelf` for a guest. */
export type MakeShelf = (space: string) => Shelf;

/** A guest syncs with nobody and is sent no snapshot: its page does without what reads one. */
export const noShelf: MakeShelf = () => ({
	load: async () => ({ loading: null, read: () => ({ counting: [], fetched: [] }) }),
	keep: () => Promise.reject(new Error('A guest is sent no chunks.')),
	narrow: () => Promise.resolve(),
	kept: () => undefined,
	count: () => () => undefined,
	took: () => undefined,
	forget: () => undefined,
	outdate: () => undefined,
	drop: () => () => undefined,
});

import type { ChunkHash } from '../snapshot/manifest.ts';
import type { NamedChunk } from './conversation/download.ts';
import type { PackedChunk } from '../snapshot/chunk.ts';

/** Chunks of a first download that goes on: on the disk, and some of them shown already. It is no checkpoint. */
export class FirstDownload {
	readonly #shown = new Set<ChunkHash>();
	readonly #fetched = new Map<ChunkHash, PackedChunk>();

	/** A chunk that an earlier attempt has brought. */
	chunk(hash: ChunkHash): PackedChunk | undefined {
		return this.#fetched.get(hash);
	}

	fetched(hash: ChunkHash, chunk: PackedChunk): void {
		this.#fetched.set(hash, chunk);
	}

	/** What is shown of it. */
	get shown(): ReadonlySet<ChunkHash> {
		return this.#shown;
	}

	/** These are shown from now on. */
	saw(chunks: readonly NamedChunk[]): void {
		for (const { hash } of chunks) this.#shown.add(hash);
	}

	/** It is over, or begins anew. */
	forget(): void {
		this.#fetched.clear();
		this.#shown.clear();
	}
}

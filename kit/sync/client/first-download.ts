import type { ChunkHash } from '../snapshot/manifest.ts';
import type { PackedChunk } from '../snapshot/chunk.ts';
import type { NamedChunk } from './conversation/download.ts';
import type { Replica } from './replica.ts';

/** Chunks of a first download that goes on: on the disk, and some of them shown already. It is no checkpoint. */
export class FirstDownload {
	readonly #replica: Replica;
	readonly #fetched = new Map<ChunkHash, PackedChunk>();
	#shown = { epoch: 0, hashes: new Set<ChunkHash>() };

	constructor(replica: Replica) {
		this.#replica = replica;
	}

	/** A chunk that an earlier attempt has brought. */
	chunk(hash: ChunkHash): PackedChunk | undefined {
		return this.#fetched.get(hash);
	}

	fetched(hash: ChunkHash, chunk: PackedChunk): void {
		this.#fetched.set(hash, chunk);
	}

	/** Merges those chunks that are not shown yet. What was shown of another history, before there was a checkpoint, goes. */
	show(epoch: number, chunks: readonly NamedChunk[]): void {
		if (this.#shown.epoch !== epoch) {
			if (this.#shown.hashes.size > 0) this.#replica.replace([]);
			this.#shown = { epoch, hashes: new Set() };
		}
		const { hashes } = this.#shown;
		const unseen = chunks.filter(({ hash }) => !hashes.has(hash));
		for (const { hash } of unseen) hashes.add(hash);
		this.#replica.mergeChunks(unseen.map(({ chunk }) => chunk));
	}

	/** It is over, or begins anew. */
	forget(): void {
		this.#fetched.clear();
		this.#shown.hashes.clear();
	}
}

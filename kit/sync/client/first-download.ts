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

	/** Those chunks that are not shown yet. */
	unseen(epoch: number, chunks: readonly NamedChunk[]): readonly PackedChunk[] {
		const { hashes } = this.#shown;
		return chunks.flatMap(({ hash, chunk }) => (this.#shown.epoch === epoch && hashes.has(hash) ? [] : [chunk]));
	}

	/** These are shown from now on. */
	saw(epoch: number, chunks: readonly NamedChunk[]): void {
		if (this.#shown.epoch !== epoch) this.#shown = { epoch, hashes: new Set() };
		for (const { hash } of chunks) this.#shown.hashes.add(hash);
	}

	/** Merges those chunks that are not shown yet. What was shown of another history, before there was a checkpoint, goes. */
	show(epoch: number, chunks: readonly NamedChunk[]): void {
		if (this.#shown.epoch !== epoch && this.#shown.hashes.size > 0) this.#replica.replace([]);
		this.#replica.mergeChunks(this.unseen(epoch, chunks));
		this.saw(epoch, chunks);
	}

	/** Whether something of another history is shown. */
	isOfAnother(epoch: number): boolean {
		return this.#shown.epoch !== epoch && this.#shown.hashes.size > 0;
	}

	/** It is over, or begins anew. */
	forget(): void {
		this.#fetched.clear();
		this.#shown.hashes.clear();
	}
}

import type { Snapshot } from '../../frames.ts';
import type { PackedChunk } from '../../snapshot/packed.ts';
import type { ChunkHash, ChunkRef } from '../../snapshot/manifest.ts';

/** Fetches the bytes of a chunk, uncompressed. Rejects when they cannot be had now. */
export type ChunkSource = (space: Snapshot['space'], hash: ChunkHash, token: string, signal: AbortSignal) => Promise<Uint8Array>;

/** A chunk that is here, with its name. */
export interface NamedChunk {
	readonly hash: ChunkHash;
	readonly chunk: PackedChunk;
}

export interface DownloadParts {
	readonly snapshot: Snapshot;
	/** Collections to fetch before all others. */
	readonly first: ReadonlySet<number>;
	/** A chunk that an earlier attempt has brought. */
	have(hash: ChunkHash): PackedChunk | undefined;
	fetch(hash: ChunkHash, signal: AbortSignal): Promise<{ readonly bytes: Uint8Array; readonly chunk: PackedChunk }>;
	/** A chunk came over the network. */
	fetched(hash: ChunkHash, bytes: Uint8Array, chunk: PackedChunk): void;
	/** Chunks of the first collections that may be shown before the rest is there. */
	ready(chunks: readonly NamedChunk[]): void;
	progressed(records: number): void;
	/** Everything is here, in the order of the manifest. */
	done(chunks: readonly NamedChunk[]): void;
	failed(error: unknown): void;
}

/** Requests that are under way at the same time: as many as a browser opens connections to one host. */
const AT_ONCE = 6;

/**
 * Fetches what is missing of a snapshot: the collections that the person looks at first, each chunk only if no earlier attempt has
 * brought it. Nothing of it need be kept: a new one goes on where this one was dropped.
 */
export class Download {
	readonly #parts: DownloadParts;
	readonly #queue: ChunkRef[];
	readonly #here = new Map<ChunkHash, PackedChunk>();
	readonly #aborted = new AbortController();
	#waiting: NamedChunk[] = [];
	/** Records that wait to be shown, and that are shown. */
	#waitingRecords = 0;
	#shownRecords = 0;
	#records = 0;
	#left: number;

	constructor(parts: DownloadParts) {
		this.#parts = parts;
		const { chunks } = parts.snapshot;
		const urgent = (ref: ChunkRef) => parts.first.has(ref.collection);
		this.#queue = [...chunks.filter(urgent), ...chunks.filter((ref) => !urgent(ref))];
		this.#left = this.#queue.length;
	}

	start(): void {
		if (this.#left === 0) return this.#parts.done([]);
		for (let i = 0; i < AT_ONCE; i++) void this.#work();
	}

	stop(): void {
		this.#aborted.abort();
	}

	async #work(): Promise<void> {
		for (let ref = this.#queue.shift(); ref; ref = this.#queue.shift()) {
			try {
				const known = this.#parts.have(ref.hash);
				if (known) this.#came(ref, known);
				else {
					const { bytes, chunk } = await this.#parts.fetch(ref.hash, this.#aborted.signal);
					if (this.#aborted.signal.aborted) return;
					this.#parts.fetched(ref.hash, bytes, chunk);
					this.#came(ref, chunk);
				}
			} catch (error) {
				if (this.#aborted.signal.aborted) return;
				this.stop();
				return this.#parts.failed(error);
			}
		}
	}

	#came({ hash, records, collection }: ChunkRef, chunk: PackedChunk): void {
		const { first, snapshot, ready, progressed, done } = this.#parts;
		this.#here.set(hash, chunk);
		this.#records += records;
		progressed(this.#records);
		if (first.has(collection)) {
			this.#waiting.push({ hash, chunk });
			this.#waitingRecords += chunk.count;
			// What is shown is sorted anew each time: showing as much again as is shown keeps that cheap however much comes.
			if (this.#waitingRecords >= this.#shownRecords) {
				this.#shownRecords += this.#waitingRecords;
				this.#waitingRecords = 0;
				ready(this.#waiting.splice(0));
			}
		}
		if (--this.#left > 0) return;
		done(snapshot.chunks.map((ref) => ({ hash: ref.hash, chunk: this.#here.get(ref.hash)! })));
	}
}

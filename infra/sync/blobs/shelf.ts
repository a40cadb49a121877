import { type BlobHash, blobHash, type Blobs } from '@mana/store';

/**
 * The folder of chunks, where the same chunk of several spaces lies once. It removes nothing that is being written: between "no space
 * needs it" and the removal, no upload of the same chunk can begin. The folder therefore belongs to one process.
 */
export class Shelf {
	readonly #blobs: Blobs;
	readonly #used = new Map<BlobHash, number>();
	readonly #leaving = new Map<BlobHash, Promise<unknown>>();

	constructor(blobs: Blobs) {
		this.#blobs = blobs;
	}

	/** Holds a chunk while `work` writes it and says in the tables who needs it. */
	async using<T>(hash: BlobHash, work: (blobs: Blobs) => Promise<T>): Promise<T> {
		for (let leaving; (leaving = this.#leaving.get(hash));) await leaving;
		this.#used.set(hash, (this.#used.get(hash) ?? 0) + 1);
		try {
			return await work(this.#blobs);
		} finally {
			const left = this.#used.get(hash)! - 1;
			if (left > 0) this.#used.set(hash, left);
			else this.#used.delete(hash);
		}
	}

	/**
	 * Removes a chunk unless it is in use or needed. @param needed asks the tables
	 * @returns whether it is gone
	 */
	async drop(hash: BlobHash, needed: () => Promise<boolean>): Promise<boolean> {
		if (this.#used.has(hash) || this.#leaving.has(hash)) return false;
		const leaving = needed().then((still) => (still ? false : this.#blobs.delete(hash)));
		const settled = leaving.then(
			() => undefined,
			() => undefined, // Who asked hears of it; those who wait only wait.
		);
		this.#leaving.set(hash, settled);
		try {
			return await leaving;
		} finally {
			this.#leaving.delete(hash);
		}
	}

	has(hash: string): Promise<boolean> {
		return this.#blobs.has(blobHash(hash));
	}

	get(hash: string, range: { readonly first: number; readonly last: number }): Promise<ReadableStream<Uint8Array> | null> {
		return this.#blobs.get(blobHash(hash), range);
	}

	list(): AsyncIterable<{ readonly hash: BlobHash }> {
		return this.#blobs.list();
	}
}

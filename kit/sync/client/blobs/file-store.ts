import type { Disk, DiskTransaction } from '../disk.ts';

/** A file as this device keeps it. */
export interface StoredFile {
	/** See `manifestHash`. */
	readonly hash: string;
	readonly size: number;
	/** Hashes of its chunks, in order. */
	readonly chunks: readonly string[];
	readonly content: Blob;
	/** False while the server does not have it: then nothing here may remove it. */
	readonly sent: boolean;
	/** The person wants it here, also offline. */
	readonly pinned: boolean;
	/** When it was last asked for (ms since 1970). */
	readonly usedAt: number;
}

interface Found {
	readonly at: number;
	readonly file: StoredFile;
}

/** The files of one space on this device, on a disk of their own. */
export class FileStore {
	readonly #disk: Disk;
	readonly #space: string;

	/** @param space whose files; '' for the person's own */
	constructor(disk: Disk, space: string) {
		this.#disk = disk;
		this.#space = space;
	}

	get(hash: string): Promise<StoredFile | null> {
		return this.#disk.run('read', ['meta'], async (tx) => (await this.#find(tx, hash))?.file ?? null);
	}

	/** Everything the server does not have, in the order in which it was added. */
	unsent(): Promise<readonly StoredFile[]> {
		return this.#disk.run('read', ['meta'], async (tx) =>
			(await this.#all(tx)).map(({ file }) => file).filter(({ sent }) => !sent),
		);
	}

	/** Keeps a file; one that is here already stays as it is, but what was unsent is as soon as one copy is. */
	put(file: StoredFile): Promise<void> {
		return this.#disk.run('write-strict', ['meta'], async (tx) => {
			const all = await this.#all(tx);
			const known = all.find((one) => one.file.hash === file.hash);
			const at = known?.at ?? (all.at(-1)?.at ?? 0) + 1;
			const kept = known && { sent: known.file.sent || file.sent, pinned: known.file.pinned || file.pinned };
			tx.put('meta', [this.#space, at], { ...file, ...kept });
		});
	}

	/** Changes what is known of a file, if it is here. */
	change(hash: string, change: Partial<Pick<StoredFile, 'sent' | 'pinned' | 'usedAt'>>): Promise<void> {
		return this.#disk.run('write', ['meta'], async (tx) => {
			const known = await this.#find(tx, hash);
			if (known) tx.put('meta', [this.#space, known.at], { ...known.file, ...change });
		});
	}

	/** Removes what was not asked for the longest until the rest fits; never what is unsent or pinned. @returns how many went */
	evict(budgetBytes: number): Promise<number> {
		return this.#disk.run('write', ['meta'], async (tx) => {
			const all = await this.#all(tx);
			const loose = all.filter(({ file }) => file.sent && !file.pinned).sort((a, b) => a.file.usedAt - b.file.usedAt);
			let bytes = loose.reduce((sum, { file }) => sum + file.size, 0);
			let gone = 0;
			for (const { at, file } of loose) {
				if (bytes <= budgetBytes) break;
				tx.remove('meta', this.#space, at, at);
				bytes -= file.size;
				gone++;
			}
			return gone;
		});
	}

	/** Removes all files of the space, also what was not sent: who was taken out of a space keeps nothing of it. */
	wipe(): Promise<void> {
		return this.#disk.run('write-strict', ['meta'], async (tx) => tx.remove('meta', this.#space));
	}

	close(): void {
		this.#disk.close();
	}

	async #find(tx: DiskTransaction, hash: string): Promise<Found | undefined> {
		return (await this.#all(tx)).find(({ file }) => file.hash === hash);
	}

	async #all(tx: DiskTransaction): Promise<Found[]> {
		return (await tx.list('meta', this.#space)).map(({ at, value }) => ({ at, file: value as StoredFile }));
	}
}

/** Takes over what another account of this device added (a guest who signed in). Safe to repeat: equal files are kept once. */
export async function moveFiles(from: FileStore, to: FileStore): Promise<void> {
	for (const file of await from.unsent()) await to.put(file);
	await from.wipe();
}

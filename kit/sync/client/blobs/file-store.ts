import type { Disk, DiskTransaction } from '../disk.ts';
import { dropFile, dropLoose, type FileRow, fileRows, type StoredFile } from '../file-rows.ts';
import { deviceKeyOf, Fenced } from '../store.ts';

/**
 * The files of one space on this device, on the disk of the account: what is known of them in `files`, their bytes beside it in `bytes`,
 * so that neither a look nor a change of the one copies the other. A wipe of the space takes both.
 */
export class FileStore {
	readonly #disk: Disk;
	readonly #space: string;

	/** @param space local name of the space, as `JournalStore` has it */
	constructor(disk: Disk, space: string) {
		this.#disk = disk;
		this.#space = space;
	}

	/** Everything that is here, in the order in which it came. */
	list(): Promise<readonly StoredFile[]> {
		return this.#disk.run('read', ['files'], async (tx) => (await fileRows(tx, this.#space)).map(({ file }) => file));
	}

	get(hash: string): Promise<StoredFile | null> {
		return this.#disk.run('read', ['files'], async (tx) => (await this.#find(tx, hash))?.file ?? null);
	}

	/** The bytes of a file; `null` when it is not here. */
	content(hash: string): Promise<Blob | null> {
		return this.#disk.run('read', ['files', 'bytes'], async (tx) => {
			const found = await this.#find(tx, hash);
			return found ? (((await tx.get('bytes', [this.#space, found.at])) as Blob | undefined) ?? null) : null;
		});
	}

	/**
	 * Keeps a file. Of one that is here already the bytes stay as they are, and what is known of both holds: sent as soon as one copy is.
	 *
	 * @throws `StorageFailed` when this device has no room; `Fenced` when the space was taken from it meanwhile
	 */
	put(file: StoredFile, content: Blob): Promise<void> {
		return this.#disk.run('write-strict', ['meta', 'files', 'bytes'], async (tx) => {
			if ((await tx.get('meta', deviceKeyOf(this.#space))) === undefined)
				throw new Fenced('This space was taken from this device.');
			const all = await fileRows(tx, this.#space);
			const known = all.find((one) => one.file.hash === file.hash);
			if (known) return tx.put('files', [this.#space, known.at], merged(known.file, file));
			const at = (all.at(-1)?.at ?? 0) + 1;
			tx.put('files', [this.#space, at], file);
			tx.put('bytes', [this.#space, at], content);
		});
	}

	/** Changes what is known of a file, if it is here. */
	change(hash: string, change: Partial<Pick<StoredFile, 'sent' | 'pinned' | 'usedAt'>>): Promise<void> {
		return this.#disk.run('write', ['files'], async (tx) => {
			const known = await this.#find(tx, hash);
			if (known) tx.put('files', [this.#space, known.at], { ...known.file, ...change });
		});
	}

	/** Removes what was not asked for the longest until the rest fits; never what is unsent or pinned. @returns how many went */
	evict(budgetBytes: number): Promise<number> {
		return this.#disk.run('write', ['files', 'bytes'], (tx) => dropLoose(tx, this.#space, budgetBytes));
	}

	/** Removes a file, sent or not. */
	remove(hash: string): Promise<void> {
		return this.#disk.run('write', ['files', 'bytes'], async (tx) => {
			const known = await this.#find(tx, hash);
			if (known) dropFile(tx, this.#space, known.at);
		});
	}

	close(): void {
		this.#disk.close();
	}

	async #find(tx: DiskTransaction, hash: string): Promise<FileRow | undefined> {
		return (await fileRows(tx, this.#space)).find(({ file }) => file.hash === hash);
	}
}

/** Takes over what another account of this device added (a guest who signed in). Safe to repeat: equal files are kept once. */
export async function moveFiles(from: FileStore, to: FileStore): Promise<void> {
	for (const file of await from.list()) {
		const content = await from.content(file.hash);
		if (content) await to.put(file, content);
	}
}

function merged(known: StoredFile, more: StoredFile): StoredFile {
	const places = more.places.filter(({ record }) => known.places.every((place) => place.record !== record));
	return {
		...known,
		sent: known.sent || more.sent,
		pinned: known.pinned || more.pinned,
		usedAt: Math.max(known.usedAt, more.usedAt),
		places: [...known.places, ...places],
	};
}

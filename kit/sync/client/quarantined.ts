import type { Disk } from './disk.ts';
import { dropFile, type StoredFile } from './file-rows.ts';
import { storedOf } from './outbox-row.ts';
import { type Quarantined, QUARANTINE, type QuarantineRow } from './quarantine.ts';

/** A file that was added in a space and never sent to its end there. */
export interface QuarantinedFile extends Omit<Quarantined, 'transaction'> {
	readonly file: StoredFile;
}

/** The quarantine of an account, oldest first. Each call opens the disk and closes it again. */
export class QuarantineStore {
	readonly #open: () => Promise<Disk>;

	/** @param open opens the database in which it lies */
	constructor(open: () => Promise<Disk>) {
		this.#open = open;
	}

	/** What was written. */
	async written(): Promise<readonly Quarantined[]> {
		const rows = await this.#on((disk) => disk.run('read', ['outbox'], (tx) => tx.list('outbox', QUARANTINE)));
		return rows.map(({ at: id, value }) => {
			const { n, row, ...where } = value as QuarantineRow;
			return { ...where, id, transaction: storedOf(n, row) };
		});
	}

	/** Drops what a person has dealt with of what was written, up to and including `id`. */
	dropWritten(id: number): Promise<void> {
		return this.#on((disk) => disk.run('write', ['outbox'], async (tx) => tx.remove('outbox', QUARANTINE, -Infinity, id)));
	}

	/** The files that were added. */
	async files(): Promise<readonly QuarantinedFile[]> {
		const rows = await this.#on((disk) => disk.run('read', ['files'], (tx) => tx.list('files', QUARANTINE)));
		return rows.map(({ at: id, value }) => ({ ...(value as Omit<QuarantinedFile, 'id'>), id }));
	}

	/** The bytes of one; `null` when it was dropped meanwhile. */
	async content(id: number): Promise<Blob | null> {
		const content = await this.#on((disk) => disk.run('read', ['bytes'], (tx) => tx.get('bytes', [QUARANTINE, id])));
		return (content as Blob | undefined) ?? null;
	}

	/** Drops a file that a person has dealt with. */
	dropFile(id: number): Promise<void> {
		return this.#on((disk) => disk.run('write', ['files', 'bytes'], async (tx) => dropFile(tx, QUARANTINE, id)));
	}

	async #on<T>(work: (disk: Disk) => Promise<T>): Promise<T> {
		const disk = await this.#open();
		try {
			return await work(disk);
		} finally {
			disk.close();
		}
	}
}

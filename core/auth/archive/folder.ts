import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the files of archives lie: `<home>/mana-auth/archives`. They are no part of a backup. */
export class ArchiveFolder {
	readonly #path: string;

	/** @param home the data folder */
	constructor(home: string) {
		this.#path = join(home, 'mana-auth', 'archives');
	}

	/** An archive that can be fetched. */
	whole(id: string): string {
		return join(this.#path, `${id}.zip`);
	}

	/** One that is being made. */
	partial(id: string): string {
		return join(this.#path, `${id}.partial`);
	}

	/** Makes room for an archive. One that was finished, though nobody wrote that down, is gone on with. */
	async prepare(id: string): Promise<void> {
		await mkdir(this.#path, { recursive: true, mode: 0o700 });
		await rename(this.whole(id), this.partial(id)).catch(unlessMissing);
	}

	finish(id: string): Promise<void> {
		return rename(this.partial(id), this.whole(id));
	}

	async remove(id: string): Promise<void> {
		await rm(this.whole(id), { force: true });
		await rm(this.partial(id), { force: true });
	}

	/** Ids of archives of which there is a file. */
	async list(): Promise<string[]> {
		const files = await readdir(this.#path).catch((error: unknown) => {
			unlessMissing(error);
			return [];
		});
		return [...new Set(files.map((name) => name.replace(/\.(zip|partial)$/, '')))];
	}
}

function unlessMissing(error: unknown): void {
	if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}

import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type Clock, systemClock } from './clock.ts';
import { StoreError } from './store-error.ts';

/** SHA-256 of the content as 64 lower-case hex digits: the blob's name. */
export type BlobHash = string & { readonly brand: 'BlobHash' };

export interface BlobInfo {
	readonly hash: BlobHash;
	readonly bytes: number;
}

export interface PutOptions {
	/** What the sender says the content is; a different content is refused. */
	readonly expected?: string;
	/** Refuses longer content, in bytes. */
	readonly maxBytes?: number;
}

/** Content that is named by what it is: the same content is kept once, and a name never changes its content. */
export interface Blobs {
	/** @throws StoreError `store-blob-invalid` when the content is not `expected` or longer than `maxBytes`; nothing is kept then */
	put(content: Uint8Array | AsyncIterable<Uint8Array>, options?: PutOptions): Promise<BlobInfo>;
	/** @param range first and last byte, both included, as in HTTP */
	get(hash: BlobHash, range?: { readonly first: number; readonly last: number }): Promise<ReadableStream<Uint8Array> | null>;
	stat(hash: BlobHash): Promise<BlobInfo | null>;
	has(hash: BlobHash): Promise<boolean>;
	/** @returns whether there was something to delete */
	delete(hash: BlobHash): Promise<boolean>;
	list(): AsyncIterable<BlobInfo>;
}

const dayMs = 86_400_000;

/**
 * Opens a folder of blobs. What an interrupted `put` left more than a day ago is removed.
 *
 * @example
 * const blobs = await openBlobs(join(home, 'mana-media', 'blobs'));
 * const { hash } = await blobs.put(request.body);
 *
 * @throws StoreError `store-unwritable`
 */
export async function openBlobs(folder: string, clock: Clock = systemClock): Promise<Blobs> {
	const incoming = join(folder, 'incoming');
	try {
		await mkdir(incoming, { recursive: true, mode: 0o700 });
	} catch (error) {
		throw new StoreError(
			'store-unwritable',
			`The folder ${folder} cannot be made (${error instanceof Error ? error.message : String(error)}). Check its permissions.`,
			{ cause: error },
		);
	}
	for (const name of await readdir(incoming)) {
		const file = join(incoming, name);
		if ((await stat(file)).mtimeMs < clock.now() - dayMs) await rm(file);
	}
	return new FolderBlobs(folder, incoming);
}

/** @throws StoreError `store-blob-invalid` for anything that is no hash: it becomes a file name, so `../` must not get through */
export function blobHash(text: string): BlobHash {
	if (!/^[0-9a-f]{64}$/.test(text))
		throw new StoreError('store-blob-invalid', 'A blob is named by the 64 lower-case hex digits of its SHA-256.');
	return text as BlobHash;
}

class FolderBlobs implements Blobs {
	readonly #folder: string;
	readonly #incoming: string;

	constructor(folder: string, incoming: string) {
		this.#folder = folder;
		this.#incoming = incoming;
	}

	async put(content: Uint8Array | AsyncIterable<Uint8Array>, options: PutOptions = {}): Promise<BlobInfo> {
		const expected = options.expected === undefined ? null : blobHash(options.expected);
		const temporary = join(this.#incoming, randomUUID());
		try {
			const info = await receive(temporary, content instanceof Uint8Array ? [content] : content, options.maxBytes ?? Infinity);
			if (expected !== null && info.hash !== expected)
				throw new StoreError(
					'store-blob-invalid',
					`The content is ${info.hash}, not ${expected}: it was changed on its way. Send it again.`,
				);
			await this.#keep(temporary, info.hash);
			return info;
		} catch (error) {
			await rm(temporary, { force: true });
			throw error;
		}
	}

	async get(
		hash: BlobHash,
		range?: { readonly first: number; readonly last: number },
	): Promise<ReadableStream<Uint8Array> | null> {
		if (!(await this.has(hash))) return null;
		const file = createReadStream(this.#file(hash), range ? { start: range.first, end: range.last } : {});
		return Readable.toWeb(file) as ReadableStream<Uint8Array>;
	}

	async stat(hash: BlobHash): Promise<BlobInfo | null> {
		const found = await existing(stat(this.#file(hash)));
		return found && { hash, bytes: found.size };
	}

	async has(hash: BlobHash): Promise<boolean> {
		return (await this.stat(hash)) !== null;
	}

	async delete(hash: BlobHash): Promise<boolean> {
		return (await existing(rm(this.#file(hash)).then(() => true))) ?? false;
	}

	async *list(): AsyncIterable<BlobInfo> {
		for (const shelf of (await readdir(this.#folder)).filter((name) => name.length === 2).sort()) {
			for (const name of (await readdir(join(this.#folder, shelf))).sort()) {
				const info = await this.stat(blobHash(name));
				if (info) yield info;
			}
		}
	}

	/** The rename makes the blob appear whole or not at all; both folders are synced so that it also survives a power cut. */
	async #keep(temporary: string, hash: BlobHash): Promise<void> {
		const shelf = join(this.#folder, hash.slice(0, 2));
		const made = await mkdir(shelf, { recursive: true, mode: 0o700 });
		await rename(temporary, this.#file(hash));
		await syncFolder(shelf);
		if (made !== undefined) await syncFolder(this.#folder);
	}

	#file(hash: BlobHash): string {
		return join(this.#folder, blobHash(hash).slice(0, 2), hash);
	}
}

/** Writes the content to a new file, durably. */
async function receive(
	file: string,
	content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
	maxBytes: number,
): Promise<BlobInfo> {
	const digest = createHash('sha256');
	const handle = await open(file, 'wx', 0o600);
	let bytes = 0;
	try {
		for await (const chunk of content) {
			bytes += chunk.length;
			if (bytes > maxBytes)
				throw new StoreError('store-blob-invalid', `The content is longer than the ${maxBytes} bytes that are allowed here.`);
			digest.update(chunk);
			await writeAll(handle, chunk);
		}
		await handle.sync();
	} finally {
		await handle.close();
	}
	return { hash: blobHash(digest.digest('hex')), bytes };
}

/** One call may write less than it was given. */
async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
	for (let offset = 0; offset < chunk.length;) offset += (await handle.write(chunk, offset)).bytesWritten;
}

async function syncFolder(folder: string): Promise<void> {
	const handle = await open(folder, 'r');
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
}

/** `null` instead of the error that there is no such file. */
async function existing<T>(result: Promise<T>): Promise<T | null> {
	return result.catch((error: unknown) => {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
		throw error;
	});
}

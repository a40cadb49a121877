import type { FileEntry, ZipReader } from '@zip.js/zip.js';
import { archivedFile, type ArchivedFile, manifest, type Manifest, places } from './manifest.ts';

/** A file that is no archive of a Mana, or a damaged one. */
export class ArchiveUnreadable extends Error {
	override readonly name = 'ArchiveUnreadable';
	/**
	 * - `no-zip`, `cut-off`, `no-archive`: it is something else; the end of it is missing; a ZIP of somebody else.
	 * - `newer`, `damaged`: made by a Mana that is newer; not as it was written.
	 * - `gone`: the file cannot be read (any more) where it was chosen.
	 */
	readonly code: 'no-zip' | 'cut-off' | 'no-archive' | 'newer' | 'damaged' | 'gone';

	constructor(code: ArchiveUnreadable['code'], message: string, options?: ErrorOptions) {
		super(message, options);
		this.code = code;
	}
}

/** A line of an archive's records: what stands there, `undefined` where it is no JSON. */
export interface ReadLine {
	readonly line: number;
	readonly value: unknown;
}

/** Longest line that is read: a record has at most so many letters. */
const LONGEST = 64 * 1024 * 1024;
/** Bytes of a manifest at most. */
const MANIFEST_BYTES = 64 * 1024 * 1024;

/** Reads an archive where it lies, part by part: it may be larger than the memory. */
export class ArchiveReader {
	readonly manifest: Manifest;
	readonly #zip: ZipReader<Blob>;
	readonly #entries: ReadonlyMap<string, FileEntry>;

	private constructor(zip: ZipReader<Blob>, entries: ReadonlyMap<string, FileEntry>, said: Manifest) {
		this.#zip = zip;
		this.#entries = entries;
		this.manifest = said;
	}

	/** @throws ArchiveUnreadable */
	static async open(file: Blob): Promise<ArchiveReader> {
		const { BlobReader, ZipReader: Reader, TextWriter, ERR_EOCDR_NOT_FOUND } = await import('@zip.js/zip.js');
		const zip = new Reader(new BlobReader(file), { useWebWorkers: false, checkSignature: true });
		try {
			const entries = new Map<string, FileEntry>();
			for await (const entry of zip.getEntriesGenerator()) if (!entry.directory) entries.set(entry.filename, entry);
			const said = entries.get(places.manifest);
			if (!said || said.uncompressedSize > MANIFEST_BYTES)
				throw new ArchiveUnreadable('no-archive', 'This ZIP is no archive of a Mana.');
			return new ArchiveReader(zip, entries, manifestIn(await said.getData(new TextWriter())));
		} catch (error) {
			await zip.close();
			if (error instanceof ArchiveUnreadable) throw error;
			throw isGone(error)
				? gone(error)
				: await notOpened(file, error, error instanceof Error && error.message === ERR_EOCDR_NOT_FOUND);
		}
	}

	/** The records of a space, line by line. @throws ArchiveUnreadable when the archive is damaged */
	async *records(folder: string): AsyncGenerator<ReadLine> {
		yield* this.#lines(places.records(folder));
	}

	/** The files of a space. @throws ArchiveUnreadable when the archive is damaged */
	async *files(folder: string): AsyncGenerator<ArchivedFile> {
		for await (const { value } of this.#lines(places.files(folder))) {
			const file = archivedFile.safeParse(value);
			if (!file.success) throw damaged();
			yield file.data;
		}
	}

	/** The bytes of a file. @throws ArchiveUnreadable when it is not in the archive, or damaged */
	async content(path: string): Promise<Blob> {
		const { BlobWriter } = await import('@zip.js/zip.js');
		const entry = this.#entry(path);
		return entry.getData(new BlobWriter('application/octet-stream')).catch((error: unknown) => {
			throw isGone(error) ? gone(error) : damaged(error);
		});
	}

	async close(): Promise<void> {
		await this.#zip.close();
	}

	async *#lines(path: string): AsyncGenerator<ReadLine> {
		const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
		const done = this.#entry(path).getData(writable);
		// Whoever reads hears of it below.
		done.catch(() => undefined);
		const decoder = new TextDecoder();
		const reader = readable.getReader();
		let [text, line] = ['', 0];
		try {
			for (;;) {
				const { done: ended, value } = await reader.read();
				if (ended) break;
				const lines = (text + decoder.decode(value, { stream: true })).split('\n');
				text = lines.pop() ?? '';
				if (text.length > LONGEST) throw damaged();
				for (const one of lines) yield { line: ++line, value: parsed(one) };
			}
			await done;
		} catch (error) {
			throw error instanceof ArchiveUnreadable ? error : isGone(error) ? gone(error) : damaged(error);
		} finally {
			// It may have ended already.
			await reader.cancel().catch(() => undefined);
		}
		if (text !== '') throw damaged();
	}

	#entry(path: string): FileEntry {
		const entry = this.#entries.get(path);
		if (!entry) throw damaged(new Error(`${path} is not in it.`));
		return entry;
	}
}

function manifestIn(text: string): Manifest {
	const said = parsed(text);
	const read = manifest.safeParse(said);
	if (read.success) return read.data;
	const { format, version } = (said ?? {}) as { readonly format?: unknown; readonly version?: unknown };
	if (format === 'mana-archive' && typeof version === 'number' && version > 2)
		throw new ArchiveUnreadable('newer', 'This archive was made by a newer Mana. Update this one first.');
	throw new ArchiveUnreadable('no-archive', 'This ZIP is no archive of a Mana.');
}

/** How each ZIP begins: the first file in it, or the end of one that is empty. */
const beginnings = ['PK\u0003\u0004', 'PK\u0005\u0006'];

/** Why a file cannot be opened as a ZIP. @param endless whether what stands at the end of each ZIP was not found */
async function notOpened(file: Blob, cause: unknown, endless: boolean): Promise<ArchiveUnreadable> {
	const begins = await file.slice(0, 4).text();
	if (!beginnings.includes(begins)) return new ArchiveUnreadable('no-zip', 'This is no ZIP file.', { cause });
	if (!endless) return damaged(cause);
	return new ArchiveUnreadable('cut-off', 'This ZIP is cut off: its end is missing. Fetch it once more.', { cause });
}

/** Browsers refuse a file that was changed, moved or unplugged since it was chosen. */
function isGone(error: unknown): boolean {
	return error instanceof DOMException && ['NotReadableError', 'NotFoundError'].includes(error.name);
}

function gone(cause: unknown): ArchiveUnreadable {
	return new ArchiveUnreadable('gone', 'The file cannot be read: it was changed or moved since it was chosen.', { cause });
}

function damaged(cause?: unknown): ArchiveUnreadable {
	return new ArchiveUnreadable('damaged', 'This archive is damaged: a part of it is not as it was written. Fetch it once more.', {
		cause,
	});
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch (error) {
		if (error instanceof SyntaxError) return undefined;
		throw error;
	}
}

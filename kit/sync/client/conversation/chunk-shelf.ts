import { BadFrame } from '../../codec/index.ts';
import { type Name, nameKey } from '../../name.ts';
import type { ChunkHash } from '../../snapshot/manifest.ts';
import { visibleTo } from '../../permission.ts';
import type { DiskTransaction } from '../disk.ts';
import { dropFile, fileRows } from '../file-rows.ts';
import type { NamedChunk } from './download.ts';
import type { Pages } from '../pages.ts';
import type { MakeShelf, Shelf, ShelvedChunks } from '../shelf.ts';
import type * as reading from './chunks.ts';

interface ChunkRow {
	readonly hash: ChunkHash;
	readonly bytes: Uint8Array;
}

/** Key of the list of chunks that count, beside the other rows of the space in `meta` (`journal-store.ts`). */
const LIST = 2;

/**
 * Chunks on the client's disk. They are kept as they came and never rewritten: what changes in them goes on pages, which overrule them,
 * and a chunk of which most has gone there is dropped.
 */
export class ChunkShelf implements Shelf {
	readonly #space: string;
	/** Where each chunk stands that this tab knows of. */
	readonly #at = new Map<ChunkHash, number>();
	/** The chunks that make up confirmed state, older ones first. */
	#counting: readonly ChunkHash[] = [];
	/** What is in them. */
	#chunks: readonly NamedChunk[] = [];
	/** Those of them whose records all stand on pages, or are about to. */
	readonly #outdated = new Set<ChunkHash>();
	/** Chunks of a download that goes on. It may well bring one anew that counts, and is outdated. */
	readonly #coming = new Set<ChunkHash>();

	readonly #load: () => Promise<typeof reading>;
	#decode: typeof reading.decodeChunk | null = null;

	constructor(space: string, load: () => Promise<typeof reading>) {
		this.#space = space;
		this.#load = load;
	}

	async load(tx: DiskTransaction): Promise<ShelvedChunks> {
		const list = ((await tx.get('meta', [this.#space, LIST])) ?? []) as readonly ChunkHash[];
		const early = list.length > 0 ? this.#reading() : null; // while the rest is read
		const rows = await tx.list('chunks', this.#space);
		// Decoding takes a while: not inside the transaction.
		const read = () => {
			const bytes = new Map<ChunkHash, Uint8Array>();
			this.#at.clear();
			for (const { at, value } of rows) {
				const row = value as ChunkRow;
				bytes.set(row.hash, row.bytes);
				this.#at.set(row.hash, at);
			}
			this.#counting = list;
			this.#outdated.clear();
			const decode = this.#decode!;
			const counting = list.map((hash) => ({ hash, chunk: decode(present(bytes.get(hash), hash)) }));
			this.#chunks = counting;
			const fetched = [...bytes.keys()].filter((hash) => !list.includes(hash));
			return { counting, fetched: fetched.map((hash) => ({ hash, chunk: decode(bytes.get(hash)!) })) };
		};
		return { loading: early ?? (rows.length > 0 ? this.#reading() : null), read };
	}

	/** `null`: what reads chunks is here. */
	#reading(): Promise<void> | null {
		if (this.#decode) return null;
		const loading = this.#load().then(({ decodeChunk }) => void (this.#decode = decodeChunk));
		loading.catch(() => undefined); // whoever waits for it hears why
		return loading;
	}

	async keep(tx: DiskTransaction, hash: ChunkHash, bytes: Uint8Array): Promise<number> {
		let at = Number.parseInt(hash.slice(0, 13), 16);
		for (let row; (row = (await tx.get('chunks', [this.#space, at])) as ChunkRow | undefined) && row.hash !== hash;) at++;
		tx.put('chunks', [this.#space, at], { hash, bytes } satisfies ChunkRow);
		return at;
	}

	async narrow(tx: DiskTransaction, reach: readonly number[]): Promise<void> {
		for (const { at, file } of await fileRows(tx, this.#space))
			if (visibleTo({ apps: reach }, file.places).length === 0) dropFile(tx, this.#space, at);
	}

	kept(hash: ChunkHash, at: number): void {
		this.#at.set(hash, at);
		this.#coming.add(hash);
	}

	count(tx: DiskTransaction, hashes: readonly ChunkHash[], replace: boolean): () => void {
		const counting = replace ? hashes : [...this.#counting.filter((hash) => !hashes.includes(hash)), ...hashes];
		const named = new Set(counting);
		const done = this.#put(
			tx,
			counting,
			[...this.#at.keys()].filter((hash) => !named.has(hash)),
		);
		return () => {
			done();
			this.#coming.clear();
			// What stood on pages of the state that was replaced stands there no more.
			for (const hash of replace ? [...this.#outdated] : hashes) this.#outdated.delete(hash);
		};
	}

	took(chunks: readonly NamedChunk[], replace: boolean): void {
		this.#chunks = replace ? chunks : [...this.#chunks, ...chunks];
	}

	forget(names: readonly Name[], pages: Pages): void {
		if (names.length === 0) return;
		const gone = new Set(names.map(nameKey));
		for (const { hash, chunk } of this.#chunks) {
			const rows = Array.from({ length: chunk.count }, (_, row) => chunk.idAt(row));
			const tells = names.some(({ collection }) => collection === chunk.collection);
			if (!tells || !rows.some((record) => gone.has(nameKey({ collection: chunk.collection, record })))) continue;
			for (const record of rows) pages.dirty(chunk.collection, record);
			this.#outdated.add(hash);
		}
	}

	outdate(chunks: readonly NamedChunk[], pages: Pages): void {
		for (const { hash, chunk } of chunks) {
			if (pages.size * 2 < chunk.count) continue;
			let moved = 0;
			for (let row = 0; row < chunk.count; row++) if (pages.has(chunk.collection, chunk.idAt(row))) moved++;
			if (moved * 2 < chunk.count) continue;
			for (let row = 0; row < chunk.count; row++) pages.dirty(chunk.collection, chunk.idAt(row));
			this.#outdated.add(hash);
		}
	}

	/** Chunks of a download that goes on stay, though they do not count yet. */
	drop(tx: DiskTransaction): () => void {
		if (this.#outdated.size === 0) return () => undefined;
		const done = this.#put(
			tx,
			this.#counting.filter((hash) => !this.#outdated.has(hash)),
			[...this.#outdated].filter((hash) => !this.#coming.has(hash)),
		);
		return () => {
			done();
			this.#chunks = this.#chunks.filter(({ hash }) => !this.#outdated.has(hash));
			this.#outdated.clear();
		};
	}

	/** Writes the list of chunks that count and deletes some others. */
	#put(tx: DiskTransaction, counting: readonly ChunkHash[], gone: readonly ChunkHash[]): () => void {
		tx.put('meta', [this.#space, LIST], counting);
		for (const hash of gone) {
			const at = this.#at.get(hash);
			if (at !== undefined) tx.remove('chunks', this.#space, at, at);
		}
		return () => {
			this.#counting = counting;
			for (const hash of gone) this.#at.delete(hash);
		};
	}
}

/** Loads what reads chunks. */
export const chunks = () => import('./chunks.ts');

/** The shelf of a space of somebody who syncs. */
export const chunkShelf: MakeShelf = (space) => new ChunkShelf(space, chunks);

/** The same where nothing is loaded later. */
export function shelfWith(decoding: typeof reading): MakeShelf {
	return (space) => new ChunkShelf(space, () => Promise.resolve(decoding));
}

/** The bytes of a chunk that counts: without it the disk is not what it was when it was written. */
function present(bytes: Uint8Array | undefined, hash: ChunkHash): Uint8Array {
	if (!bytes) throw new BadFrame('truncated', `chunk ${hash} is missing on this device`);
	return bytes;
}

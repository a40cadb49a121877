import type { RecordId } from '@mana/model';
import type { Cell, SpaceId } from '../cell.ts';
import type { StoredCell } from '../space/state.ts';
import type { Tail } from '../space/store.ts';
import { CHUNK_RECORDS, encodeChunk } from './chunk.ts';
import type { ChunkHash, ChunkRef, Manifest, Segment } from './manifest.ts';
import { LEAST_CELLS } from './offer.ts';

/** Compressed bytes that a chunk should have at most. A single record that is larger makes a larger one. */
export const CHUNK_BYTES = 64 * 1024;
/** A segment this many times smaller than the one before it is left beside it. */
const RATIO = 4;
/** Cells that are sorted in memory; more are read record by record, in the order of the store. */
const IN_MEMORY = 65_536;
const READ_CELLS = 2048;

/** What a build reads. */
export interface SegmentReader {
	readSince(space: SpaceId, after: number, chunk: number): Promise<Tail | null>;
	/** Cells with a seq above `after`. */
	countSince(space: SpaceId, after: number): Promise<number>;
	/** All cells of the next records above `after` ('' for the first), in the order of records: about `most` cells, empty at the end. */
	readRecords(space: SpaceId, after: RecordId | '', most: number): Promise<readonly StoredCell[]>;
}

/** What makes bytes into a chunk that can be kept. */
export interface Press {
	compress(bytes: Uint8Array): Uint8Array;
	hash(bytes: Uint8Array): ChunkHash;
}

/** A chunk with its compressed bytes. */
export interface PressedChunk extends ChunkRef {
	readonly body: Uint8Array;
}

/**
 * The seqs that the next segment should cover: the tail, and every segment at its end that is not much larger, so that there are few
 * segments, each cell is rewritten a few times in its life, and what was overwritten goes (a log-structured merge, O'Neil 1996).
 * `null` while the tail is too small to be worth it.
 *
 * @param tail cells above the last segment
 * @param least cells that are worth a segment
 */
export function nextBuild(
	{ seq, segments }: Manifest,
	tail: number,
	least = LEAST_CELLS,
): { from: number; to: number; cells: number } | null {
	if (tail < least) return null;
	let cells = tail;
	let from = segments.at(-1)?.to ?? 0;
	for (const segment of segments.toReversed()) {
		if (segment.cells >= cells * RATIO) break;
		cells += segment.cells;
		from = segment.from;
	}
	return { from, to: seq, cells };
}

/**
 * Builds the segment of (`from`, `to`] out of the state, part by part. What others write meanwhile gets a seq above `to` and is left to
 * the tail, so no lock is held.
 *
 * @param keep takes each chunk as it is made; nothing else holds it
 * @param cells about how many there will be
 * @param most records of one chunk
 */
export async function buildSegment(
	reader: SegmentReader,
	press: Press,
	space: SpaceId,
	{ from, to, cells }: { from: number; to: number; cells: number },
	keep: (chunk: PressedChunk) => Promise<void>,
	most = CHUNK_RECORDS,
): Promise<Segment> {
	const chunks: ChunkRef[] = [];
	let count = 0;
	const cutter = new Cutter(
		press,
		async (chunk) => {
			await keep(chunk);
			const { body: _body, ...ref } = chunk;
			chunks.push(ref);
		},
		most,
	);
	const source = cells <= IN_MEMORY ? bySeq(reader, space, from, to) : byRecord(reader, space);
	for await (const part of source) {
		const wanted = part.filter(({ seq }) => seq > from && seq <= to);
		count += wanted.length;
		await cutter.add(wanted);
	}
	await cutter.end();
	return { from, to, cells: count, chunks };
}

/** Everything at once, in the order of records. */
async function* bySeq(reader: SegmentReader, space: SpaceId, from: number, to: number): AsyncGenerator<StoredCell[]> {
	const cells = new Map<string, StoredCell>();
	for (let after = from; after < to;) {
		const tail = await reader.readSince(space, after, READ_CELLS);
		if (!tail || tail.cells.length === 0) break;
		for (const cell of tail.cells) cells.set(`${cell.record}${cell.collection}.${cell.field}.${cell.key}`, cell);
		after = tail.cells.at(-1)!.seq;
	}
	yield [...cells.values()].sort((a, b) => (a.record < b.record ? -1 : a.record > b.record ? 1 : 0));
}

async function* byRecord(reader: SegmentReader, space: SpaceId): AsyncGenerator<readonly StoredCell[]> {
	for (let after: RecordId | '' = ''; ;) {
		const part: readonly StoredCell[] = await reader.readRecords(space, after, READ_CELLS);
		if (part.length === 0) return;
		yield part;
		after = part.at(-1)!.record;
	}
}

/** Gathers cells by collection and cuts off a chunk whenever there is enough for one. */
class Cutter {
	readonly #press: Press;
	readonly #keep: (chunk: PressedChunk) => Promise<void>;
	readonly #most: number;
	readonly #open = new Map<number, { cells: Cell[]; weight: number; records: number }>();
	/** Compressed bytes for each estimated one, as learnt so far. */
	#density = 0.5;

	constructor(press: Press, keep: (chunk: PressedChunk) => Promise<void>, most: number) {
		this.#press = press;
		this.#most = most;
		this.#keep = keep;
	}

	/** @param cells in the order of records */
	async add(cells: readonly Cell[]): Promise<void> {
		for (const cell of cells) {
			let open = this.#open.get(cell.collection);
			if (!open) this.#open.set(cell.collection, (open = { cells: [], weight: 0, records: 0 }));
			if (open.cells.at(-1)?.record !== cell.record) {
				if (open.weight * this.#density > CHUNK_BYTES * 0.9 || open.records >= this.#most) {
					await this.#cut(cell.collection, open.cells, open.weight);
					Object.assign(open, { cells: [], weight: 0, records: 0 });
				}
				open.records++;
				open.weight += 20;
			}
			open.cells.push(cell);
			open.weight += weightOf(cell);
		}
	}

	async end(): Promise<void> {
		for (const [collection, { cells, weight }] of this.#open) if (cells.length > 0) await this.#cut(collection, cells, weight);
		this.#open.clear();
	}

	/** Makes a chunk, or two when it came out too large. */
	async #cut(collection: number, cells: readonly Cell[], weight: number): Promise<void> {
		const bytes = encodeChunk(collection, cells);
		const body = this.#press.compress(bytes);
		this.#density = body.length / weight;
		const middle = body.length > CHUNK_BYTES ? boundary(cells) : 0;
		if (middle > 0) {
			await this.#cut(collection, cells.slice(0, middle), weight / 2);
			await this.#cut(collection, cells.slice(middle), weight / 2);
			return;
		}
		const records = new Set(cells.map(({ record }) => record)).size;
		await this.#keep({ collection, hash: this.#press.hash(bytes), records, bytes: body.length, body });
	}
}

/** The first cell of the record that stands in the middle; 0 when there is only one record. */
function boundary(cells: readonly Cell[]): number {
	const middle = cells.length >> 1;
	for (let at = middle; at < cells.length; at++) if (cells[at]!.record !== cells[at - 1]?.record && at > 0) return at;
	for (let at = middle; at > 0; at--) if (cells[at]!.record !== cells[at - 1]!.record) return at;
	return 0;
}

function weightOf({ key, value }: Cell): number {
	const size = typeof value === 'string' || value instanceof Uint8Array ? value.length : 4;
	return 2 + key.length + size;
}

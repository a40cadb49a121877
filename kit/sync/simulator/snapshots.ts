import type { Cursor } from '../space/index.ts';
import {
	buildSegment,
	type ChunkHash,
	nextBuild,
	type Offer,
	offerFor,
	type Press,
	type PressedChunk,
	type Segment,
	type SegmentReader,
} from '../snapshot/index.ts';
import type { ServerDisk } from './server-disk.ts';

/** Chunks are not compressed here: what is simulated is their fate. */
const press: Press = {
	compress: (bytes) => bytes,
	hash: (bytes) => new Bun.CryptoHasher('sha256').update(bytes).digest('hex') as ChunkHash,
};

/**
 * The snapshots of one life of the server: builds whenever somebody downloads, while others write.
 */
export class Snapshots {
	readonly #disk: ServerDisk;
	readonly #least: number;
	#building = false;

	/** @param least cells that are worth a segment, and a snapshot */
	constructor(disk: ServerDisk, least: number) {
		this.#disk = disk;
		this.#least = least;
	}

	offer({ epoch, seq }: Cursor): Offer | null {
		const { space, segments } = this.#disk.file;
		const known = epoch === space.epoch && seq <= space.seq;
		const offer = offerFor({ epoch: space.epoch, segments }, known ? seq : 0, this.#least);
		void this.#build();
		return offer;
	}

	async #build(): Promise<void> {
		if (this.#building) return;
		this.#building = true;
		const disk = this.#disk;
		const { space, segments, cells } = disk.file;
		const last = segments.at(-1)?.to ?? 0;
		const tail = [...cells.values()].filter(({ seq }) => seq > last).length;
		const plan = nextBuild({ epoch: space.epoch, seq: space.seq, segments }, tail, this.#least);
		if (plan) {
			const made: PressedChunk[] = [];
			const keep = async (chunk: PressedChunk) => void made.push(chunk);
			const segment = await buildSegment(readerOf(disk), press, space.id, plan, keep, 1);
			if (disk.file.segments === segments && disk.file.space.epoch === space.epoch)
				disk.snapshot(replace(segments, segment), made);
		}
		this.#building = false;
	}
}

function readerOf(disk: ServerDisk): SegmentReader {
	return {
		readSince: (space, after) => disk.readSince(space, after, 3),
		countSince: () => Promise.reject(new Error('Nobody counts here.')),
		readRecords: () => Promise.reject(new Error('Everything fits into memory here.')),
	};
}

function replace(segments: readonly Segment[], segment: Segment): Segment[] {
	return [...segments.filter(({ to }) => to <= segment.from), segment];
}

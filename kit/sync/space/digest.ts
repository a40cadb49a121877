import { appOf, type RecordId } from '@mana/model';
import type { Cell, Place, SpaceId } from '../cell.ts';
import { encodeFrame, packDeltas } from '../codec/index.ts';
import { addSum, bucketOf, minus, NOTHING_SUM, type PartSum, type Sum, sumOfCell } from '../digest.ts';
import type { Digest } from '../frames.ts';
import { type Access, reaches, sameReach } from '../permission.ts';
import { AccessChanged, type Reading } from './reach.ts';
import type { StoredCell } from './state.ts';

/** What a store has to give so that digests can be compared. */
export interface DigestStore {
	/**
	 * The sum of every collection at the head of the space, read from one snapshot with it and with what the person may see. Where they
	 * are not kept they are counted first. `null`: no such space.
	 */
	sums(space: SpaceId, person: string): Promise<Sums | null>;
	/** All cells of the next records above `after` ('' for the first), in the order of records: about `most` cells, empty at the end. */
	readRecords(space: SpaceId, after: RecordId | '', most: number): Promise<readonly StoredCell[]>;
	/** Somebody found that the kept sums are not what they hold: they are counted anew when they are asked for next. */
	doubtSums(space: SpaceId): Promise<void>;
}

export interface Sums {
	readonly epoch: number;
	readonly aclEpoch: number;
	readonly access: Access | null;
	/** Head of the space. */
	readonly seq: number;
	/** By collection. */
	readonly sums: ReadonlyMap<number, Sum>;
}

/** A part of an answer, ready to be sent unless who may read has changed since this acl epoch. */
export interface DigestPart {
	readonly frame: Uint8Array;
	readonly aclEpoch: number;
}

/** Cells that are read at once. */
const CHUNK = 2048;
/** Cells that are gathered before they are sent. */
const PART = 8192;

/**
 * Answers a question of DIGEST.
 *
 * @param whole the collections of which the reader keeps everything
 * @param chunk cells to read at once, for tests
 * @throws AccessChanged when the reader was told something else about what it may see; an error when the space is gone
 */
export async function* digestAnswers(
	store: DigestStore,
	{ space, collection, buckets }: Digest,
	reading: Reading,
	whole: (collection: number) => boolean = () => true,
	chunk = CHUNK,
): AsyncGenerator<DigestPart> {
	const tells = (of: number) => reaches(reading.access, appOf(of)) && whole(of);
	const judge = async () => {
		const found = await store.sums(space, reading.person);
		if (!found) throw new Error(`Space ${space} is gone.`);
		if (!found.access || !sameReach(found.access, reading.access)) throw new AccessChanged(found.access, found.aclEpoch);
		return found;
	};
	const answer = { type: 'digest', space, collection, buckets, more: false, sums: [], cells: [] } as const;
	const part = ({ epoch, seq, aclEpoch }: Sums, more: Partial<Digest>): DigestPart => ({
		frame: encodeFrame({ ...answer, epoch, seq, ...more }),
		aclEpoch,
	});
	if (collection === 0) {
		const found = await judge();
		const seen = [...found.sums].filter(([of]) => tells(of));
		return yield part(found, { sums: seen.map(([of, sum]) => ({ of, ...sum })) });
	}
	const cells = tells(collection) ? cellsOf(store, space, collection, chunk) : [];
	if (buckets.length === 0) {
		const sums = new Map<number, Sum>();
		for await (const cell of cells) addSum(sums, bucketOf(cell.record), sumOfCell(cell));
		await store.doubtSums(space);
		return yield part(await judge(), { sums: listed(sums) });
	}
	const wanted = new Set(buckets);
	let gathered: Cell[] = [];
	for await (const { seq: _seq, ...cell } of cells) {
		if (!wanted.has(bucketOf(cell.record))) continue;
		gathered.push(cell);
		if (gathered.length < PART) continue;
		const found = await judge();
		for (const cells of framesful(space, gathered)) yield part(found, { cells, more: true });
		gathered = [];
	}
	const found = await judge();
	const frames = framesful(space, gathered);
	for (const [i, cells] of frames.entries()) yield part(found, { cells, more: i < frames.length - 1 });
}

/** What a group of writes does to the sums of its collections. @param dropped what goes and is not replaced; @param held what stood at a place before, if anything */
export function sumsOfChange(
	cells: readonly StoredCell[],
	dropped: readonly StoredCell[],
	held: (place: Place) => Cell | undefined,
): ReadonlyMap<number, Sum> {
	const sums = new Map<number, Sum>();
	for (const cell of cells) {
		const before = held(cell);
		const sum = sumOfCell(cell);
		addSum(sums, cell.collection, before ? minus(sum, sumOfCell(before)) : sum);
	}
	for (const cell of dropped) addSum(sums, cell.collection, minus(NOTHING_SUM, sumOfCell(cell)));
	return sums;
}

/** The sums of all collections among some cells. */
export function sumsOf(cells: Iterable<Cell>): Map<number, Sum> {
	const sums = new Map<number, Sum>();
	for (const cell of cells) addSum(sums, cell.collection, sumOfCell(cell));
	return sums;
}

/** By how much `later` is more than `earlier`, collection by collection. */
export function sumsBetween(earlier: ReadonlyMap<number, Sum>, later: ReadonlyMap<number, Sum>): Map<number, Sum> {
	const between = new Map(later);
	for (const [of, sum] of earlier) between.set(of, minus(later.get(of) ?? NOTHING_SUM, sum));
	return between;
}

/** Cells of a collection, each place once: what was moved on while this was read is told as it was read last. */
async function* cellsOf(store: DigestStore, space: SpaceId, collection: number, chunk: number): AsyncGenerator<StoredCell> {
	for (let after: RecordId | '' = ''; ;) {
		const part: readonly StoredCell[] = await store.readRecords(space, after, chunk);
		if (part.length === 0) return;
		yield* part.filter((cell) => cell.collection === collection);
		after = part.at(-1)!.record;
	}
}

function framesful(space: SpaceId, cells: readonly Cell[]): (readonly Cell[])[] {
	return packDeltas(space, 0, 0, false, cells).map((delta) => delta.cells);
}

function listed(sums: ReadonlyMap<number, Sum>): PartSum[] {
	return [...sums].map(([of, sum]) => ({ of, ...sum }));
}

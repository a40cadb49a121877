import { appOf, type RecordId } from '@mana/model';
import type { Cell, Place, SpaceId } from '../cell.ts';
import { encodeFrame, packDeltas } from '../codec/index.ts';
import { addSum, bucketOf, minus, NOTHING_SUM, type PartSum, sameSum, type Sum, sumOfCell } from '../digest.ts';
import type { Digest } from '../frames.ts';
import { type Access, reaches, sameReach } from '../permission.ts';
import { sumOfScope } from '../scope-sum.ts';
import { type Scope, ScopeIndex } from '../scope.ts';
import type { PartSums } from './part-sums.ts';
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

/** What a reader keeps of a space, and where the sums of that are. */
export interface KeptPart {
	readonly scope: Scope;
	readonly sums: PartSums;
}

/** Cells that are read at once. */
const CHUNK = 2048;
/** Cells that are gathered before they are sent. */
const PART = 8192;
/** How often the sums of a part and those of what comes whole are looked at until both are of one seq. */
const TRIES = 20;

/**
 * Answers a question of DIGEST. Of collections of which the reader keeps a part the sums of that part are told if the question names them; where they cannot be
 * told now nothing is said of them, or nothing at all.
 *
 * @param part what the reader keeps; `null`: everything
 * @param chunk cells to read at once, for tests
 * @throws AccessChanged when the reader was told something else about what it may see; an error when the space is gone
 */
export async function* digestAnswers(
	store: DigestStore,
	question: Digest,
	reading: Reading,
	part: KeptPart | null = null,
	chunk = CHUNK,
): AsyncGenerator<DigestPart> {
	const { space, collection, buckets } = question;
	const index = part && new ScopeIndex(part.scope);
	const reads = (of: number) => reaches(reading.access, appOf(of));
	const tells = (of: number) => reads(of) && (!index || index.whole(of));
	const named = (part ? namedIn(question, part.scope) : []).filter((of) => reads(of) && !tells(of));
	const answer: Answer = {
		async judge() {
			const found = await store.sums(space, reading.person);
			if (!found) throw new Error(`Space ${space} is gone.`);
			if (!found.access || !sameReach(found.access, reading.access)) throw new AccessChanged(found.access, found.aclEpoch);
			return found;
		},
		part: ({ epoch, seq, aclEpoch }, more) => ({
			frame: encodeFrame({ type: 'digest', space, collection, buckets, more: false, sums: [], cells: [], epoch, seq, ...more }),
			aclEpoch,
		}),
	};
	if (collection === 0) {
		const { found, sums } = await atOneSeq(answer, part && ((look) => part.sums.read(space, part.scope, look)), named);
		const whole = [...found.sums].filter(([of]) => tells(of));
		return yield answer.part(found, { sums: [...listed(whole), ...sums] });
	}
	if (part && named.includes(collection)) return yield* answerOfPart(answer, question, part);
	const cells = tells(collection) ? cellsOf(store, space, collection, chunk) : [];
	if (buckets.length === 0) {
		const sums = new Map<number, Sum>();
		for await (const cell of cells) addSum(sums, bucketOf(cell.record), sumOfCell(cell));
		await store.doubtSums(space);
		return yield answer.part(await answer.judge(), { sums: listed(sums) });
	}
	const wanted = new Set(buckets);
	let gathered: Cell[] = [];
	for await (const { seq: _seq, ...cell } of cells) {
		if (!wanted.has(bucketOf(cell.record))) continue;
		gathered.push(cell);
		if (gathered.length < PART) continue;
		yield* framesOf(answer, await answer.judge(), space, gathered, true);
		gathered = [];
	}
	yield* framesOf(answer, await answer.judge(), space, gathered, false);
}

/** How one question is answered. */
interface Answer {
	/** The sums that are kept, if the reader may still read what it was told. @throws AccessChanged */
	judge(): Promise<Sums>;
	part(at: Pick<Sums, 'epoch' | 'seq' | 'aclEpoch'>, more: Partial<Digest>): DigestPart;
}

type ReadCount = <T>(look: Parameters<typeof PartSums.prototype.read<T>>[2]) => Promise<T | null>;

/** What is kept, and the sums of some collections of a part, of the same state. Where others write too fast for that there are none of the part. */
async function atOneSeq(
	{ judge }: Answer,
	read: ReadCount | null,
	named: readonly number[],
): Promise<{ found: Sums; sums: PartSum[] }> {
	let found = await judge();
	if (!read || named.length === 0) return { found, sums: [] };
	for (let tries = 0; tries < TRIES; tries++) {
		const counted = await read((count) => ({
			epoch: count.epoch,
			seq: count.seq,
			sums: named.map((of) => ({ of, ...count.sumOf(of) })),
		}));
		if (!counted) break;
		const isSame = () => counted.epoch === found.epoch && counted.seq === found.seq;
		if (!isSame()) found = await judge();
		if (isSame()) return { found, sums: counted.sums };
	}
	return { found, sums: [] };
}

/** The sums of the buckets of a part, or the cells in some of them. */
async function* answerOfPart(
	answer: Answer,
	{ space, collection, buckets }: Digest,
	{ scope, sums }: KeptPart,
): AsyncGenerator<DigestPart> {
	if (buckets.length === 0) {
		const counted = await sums.read(space, scope, (count) => listed(count.bucketsOf(collection)), true);
		if (counted) yield answer.part(await answer.judge(), { sums: counted });
		return;
	}
	const wanted = new Set(buckets);
	const inside = () =>
		sums.read(space, scope, (count) => ({ epoch: count.epoch, seq: count.seq, records: count.recordsIn(collection, wanted) }));
	const first = await inside();
	if (!first) return;
	let gathered: Cell[] = [];
	const told = new Set<RecordId>();
	for await (const cells of sums.cellsOf(
		space,
		[...first.records].map((record) => ({ collection, record })),
	)) {
		gathered.push(...cells);
		if (gathered.length < PART) continue;
		for (const { record } of gathered) told.add(record);
		yield* framesOf(answer, await answer.judge(), space, gathered, true);
		gathered = [];
	}
	const last = await inside();
	const judged = await answer.judge();
	// Who was told of a record that left since, and was never to hear of it, is not told that this was all, and asks again.
	if (!last || last.epoch !== judged.epoch || [...told].some((record) => !last.records.has(record))) return;
	const stay = gathered.filter(({ record }) => last.records.has(record));
	yield* framesOf(answer, { ...judged, seq: last.seq }, space, stay, false);
}

/** The collections that a question names since the client keeps a part of them, if it means the same part. */
function namedIn({ sums }: Digest, scope: Scope): number[] {
	if (sums.length === 0) return [];
	const same = sumOfScope(scope);
	return sums.flatMap((sum) => (sameSum(sum, same) ? sum.of : []));
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

function* framesOf(
	answer: Answer,
	at: Pick<Sums, 'epoch' | 'seq' | 'aclEpoch'>,
	space: SpaceId,
	gathered: readonly Cell[],
	goesOn: boolean,
): Generator<DigestPart> {
	const frames = packDeltas(space, 0, 0, false, gathered).map((delta) => delta.cells);
	for (const [i, cells] of frames.entries()) yield answer.part(at, { cells, more: goesOn || i < frames.length - 1 });
}

function listed(sums: Iterable<readonly [number, Sum]>): PartSum[] {
	return [...sums].map(([of, sum]) => ({ of, ...sum }));
}

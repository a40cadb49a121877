import type { RecordId } from '@mana/model';
import type { Cell } from '../../cell.ts';
import { addSum, bucketOf, BUCKETS, minus, NOTHING_SUM, plus, sameSum, type Sum, sumOfRecord } from '../../digest.ts';
import type { Digest } from '../../frames.ts';
import type { Name } from '../../name.ts';
import { sumOfScope } from '../../scope-sum.ts';
import { ScopeIndex } from '../../scope.ts';
import type { SpaceRow } from '../store.ts';
import { recordKey } from '../../tombstone.ts';
import type { Environment } from '../environment.ts';
import { PATIENCE_MS } from './comparing.ts';
import { inSpareTime } from './spare-time.ts';

/** The confirmed state of a space, as far as a checkup reads it. */
export interface Confirmed {
	/** Every record that has any register; goes on as it should while records are added. */
	names(): Iterator<{ readonly collection: number; readonly record: RecordId }>;
	cells(collection: number, record: RecordId): Iterable<Cell>;
	allCells(): Iterable<Cell>;
	/** Grows whenever records went. */
	readonly lostCounts: number;
}

type Names = ReturnType<Confirmed['names']>;
/** What the server was asked for. */
type Question = 'collections' | 'buckets' | 'cells';

export interface CheckupParts {
	readonly confirmed: Confirmed;
	/** The checkpoint that the confirmed state is of, the part of the space that it keeps, and what stays beyond that until this device is finished with it. */
	readonly space: Pick<SpaceRow, 'seq' | 'scope' | 'leaving'>;
	/** Milliseconds that passed since some fixed moment. */
	elapsed(): number;
	ask(question: Pick<Digest, 'collection' | 'buckets' | 'sums'>): void;
	/** Both sides hold the same at `seq`. */
	agreed(seq: number): void;
	/** They do not. Answers whether what differs is to be looked for. */
	differed(): boolean;
	/** Puts cells in the place of all that is confirmed. */
	mend(cells: readonly Cell[]): void;
	/** It could not be said, or something was mended: `again` when it should be looked at anew soon. */
	ended(how: 'again' | 'later'): void;
}

/** How often the state is read on, and for how long, ms. */
const STEP_EVERY_MS = 50;
const STEP_MS = 6;
/** Records that are read before the clock is looked at. */
const AT_ONCE = 64;
/** Checkpoints that are remembered while an answer is waited for: the server speaks of one of them, or of a later one. */
const MOST_MARKS = 256;

/**
 * One comparison with the server (sync.md §7.1, I1): sums over everything that is confirmed, read anew in small steps while the state goes
 * on, then compared at the same checkpoint. Where a collection differs it asks for the sums of its buckets, then for the cells of those
 * that differ, and has them put in the place of what is here. It is made for one comparison on one connection, and dropped after it.
 */
export class Checkup {
	readonly #parts: CheckupParts;
	readonly #index: ScopeIndex | null;
	/** What stays beyond the part that is kept: nobody keeps it up to date, so it counts for nothing. */
	readonly #beyond: ReadonlySet<string>;
	/** Sums by collection, then bucket. */
	readonly #sums = new Map<number, Map<number, Sum>>();
	#reading: Names | null;
	/** The collection that is being read, and what of it has been. Those before it are read whole, those behind it not at all. */
	#collection = 0;
	readonly #whole = new Set<number>();
	#read = new Set<RecordId>();
	/** Sums of all collections at the checkpoints since the question, while one is out. */
	#marks: { readonly seq: number; readonly sums: ReadonlyMap<number, Sum> }[] = [];
	/** What was confirmed since cells were asked for. */
	#since: Cell[] = [];
	#asked: Question | null = null;
	/** The collection that it was about. */
	#about = 0;
	#askedAt = 0;
	/** The server's sums of all collections, at a checkpoint that has not come yet. */
	#answer: Digest | null = null;
	/** Collections that differ, the one that is looked at first. */
	#differing: number[] = [];
	#came: Cell[] = [];
	#buckets: ReadonlySet<number> = new Set();
	/** The checkpoint from which on they may stand here; `null` while more of them come. */
	#from: number | null = null;
	/** `lostCounts` when it was begun. */
	readonly #lost: number;
	#over = false;

	constructor(parts: CheckupParts) {
		this.#parts = parts;
		const { scope } = parts.space;
		this.#index = scope && new ScopeIndex(scope);
		this.#beyond = this.#staying();
		this.#lost = parts.confirmed.lostCounts;
		this.#reading = parts.confirmed.names();
	}

	/** Reads on, in small steps that give way to everything else. Returns the way to stop. */
	start(env: Pick<Environment, 'every'>): () => void {
		let goesOn = true;
		const step = inSpareTime(() => {
			if (goesOn) this.step(STEP_MS);
		});
		const stop = env.every(STEP_EVERY_MS, step);
		return () => {
			goesOn = false;
			stop();
		};
	}

	/** Goes on reading for about so many milliseconds. */
	step(ms: number): void {
		if (this.#isVoid()) return;
		const { elapsed } = this.#parts;
		if (this.#asked && elapsed() - this.#askedAt > PATIENCE_MS) this.#end('later');
		const until = elapsed() + ms;
		while (this.#reading && elapsed() <= until) for (let i = 0; i < AT_ONCE && this.#reading; i++) this.#readOne(this.#reading);
	}

	/** Runs `merge`, which merges these cells into the confirmed state and moves the cursor, and keeps the sums. */
	around(cells: readonly Cell[], merge: () => void): void {
		if (this.#isVoid()) return merge();
		const touched = this.#touchedBy(cells);
		for (const { collection, record } of touched) this.#add(collection, record, minus);
		merge();
		if (this.#isVoid()) return;
		for (const { collection, record } of touched) this.#add(collection, record, plus);
		if (this.#asked === 'cells') for (const cell of cells) this.#since.push(cell);
		if (this.#asked) this.#mark();
		if (this.#answer) this.#compare(this.#answer);
		this.#mend();
	}

	heard(answer: Digest): void {
		if (this.#isVoid()) return;
		// What an earlier comparison had asked for is none of this one's.
		if (answer.collection !== this.#about || answer.buckets.length > 0 !== (this.#asked === 'cells')) return;
		switch (this.#asked) {
			case 'collections':
				return this.#compare(answer);
			case 'buckets':
				return this.#narrow(answer); // at which checkpoint does not matter: a bucket too many is fetched for nothing
			case 'cells':
				for (const cell of answer.cells) this.#came.push(cell);
				this.#askedAt = this.#parts.elapsed();
				this.#buckets = new Set(answer.buckets);
				this.#from = answer.more ? null : answer.seq;
				return this.#mend();
		}
	}

	/** Whether something went that this was not told of; then it is over. */
	#isVoid(): boolean {
		const isCurrent = this.#lost === this.#parts.confirmed.lostCounts && sameNames(this.#beyond, this.#staying());
		if (!this.#over && !isCurrent) this.#end('again');
		return this.#over;
	}

	#readOne(reading: Names): void {
		const { value, done } = reading.next();
		if (done) {
			this.#reading = null;
			this.#whole.add(this.#collection);
			this.#read = new Set();
			return this.#ask('collections', 0, []);
		}
		if (value.collection !== this.#collection) {
			this.#whole.add(this.#collection);
			this.#collection = value.collection;
			this.#read = new Set();
		}
		if (this.#read.has(value.record)) return; // it went, and came back behind
		this.#add(value.collection, value.record, plus);
		this.#read.add(value.record);
	}

	#add(collection: number, record: RecordId, operation: typeof plus): void {
		if (this.#stays({ collection, record })) return;
		const sum = sumOfRecord(record, this.#parts.confirmed.cells(collection, record));
		const sums = this.#bucketsOf(collection);
		const bucket = bucketOf(record);
		sums.set(bucket, operation(sums.get(bucket) ?? NOTHING_SUM, sum));
	}

	/** The records of these cells that are in the sums, once each. */
	#touchedBy(cells: readonly Cell[]): { collection: number; record: RecordId }[] {
		const touched = new Map<string, { collection: number; record: RecordId }>();
		for (const { collection, record } of cells) {
			const isRead = this.#whole.has(collection) || (collection === this.#collection && this.#read.has(record));
			if (isRead || !this.#reading) touched.set(`${collection}/${record}`, { collection, record });
		}
		return [...touched.values()];
	}

	#ask(what: Question, collection: number, buckets: readonly number[]): void {
		this.#asked = what;
		this.#about = collection;
		this.#askedAt = this.#parts.elapsed();
		this.#marks = [];
		this.#since = [];
		this.#came = [];
		this.#answer = this.#from = null;
		this.#mark();
		this.#parts.ask({ collection, buckets, sums: this.#named(collection) });
	}

	/** What a question says of collections of which a part is kept: which they are, and which part is meant. A server from before that answers without them. */
	#named(collection: number): Digest['sums'] {
		if (!this.#index) return [];
		const { scope } = this.#index;
		const kept = [...scope.windows, ...scope.records].map((one) => one.collection);
		const named = collection === 0 ? new Set([...kept, ...this.#sums.keys()]) : [collection];
		const sum = sumOfScope(scope);
		return [...named].filter((of) => !this.#isWhole(of)).map((of) => ({ of, ...sum }));
	}

	#isWhole(collection: number): boolean {
		return !this.#index || this.#index.whole(collection);
	}

	/** Whether a record is here though it left the part that is kept. */
	#stays(name: Name): boolean {
		return this.#beyond.has(recordKey(name));
	}

	#staying(): ReadonlySet<string> {
		const { leaving } = this.#parts.space;
		return new Set(this.#index ? leaving.filter((name) => !this.#index!.lists(name)).map(recordKey) : []);
	}

	#mark(): void {
		const sums = new Map<number, Sum>();
		for (const [collection, buckets] of this.#sums) for (const sum of buckets.values()) addSum(sums, collection, sum);
		this.#marks.push({ seq: this.#parts.space.seq, sums });
		if (this.#marks.length > MOST_MARKS) this.#marks.shift();
	}

	#compare(answer: Digest): void {
		const { seq, sums } = answer;
		this.#answer = seq > this.#parts.space.seq ? answer : null;
		if (this.#answer) return;
		const mark = this.#marks.find((one) => one.seq === seq);
		if (!mark) return this.#end('again'); // it speaks of a checkpoint that was passed over
		const theirs = new Map<number, Sum>(sums.map((sum) => [sum.of, sum]));
		const all = new Set([...theirs.keys(), ...mark.sums.keys()]);
		const differs = (of: number) => !sameSum(theirs.get(of) ?? NOTHING_SUM, mark.sums.get(of) ?? NOTHING_SUM);
		this.#differing = [...all].filter((of) => (this.#isWhole(of) || theirs.has(of)) && differs(of));
		if (this.#differing.length > 0) return this.#parts.differed() ? this.#search() : this.#end('later');
		this.#parts.agreed(seq);
		this.#end('later');
	}

	#search(): void {
		const [collection] = this.#differing;
		if (collection === undefined) this.#end('again');
		else this.#ask('buckets', collection, []);
	}

	#narrow({ collection, sums }: Digest): void {
		const ours = this.#bucketsOf(collection);
		const theirs = new Map<number, Sum>(sums.map((sum) => [sum.of, sum]));
		const buckets = Array.from({ length: BUCKETS }, (_, bucket) => bucket).filter(
			(bucket) => !sameSum(theirs.get(bucket) ?? NOTHING_SUM, ours.get(bucket) ?? NOTHING_SUM),
		);
		if (buckets.length > 0) return this.#ask('cells', collection, buckets);
		this.#differing.shift(); // the server's own sum was wrong; it counts anew
		this.#search();
	}

	/** Has what came put in the place of what is here, once that is a checkpoint. */
	#mend(): void {
		const [collection] = this.#differing;
		if (collection === undefined || this.#from === null || this.#parts.space.seq < this.#from) return;
		const buckets = this.#buckets;
		const differs = (cell: Cell) => cell.collection === collection && buckets.has(bucketOf(cell.record)) && !this.#stays(cell);
		const kept = [...this.#parts.confirmed.allCells()].filter((cell) => !differs(cell));
		this.#differing.shift();
		this.#from = null;
		this.#parts.mend([...kept, ...this.#came, ...this.#since.filter(differs)]);
		// Whether that was all is for the next comparison to say.
		this.#search();
	}

	#end(how: 'again' | 'later'): void {
		this.#over = true;
		this.#asked = this.#reading = null;
		this.#parts.ended(how);
	}

	#bucketsOf(collection: number): Map<number, Sum> {
		let sums = this.#sums.get(collection);
		if (!sums) this.#sums.set(collection, (sums = new Map()));
		return sums;
	}
}

function sameNames(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
	return a.size === b.size && [...a].every((name) => b.has(name));
}

import type { Transaction } from '../cell.ts';
import type { Ack } from '../frames.ts';
import { lostOf, type Conflict } from './conflicts.ts';
import type { Grounded } from './ground.ts';
import type { Pending } from './pending.ts';
import type { Replica } from './replica.ts';
import type { SpaceRow, StoredTransaction } from './store.ts';

/** What became of transactions: everything up to `n` is over. */
export interface Settled {
	readonly n: number;
	readonly restamped: Ack['restamped'];
	readonly refused: readonly StoredTransaction[];
	/** What of the accepted ones lost to others. */
	readonly lost: readonly Conflict[];
}

/**
 * The numbered transactions of this device on which no decision has been taken in yet (sync.md §6.3). One leaves when it was decided
 * *and* its effects have arrived, so that what is shown never goes back in between.
 */
export class Outbox {
	/** Decisions up to this `n` have been taken in. */
	doneN = 0;
	/** Decisions up to this `n` are on the disk. */
	knownN = 0;
	/** What the next transaction gets. */
	nextN = 1;
	/** The highest stamp among all that this device wrote. */
	lastStamp = 0;
	readonly #replica: Replica;
	readonly #waiting = new Map<number, Pending>();
	/** The stamps in the journal of those that the server gave another: what is sent again is sent as it was, or it would look like a fork. */
	readonly #written = new WeakMap<Pending, number>();
	#restamped: { readonly n: number; readonly stamp: number }[] = [];
	#firstMissing = 0;

	constructor(replica: Replica) {
		this.#replica = replica;
	}

	get size(): number {
		return this.#waiting.size;
	}

	/** The lowest number of which nothing is known here: another tab has it, and what comes after may rest on it. */
	get firstMissing(): number {
		this.#firstMissing = Math.max(this.#firstMissing, this.doneN + 1);
		while (this.#waiting.has(this.#firstMissing)) this.#firstMissing++;
		return this.#firstMissing;
	}

	/** In order and without a gap, from `first` on. */
	*from(first: number): IterableIterator<Transaction & Grounded> {
		for (let n = first, pending; (pending = this.#waiting.get(n)); n++) {
			const { ops, preconditions, ground, refused } = pending;
			yield { n, stamp: this.#writtenStamp(pending), ops, ground, refused, ...(preconditions.length > 0 && { preconditions }) };
		}
	}

	all(): Iterable<Pending> {
		return this.#waiting.values();
	}

	/** The journal has these, under these numbers and stamps. What is written but not stored yet stays above them. */
	stored(transactions: readonly Pending[], stored: readonly StoredTransaction[]): void {
		this.#replica.batch(() => {
			for (const [i, { n, stamp }] of stored.entries()) {
				const pending = transactions[i]!;
				pending.n = n;
				this.#written.delete(pending);
				this.#replica.restamp(pending, stamp);
				this.#wait(pending, n);
			}
			for (const pending of this.#replica.pending) {
				if (pending.n === null && pending.stamp <= this.lastStamp) this.#replica.restamp(pending, ++this.lastStamp);
			}
		});
	}

	/** Another tab, or this one in an earlier life, stored this. */
	add({ n, stamp, ops, preconditions, label, at, ground, refused }: StoredTransaction): void {
		if (!refused && (n <= this.doneN || this.#waiting.has(n))) return;
		const pending: Pending = { n, stamp, ops, preconditions, label, at, ground, refused, ackedSeq: null };
		this.#replica.add(pending);
		this.#wait(pending, n);
	}

	/** The server decided. Nothing leaves before `settle`. */
	acked({ n, seq, restamped, refused }: Ack): void {
		this.#replica.batch(() => {
			this.#restamp(restamped);
			for (const { n, code, detail } of refused) {
				const pending = this.#waiting.get(n);
				if (pending) this.#replica.refuse(pending, { code, detail });
			}
		});
		for (const [number, pending] of this.#waiting) if (number <= n) pending.ackedSeq ??= seq;
		this.#restamped.push(...restamped.filter(({ n }) => n > this.doneN));
	}

	/** Acknowledgements count within their connection: a new one repeats them. */
	forgetAcks(): void {
		for (const pending of this.#waiting.values()) pending.ackedSeq = null;
	}

	/** Lets go of what was decided and whose effects are in the confirmed state at `seq`; `null` when that is nothing. */
	settle(seq: number): Settled | null {
		const refused: StoredTransaction[] = [];
		const lost: Conflict[] = [];
		const before = this.doneN;
		for (let n = before + 1, pending; (pending = this.#waiting.get(n)); n++) {
			if (pending.ackedSeq === null || pending.ackedSeq > seq) break;
			this.doneN = n;
			this.#waiting.delete(n);
			if (pending.refused) refused.push({ ...pending, n });
			else {
				lost.push(...lostOf(pending, this.#replica));
				this.#replica.remove(pending);
			}
		}
		if (this.doneN === before) return null;
		const restamped = this.#restamped.filter(({ n }) => n <= this.doneN);
		this.#restamped = this.#restamped.filter(({ n }) => n > this.doneN);
		return { n: this.doneN, restamped, refused, lost };
	}

	/** The leading tab let go of these, and the disk has it. Returns what of them lost to others. */
	settled({ n, restamped, refused }: Pick<Ack, 'n' | 'restamped' | 'refused'>): readonly Conflict[] {
		const lost: Conflict[] = [];
		const reasons = new Map(refused.map((one) => [one.n, { code: one.code, detail: one.detail }]));
		this.#replica.batch(() => {
			this.#restamp(restamped);
			for (const [number, pending] of this.#waiting) {
				if (number > n) continue;
				this.#waiting.delete(number);
				const reason = reasons.get(number);
				if (reason) this.#replica.refuse(pending, reason);
				else {
					lost.push(...lostOf(pending, this.#replica));
					this.#replica.remove(pending);
				}
			}
		});
		this.doneN = this.knownN = Math.max(this.doneN, n);
		return lost;
	}

	/** The stamps by which transactions are known, here and on the disk. */
	get stamps(): Set<number> {
		return new Set([...this.#replica.pending].flatMap((pending) => [pending.stamp, this.#writtenStamp(pending)]));
	}

	/** Takes over what stands on the disk, keeping the objects that are known by their stamp: undo holds on to them. */
	load(rows: readonly StoredTransaction[], { doneN, nextN }: Pick<SpaceRow, 'doneN' | 'nextN'>): void {
		this.doneN = this.knownN = doneN;
		this.nextN = nextN;
		this.#firstMissing = 0;
		this.#waiting.clear();
		this.#restamped = [];
		const left = new Set([...this.#replica.pending].filter(({ n }) => n !== null));
		const known = new Map([...left].map((pending) => [this.#writtenStamp(pending), pending]));
		this.#replica.batch(() => {
			for (const row of rows) {
				const pending = known.get(row.stamp);
				known.delete(row.stamp);
				if (!pending) this.add(row);
				else {
					left.delete(pending);
					if (!sameCounts(pending, row)) this.#replica.rewrite(pending, row.ops);
					Object.assign(pending, { n: row.n, refused: row.refused, ground: row.ground, ackedSeq: null });
					this.#wait(pending, row.n);
				}
			}
			for (const pending of left) this.#replica.remove(pending);
		});
	}

	#wait(pending: Pending, n: number): void {
		if (!pending.refused) this.#waiting.set(n, pending);
		this.nextN = Math.max(this.nextN, n + 1);
		this.lastStamp = Math.max(this.lastStamp, pending.stamp);
	}

	#restamp(restamped: Ack['restamped']): void {
		for (const { n, stamp } of restamped) {
			const pending = this.#waiting.get(n);
			if (!pending) continue;
			this.#written.set(pending, this.#writtenStamp(pending));
			this.#replica.restamp(pending, stamp);
		}
	}

	#writtenStamp(pending: Pending): number {
		return this.#written.get(pending) ?? pending.stamp;
	}
}

/** Whether a transaction counts on the disk what it counts here: what rested on something forgotten was written anew there (`Ahead`). */
function sameCounts(here: Pick<Pending, 'ops'>, there: Pick<Pending, 'ops'>): boolean {
	const counts = ({ ops }: Pick<Pending, 'ops'>) => ops.flatMap(({ value }) => (typeof value === 'number' ? value : []));
	const [one, other] = [counts(here), counts(there)];
	return one.length === other.length && one.every((value, i) => value === other[i]);
}

import type { Pending } from './pending.ts';
import { StorageFull } from './disk.ts';
import { Fenced, Taken, type ClientStore, type StoredTransaction } from './store.ts';

interface KeeperParts {
	readonly store: ClientStore;
	/** Transactions are on the disk. */
	stored(transactions: readonly Pending[], rows: readonly StoredTransaction[]): void;
	/** Another tab took the space from this device before these were on the disk: keeps them elsewhere. */
	taken(transactions: readonly Pending[]): Promise<void>;
	/** There was no room: makes some. False: there was nothing to remove. */
	full(): Promise<boolean>;
	/** The disk failed, while these were to be stored. */
	failed(error: unknown, transactions: readonly Pending[]): Promise<void>;
	/** Another tab leads by now. */
	fenced(): void;
	/** Told of what must not happen: a queue goes on after it all the same. */
	report(error: unknown): void;
}

interface Waiting {
	readonly transactions: readonly Pending[];
	resolve(): void;
	reject(error: unknown): void;
}

/** What is stored together. */
interface Batch {
	readonly cause: Promise<void>;
	readonly waiting: Waiting[];
}

/**
 * Brings what one tab wants on its disk into order: its own transactions and everything that replaces the state in one queue, what it
 * writes as the leader in another. Between the two: whoever wrote a transaction may have seen what the leader had shown by then, so that must be
 * on the disk first. Else a tab that opens finds an effect without its cause.
 */
export class Keeper {
	store: ClientStore;
	/** Our fencing number while this tab leads. */
	generation: number | null = null;
	readonly #parts: KeeperParts;
	#turns: Promise<unknown> = Promise.resolve();
	#writes: Promise<unknown> = Promise.resolve();
	/** Settles when what was brought last is on the disk. */
	#cause: Promise<void> = Promise.resolve();
	readonly #bringing = new Set<() => void>();
	#batch: Batch | null = null;

	constructor(parts: KeeperParts) {
		this.#parts = parts;
		this.store = parts.store;
	}

	/** Stores transactions; those that wait for the disk together, and for the same thing before them, share one disk transaction. */
	commit(transactions: readonly Pending[]): Promise<void> {
		const batch = this.#batch?.cause === this.#cause ? this.#batch : this.#newBatch();
		return new Promise((resolve, reject) => {
			batch.waiting.push({ transactions, resolve, reject });
		});
	}

	#newBatch(): Batch {
		const batch: Batch = { cause: this.#cause, waiting: [] };
		this.#batch = batch;
		this.#turn(async () => {
			await batch.cause;
			if (this.#batch === batch) this.#batch = null;
			await this.#commitAll(batch.waiting);
		}).catch((error: unknown) => batch.waiting.forEach(({ reject }) => reject(error)));
		return batch;
	}

	/** Does `job` after every commit and every job that was asked for before. */
	inTurn(job: () => Promise<void>): Promise<void> {
		// What the leader writes may wait for this turn: then nothing in front of it may wait for what the leader writes.
		for (const brought of this.#bringing) brought();
		return this.#turn(job);
	}

	#turn(job: () => Promise<void>): Promise<void> {
		const turn = this.#turns.then(job);
		this.#turns = turn.catch((error: unknown) => this.#parts.report(error));
		return turn;
	}

	/** Something that only the leader writes, after everything that it wrote before; passed over when this tab does not lead, or got another store. */
	write(work: (store: ClientStore, generation: number) => Promise<unknown>, ended?: () => void): void {
		const { store } = this;
		this.#writes = this.#writes.then(async () => {
			try {
				if (this.generation !== null && store === this.store) await this.#fitting(() => work(store, this.generation!));
			} catch (error) {
				if (error instanceof Fenced) this.#parts.fenced();
				else await this.inTurn(() => this.#parts.failed(error, [])).catch(() => undefined); // the turn told of it
			} finally {
				ended?.();
			}
		});
	}

	/**
	 * Writes what this tab shows already and has from elsewhere. What is written by the person from now on stands behind it on the disk. `then`
	 * is done when it is there.
	 */
	bring<T>(apply: (store: ClientStore, generation: number) => Promise<T>, then: (applied: T) => Promise<unknown>): void {
		const { promise, resolve } = Promise.withResolvers<void>();
		this.#cause = promise;
		const brought = (): void => {
			this.#bringing.delete(brought);
			resolve();
		};
		this.#bringing.add(brought);
		this.write(async (store, generation) => {
			const applied = await apply(store, generation);
			brought();
			await then(applied);
		}, brought);
	}

	/** Settles when everything that was asked for so far is on the disk, or failed. */
	async idle(): Promise<void> {
		await Promise.all([this.#turns, this.#writes]);
	}

	async #commitAll(waiting: readonly Waiting[]): Promise<void> {
		const transactions = waiting.flatMap((one) => one.transactions);
		let rows: readonly StoredTransaction[] | null;
		try {
			rows = await this.#keep(transactions);
		} catch (error) {
			await this.#parts.failed(error, transactions);
			for (const { reject } of waiting) reject(error);
			return;
		}
		for (const { resolve } of waiting) resolve();
		if (rows) this.#parts.stored(transactions, rows);
	}

	/** Tries once more when there was no room and some could be made. */
	async #fitting<T>(work: () => Promise<T>): Promise<T> {
		try {
			return await work();
		} catch (error) {
			if (!(error instanceof StorageFull) || !(await this.#parts.full())) throw error;
			return work();
		}
	}

	/** `null`: they are kept, and not as a part of the space. */
	async #keep(transactions: readonly Pending[]): Promise<readonly StoredTransaction[] | null> {
		try {
			return await this.#fitting(() => this.store.commitLocal(transactions));
		} catch (error) {
			if (!(error instanceof Taken)) throw error;
			await this.#parts.taken(transactions);
			return null;
		}
	}
}

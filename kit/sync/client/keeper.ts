import type { Pending } from './replica.ts';
import { Fenced, Taken, type ClientStore, type StoredTransaction } from './store.ts';

interface KeeperParts {
	readonly store: ClientStore;
	/** Transactions are on the disk. */
	stored(transactions: readonly Pending[], rows: readonly StoredTransaction[]): void;
	/** Another tab took the space from this device before these were on the disk: keeps them elsewhere. */
	taken(transactions: readonly Pending[]): Promise<void>;
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

/**
 * Brings what one tab wants on its disk into order: its own transactions and everything that replaces the state in one queue, what it
 * writes as the leader in another.
 */
export class Keeper {
	store: ClientStore;
	/** Our fencing number while this tab leads. */
	generation: number | null = null;
	readonly #parts: KeeperParts;
	#turns: Promise<unknown> = Promise.resolve();
	#writes: Promise<unknown> = Promise.resolve();
	#waiting: Waiting[] = [];

	constructor(parts: KeeperParts) {
		this.#parts = parts;
		this.store = parts.store;
	}

	/** Stores transactions; those that wait for the disk together share one disk transaction. */
	commit(transactions: readonly Pending[]): Promise<void> {
		return new Promise((resolve, reject) => {
			this.#waiting.push({ transactions, resolve, reject });
			if (this.#waiting.length === 1) this.inTurn(() => this.#commitWaiting()).catch(reject);
		});
	}

	/** Does `job` after every commit and every job that was asked for before. */
	inTurn(job: () => Promise<void>): Promise<void> {
		const turn = this.#turns.then(job);
		this.#turns = turn.catch((error: unknown) => this.#parts.report(error));
		return turn;
	}

	/** Something that only the leader writes, after everything that it wrote before; passed over when this tab does not lead, or got another store. */
	write(work: (store: ClientStore, generation: number) => Promise<unknown>): void {
		const { store } = this;
		this.#writes = this.#writes.then(async () => {
			if (this.generation === null || store !== this.store) return;
			try {
				await work(store, this.generation);
			} catch (error) {
				if (error instanceof Fenced) this.#parts.fenced();
				else await this.inTurn(() => this.#parts.failed(error, [])).catch(() => undefined); // the turn told of it
			}
		});
	}

	/** Settles when everything that was asked for so far is on the disk, or failed. */
	async idle(): Promise<void> {
		await Promise.all([this.#turns, this.#writes]);
	}

	async #commitWaiting(): Promise<void> {
		const waiting = this.#waiting;
		this.#waiting = [];
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

	/** `null`: they are kept, and not as a part of the space. */
	async #keep(transactions: readonly Pending[]): Promise<readonly StoredTransaction[] | null> {
		try {
			return await this.store.commitLocal(transactions);
		} catch (error) {
			if (!(error instanceof Taken)) throw error;
			await this.#parts.taken(transactions);
			return null;
		}
	}
}

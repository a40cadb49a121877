import type { SpaceId } from '../cell.ts';
import { limits } from '../limits.ts';
import { decide, type Decided } from './decide.ts';
import { needOf } from './need.ts';
import type { Answer, Change, Request, Rules } from './state.ts';
import type { SpaceStore } from './store.ts';

export interface CommitterParts {
	readonly store: Pick<SpaceStore, 'transact'>;
	readonly rules: Rules;
	/** The server's time, ms since 1970. */
	now(): number;
	/** Told of each durable change with cells, before anybody gets an answer: what makes DELTA precede ACK. Must not throw. */
	committed(change: Change): void;
	/** The store failed: nobody knows whether these spaces moved, so readers of them must be brought up to date. Must not throw. */
	uncertain?(spaces: readonly SpaceId[]): void;
}

/**
 * The one writer of a store (or of a space): merges everything that waits, of all spaces and devices, into one durable
 * transaction. Commits at once when idle and gathers only while a commit is in flight (sync.md §6.6).
 */
export class Committer {
	readonly #parts: CommitterParts;
	#waiting: Waiting[] = [];
	#running = false;

	constructor(parts: CommitterParts) {
		this.#parts = parts;
	}

	/** Requests that wait or are being committed. */
	get backlog(): number {
		return this.#waiting.length;
	}

	/**
	 * Settles when the answer is durable. Rejects when the store failed: it is then unknown whether it was done, and asking again is safe.
	 * Requests are decided in the order of these calls.
	 */
	submit(request: Request): Promise<Answer> {
		return new Promise((resolve, reject) => {
			this.#waiting.push({ request, resolve, reject });
			if (this.#running) return;
			this.#running = true;
			// A microtask later, so that requests of one tick make one group.
			queueMicrotask(() => void this.#run());
		});
	}

	async #run(): Promise<void> {
		while (this.#waiting.length > 0) {
			const group = this.#take();
			try {
				await this.#commit(group);
			} catch (error) {
				this.#parts.uncertain?.([...new Set(group.map(({ request }) => request.space))]);
				for (const { reject } of group) reject(error);
			}
		}
		this.#running = false;
	}

	/** The oldest requests, up to as many ops as one push may have (and at least one request). */
	#take(): Waiting[] {
		let room: number = limits.pushOps;
		let count = 0;
		while (count < this.#waiting.length) {
			room -= opsOf(this.#waiting[count]!.request);
			if (room < 0 && count > 0) break;
			count++;
		}
		return this.#waiting.splice(0, count);
	}

	async #commit(group: readonly Waiting[]): Promise<void> {
		const bySpace = [...Map.groupBy(group, ({ request }) => request.space)];
		const requests = bySpace.map(([, members]) => members.map(({ request }) => request));
		let decided: Decided[] = [];
		await this.#parts.store.transact(requests.map(needOf), (found) => {
			decided = found.map((state, i) => decide(state, requests[i]!, this.#parts.now(), this.#parts.rules));
			return changesOf(decided);
		});
		for (const change of changesOf(decided)) if (change.cells.length > 0) this.#parts.committed(change);
		for (const [i, [, members]] of bySpace.entries()) {
			for (const [j, { resolve }] of members.entries()) resolve(decided[i]!.answers[j]!);
		}
	}
}

interface Waiting {
	readonly request: Request;
	resolve(answer: Answer): void;
	reject(error: unknown): void;
}

function opsOf(request: Request): number {
	if (request.kind === 'tidy') return request.purge.length + request.forget.length + request.fold.length + 1;
	return request.kind === 'push' ? request.transactions.reduce((sum, { ops }) => sum + ops.length, 1) : 1;
}

function changesOf(decided: readonly Decided[]): Change[] {
	return decided.flatMap(({ change }) => change ?? []);
}

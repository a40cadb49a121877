import type { Transaction } from '../../cell.ts';
import { boundOf, packPushes } from '../../codec/index.ts';
import type { Environment } from '../environment.ts';
import type { Grounded } from '../ground.ts';
import type { Line } from './line.ts';
import type { SessionHost } from './session-host.ts';

/** What may be on its way without an answer: bytes in one exchange, and on a stream until the server grants others. */
const WINDOW = { transactions: 512, ops: 4096, bytes: 2 * 1024 * 1024, grantedBytes: 256 * 1024 };
/** Until pushes on their way must have been answered, ms, … */
const ANSWER_MS = 10_000;
/** … and the slowest upload that is not taken for a dead one, in bytes per ms. */
const SLOWEST = 16;

/** Which local transactions are on their way to the server, and how many more may be. */
export class PushWindow {
	readonly #env: Environment;
	readonly #host: Pick<SessionHost, 'space' | 'doneN' | 'knownN' | 'unsentFrom' | 'isBelow'>;
	readonly #line: Line;
	/** Bytes that the server lets wait for an answer. */
	granted: number = WINDOW.grantedBytes;
	#sentN = 0;
	#ackedN = 0;
	/** Bytes of pushes that wait for an answer, by the `n` of their last transaction. */
	#unanswered: { readonly n: number; readonly bytes: number }[] = [];
	#deadline = Infinity;

	constructor(env: Environment, host: Pick<SessionHost, 'space' | 'doneN' | 'knownN' | 'unsentFrom' | 'isBelow'>, line: Line) {
		this.#env = env;
		this.#host = host;
		this.#line = line;
	}

	/** Transactions that were sent and not answered yet. */
	get onTheWay(): number {
		return this.#sentN - this.#ackedN;
	}

	/** Bytes that wait for an answer. */
	get used(): number {
		return this.#unanswered.reduce((sum, { bytes }) => sum + bytes, 0);
	}

	/** Whether an answer should have come by now. */
	get isOverdue(): boolean {
		return this.#env.elapsed() > this.#deadline;
	}

	/** A connection begins on which nothing above `doneN` was sent. */
	begin(doneN: number): void {
		this.#ackedN = this.#sentN = doneN;
	}

	/** The connection ended. */
	drop(): void {
		this.granted = WINDOW.grantedBytes;
		this.#unanswered = [];
		this.#deadline = Infinity;
	}

	/**
	 * Sends what waits, as far as the window is open. False: some of it may not be sent in this conversation.
	 *
	 * @param asked the cursor that the conversation began from
	 */
	go(asked: number): boolean {
		const { space, doneN, knownN } = this.#host;
		const { over } = this.#line;
		if (space.id === null || over === null) return true;
		const once = over === 'exchange'; // there is no second chance to speak in it
		if (once) this.begin(doneN);
		const batch = this.#take(once);
		if (batch.some((transaction) => this.#host.isBelow(transaction, asked))) return false;
		if (batch.length === 0) return true;
		let sentBytes = 0;
		for (const push of packPushes(space.id, knownN, batch)) {
			const bytes = this.#line.send(push);
			this.#unanswered.push({ n: push.transactions.at(-1)!.n, bytes });
			sentBytes += bytes;
		}
		const from = Math.max(this.#deadline === Infinity ? 0 : this.#deadline, this.#env.elapsed() + ANSWER_MS);
		this.#deadline = from + sentBytes / SLOWEST;
		return true;
	}

	/** Everything up to `n` is answered. */
	acked(n: number): void {
		this.#ackedN = Math.max(this.#ackedN, n);
		this.#sentN = Math.max(this.#sentN, this.#ackedN); // a copy of this profile may have sent what did not fit the window here
		this.#unanswered = this.#unanswered.filter((push) => push.n > n);
		this.#deadline = this.#ackedN < this.#sentN ? this.#env.elapsed() + ANSWER_MS : Infinity;
	}

	/** What may go now. */
	#take(once: boolean): (Transaction & Grounded)[] {
		const { used } = this;
		const batch: (Transaction & Grounded)[] = [];
		let room = WINDOW.transactions - this.onTheWay;
		let { ops }: { ops: number } = WINDOW;
		let left = once ? WINDOW.bytes : this.granted - used;
		for (const transaction of this.#host.unsentFrom(this.#sentN + 1)) {
			ops -= transaction.ops.length;
			left -= boundOf(transaction);
			// What is larger than any window goes alone.
			if (room-- <= 0 || ((ops < 0 || left < 0) && (batch.length > 0 || used > 0))) break;
			batch.push(transaction);
			this.#sentN = transaction.n;
		}
		return batch;
	}
}

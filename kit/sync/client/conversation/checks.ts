import type { Cell, SpaceId } from '../../cell.ts';
import type { Digest } from '../../frames.ts';
import type { DigestState } from '../api.ts';
import type * as checkups from './checkup.ts';
import type { Environment } from '../environment.ts';

/** What is compared, and who mends it. */
export interface ChecksHost {
	readonly space: { readonly id: SpaceId | null; readonly epoch: number } & checkups.CheckupParts['space'];
	readonly confirmedState: checkups.Confirmed;
	/** Puts cells in the place of all that is confirmed, on the disk as in memory. Unconfirmed work stays as it is. */
	replaced(cells: readonly Cell[]): void;
	/** What was found so far. */
	readonly digest: DigestState;
	state(change: { readonly digest: DigestState }): void;
	/** The leading tab says that all is up to date. */
	readonly live: boolean;
	/** Whether this tab is the one that talks to the server. Another one has that one ask for it, … */
	readonly leads: boolean;
	forward(question: Digest): void;
	/** … and says so when it holds something else than the server: then either it or the disk is damaged, and the leader writes all anew. */
	differs(): void;
}

/** From when we are caught up until a comparison begins, ms: whoever opened the page wants to see it first. */
const AFTER_MS = 5_000;
/** Between two comparisons that found nothing, and the same after a connection was lost and found again, ms. */
const PAUSE_MS = 5 * 60_000;
const LEAST_PAUSE_MS = 60_000;
/** Until the next one when the last one could not say, or something was mended. */
const AGAIN_MS = 2_000;
/** Comparisons in a row that differ; after these the next one is as far away as after one that agrees. */
const MOST_IN_A_ROW = 4;

/** When this device and its server compare what they hold: at the end of a catch-up, and every few minutes while live. */
export class Checks {
	readonly #env: Environment;
	readonly #host: ChecksHost;
	readonly #ask: (question: Digest) => void;
	#checkup: checkups.Checkup | null = null;
	#stopSteps: (() => void) | null = null;
	#agreed = -Infinity;
	#dueAt = Infinity;
	#inARow = 0;
	/** A comparison goes on, or is about to. */
	#busy = false;

	readonly #load: () => Promise<typeof checkups>;
	/** Grows whenever what was begun is dropped. */
	#attempt = 0;

	/** @param ask sends a question; @param load what compares */
	constructor(env: Environment, host: ChecksHost, ask: (question: Digest) => void, load: () => Promise<typeof checkups>) {
		this.#load = load;
		this.#env = env;
		this.#host = host;
		this.#ask = ask;
	}

	/** What is here is as new as what the server has. Said again and again. */
	caughtUp(): void {
		if (this.#dueAt === Infinity && !this.#busy)
			this.#dueAt = Math.max(this.#env.elapsed() + AFTER_MS, this.#agreed + LEAST_PAUSE_MS);
	}

	/** The state is replaced, or nobody is there any more who would answer. */
	drop(): void {
		this.#stop();
		this.#dueAt = Infinity;
	}

	/** Time has passed. @param can whether somebody is there who would answer */
	tick(can: boolean): void {
		if (can && !this.#host.leads) this.caughtUp();
		if (!can || this.#busy || this.#env.elapsed() < this.#dueAt) return;
		this.#busy = true;
		this.#dueAt = Infinity;
		const attempt = ++this.#attempt;
		const wanted = () => attempt === this.#attempt;
		this.#load().then(
			({ Checkup }) => wanted() && this.#begin(new Checkup(this.#parts)),
			() => wanted() && this.#wait(LEAST_PAUSE_MS), // a part of the page could not be loaded
		);
	}

	heard(answer: Digest): void {
		if (answer.epoch === this.#host.space.epoch) this.#checkup?.heard(answer);
	}

	/** Runs `merge`, which merges these cells and moves the cursor. */
	around(cells: readonly Cell[], merge: () => void): void {
		if (this.#checkup) this.#checkup.around(cells, merge);
		else merge();
	}

	get #parts(): checkups.CheckupParts {
		const host = this.#host;
		return {
			confirmed: host.confirmedState,
			get space() {
				return host.space;
			},
			elapsed: () => this.#env.elapsed(),
			ask: (asked) => {
				const { id, epoch, seq } = this.#host.space;
				if (id === null) return this.drop();
				const question = {
					type: 'digest',
					space: id,
					epoch,
					seq,
					more: false,
					cells: [],
					...asked,
				} as const;
				if (this.#host.leads) this.#ask(question);
				else this.#host.forward(question);
			},
			agreed: (seq) => {
				this.#agreed = this.#env.elapsed();
				this.#inARow = 0;
				if (!this.#host.leads) return;
				this.#tell({ agreedAt: this.#env.now(), seq });
			},
			differed: () => {
				this.#inARow++;
				if (this.#host.leads) this.#tell({ found: this.#host.digest.found + 1 });
				else this.#host.differs();
				return this.#host.leads;
			},
			mend: (cells) => {
				this.#host.replaced(cells);
				this.#tell({ mended: this.#host.digest.mended + 1 });
			},
			ended: (how) => {
				this.#wait(how === 'again' && this.#inARow < MOST_IN_A_ROW ? AGAIN_MS : PAUSE_MS);
			},
		};
	}

	#begin(checkup: checkups.Checkup): void {
		this.#checkup = checkup;
		this.#stopSteps = checkup.start(this.#env);
	}

	#wait(ms: number): void {
		this.#stop();
		this.#dueAt = this.#env.elapsed() + ms;
	}

	#stop(): void {
		this.#attempt++;
		this.#busy = false;
		this.#stopSteps?.();
		this.#stopSteps = this.#checkup = null;
	}

	#tell(change: Partial<DigestState>): void {
		this.#host.state({ digest: { ...this.#host.digest, ...change } });
	}
}

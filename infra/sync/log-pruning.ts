import type { Logger } from '@mana/service';

interface LogPruningParts {
	/** Drops some rows outside the window. Returns how many; 0: there is nothing left to drop. */
	step(): Promise<number>;
	/** What else grew old and goes at the same time. */
	beside(): Promise<void>;
	/** Bytes that may be published between two looks at the log. */
	readonly afterBytes: number;
	/** Ends it at the next step. */
	readonly signal: AbortSignal;
	readonly log: Pick<Logger, 'info' | 'error'>;
}

/** Keeps the log within its window. By time alone it would have grown by an hour's writing, so what is published counts too. */
export class LogPruning {
	readonly #parts: LogPruningParts;
	/** Bytes that were published since the log was last looked at. */
	#published = 0;
	#done: Promise<void> = Promise.resolve();

	constructor(parts: LogPruningParts) {
		this.#parts = parts;
	}

	/** So many bytes more were published: time to look when it was enough. */
	published(bytes: number): void {
		this.#published += bytes;
		if (this.#published >= this.#parts.afterBytes) this.again();
	}

	/** Looks at the log, after the look that is under way. */
	again(): void {
		this.#published = 0;
		this.#done = this.#done.then(() => this.#prune());
	}

	/** Resolves when every look that was asked for is over. */
	idle(): Promise<void> {
		return this.#done;
	}

	async #prune(): Promise<void> {
		const { step, beside, signal, log } = this.#parts;
		let rows = 0;
		try {
			// Step by step: what is written meanwhile has its turn in between.
			for (let gone = 1; gone > 0 && !signal.aborted; rows += gone) gone = await step();
		} catch (error) {
			if (!signal.aborted) log.error({ err: error }, 'the log could not be pruned');
		}
		if (rows > 0) log.info({ rows }, 'pruned the log');
		await beside().catch((error: unknown) => log.error({ err: error }, 'old membership changes could not be dropped'));
	}
}

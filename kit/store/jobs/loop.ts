/** Longest wait between two looks at the table: other processes add jobs, too. */
const longestMs = 1000;

/** Repeats a piece of work: at once while there is some, then when the next is due, when woken, or after a second. */
export class Loop {
	readonly #work: () => Promise<number>;
	readonly #waitMs: () => Promise<number>;
	readonly #failed: (error: unknown) => void;
	#wake: () => void = () => undefined;
	#woken = false;
	#running: Promise<void> | null = null;
	#stopping = false;

	/**
	 * @param work answers how many pieces it did
	 * @param waitMs how long until the next is due, in milliseconds
	 */
	constructor(work: () => Promise<number>, waitMs: () => Promise<number>, failed: (error: unknown) => void) {
		this.#work = work;
		this.#waitMs = waitMs;
		this.#failed = failed;
	}

	start(): void {
		this.#stopping = false;
		this.#running ??= this.#run();
	}

	wake(): void {
		this.#woken = true;
		this.#wake();
	}

	async stop(): Promise<void> {
		this.#stopping = true;
		this.#wake();
		await this.#running;
		this.#running = null;
	}

	async #run(): Promise<void> {
		while (!this.#stopping) {
			this.#woken = false;
			let waitMs = longestMs;
			try {
				if ((await this.#work()) > 0) continue;
				waitMs = Math.min(longestMs, Math.max(0, await this.#waitMs()));
			} catch (error) {
				this.#failed(error);
			}
			if (!this.#woken && !this.#stopping) await this.#sleep(waitMs);
		}
	}

	#sleep(ms: number): Promise<void> {
		return new Promise((resolve) => {
			const timer = setTimeout(resolve, ms);
			this.#wake = () => {
				clearTimeout(timer);
				resolve();
			};
		});
	}
}

/** Counts what is on its way to the disk. */
export class UnderWay {
	#count = 0;
	#bytes = 0;
	#idle: (() => void)[] = [];

	get bytes(): number {
		return this.#bytes;
	}

	/** Counts `work` as long as it lasts. */
	async track<T>(bytes: number, work: Promise<T>): Promise<T> {
		this.#count++;
		this.#bytes += bytes;
		try {
			return await work;
		} finally {
			this.#bytes -= bytes;
			if (--this.#count === 0) for (const resolve of this.#idle.splice(0)) resolve();
		}
	}

	/** Resolves when nothing is on its way. */
	async idle(): Promise<void> {
		if (this.#count > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
	}
}

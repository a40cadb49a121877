/** How many characters are kept at most. */
const MOST = 32_000_000;

/** Texts of files that were worked out, by what they were worked out of: a file that nobody changed is not written anew for each question. */
export class Texts {
	readonly #kept = new Map<string, string>();
	#size = 0;

	get(key: string): string | undefined {
		const text = this.#kept.get(key);
		if (text === undefined) return undefined;
		// The one that was wanted longest ago goes first.
		this.#kept.delete(key);
		this.#kept.set(key, text);
		return text;
	}

	set(key: string, text: string): void {
		this.#size += text.length - (this.#kept.get(key)?.length ?? 0);
		this.#kept.set(key, text);
		for (const [oldest, held] of this.#kept) {
			if (this.#size <= MOST) return;
			this.#kept.delete(oldest);
			this.#size -= held.length;
		}
	}
}

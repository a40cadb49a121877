/** How long a pause in typing is before the text is saved. */
const pauseMs = 500;

/**
 * A text field that saves as one types: after a pause, and at once when the field is left or goes away. While nothing is unsaved it
 * shows what the record holds, also when somebody else changes it.
 */
export class Draft {
	readonly #stored: () => string;
	readonly #write: (value: string) => void;
	#typed = $state<string | null>(null);
	#timer: ReturnType<typeof setTimeout> | undefined;

	/** Make it while a component is made: it saves what is left when that component goes away. */
	constructor(stored: () => string, write: (value: string) => void) {
		this.#stored = stored;
		this.#write = write;
		$effect(() => () => this.save());
	}

	get value(): string {
		return this.#typed ?? this.#stored();
	}

	set value(text: string) {
		this.#typed = text;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => this.save(), pauseMs);
	}

	save(): void {
		clearTimeout(this.#timer);
		const typed = this.#typed;
		this.#typed = null;
		if (typed !== null && typed !== this.#stored()) this.#write(typed);
	}
}

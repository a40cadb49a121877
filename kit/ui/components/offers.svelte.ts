/** What a field offers while one types. */
interface Offered<Item> {
	/** A prefix for the ids of elements: `$props.id()`. */
	readonly id: string;
	/** What is offered now, best first. */
	readonly all: () => readonly Item[];
	/** What tells one from another. */
	readonly keyOf: (item: Item) => string;
	readonly take: (item: Item) => void;
	/** Puts them away until something else is typed. `false`: they stay, and Escape means something else. */
	readonly away: () => boolean;
	/** Whether one is chosen already, where several can be. */
	readonly chosen?: (item: Item) => boolean;
}

/**
 * Keys and attributes of a field under which something is offered: the focus stays in the field, arrows go through what is offered, Enter and
 * Tab take it, Escape puts it away (ARIA Authoring Practices, combobox with a list). `OfferList` shows it.
 *
 * @example
 * const offers = new Offers({ id, all: () => found, keyOf: ({ id }) => id, take, away });
 * // <input {...offers.field} oninput={() => offers.first()} onkeydown={(event) => offers.key(event)} />
 * // <OfferList {offers} label={m.shared_people_found()}>{#snippet row(one)}{one.name}{/snippet}</OfferList>
 */
export class Offers<Item> {
	readonly #offered: Offered<Item>;
	#place = $state(0);

	constructor(offered: Offered<Item>) {
		this.#offered = offered;
	}

	readonly all: readonly Item[] = $derived.by(() => this.#offered.all());
	/** Place of the one that Enter takes; -1: nothing is offered. */
	readonly place: number = $derived.by(() => Math.min(this.#place, this.all.length - 1));

	/** The id of the list's element. */
	get id(): string {
		return `${this.#offered.id}-offers`;
	}

	/** Several can be chosen, one after another. */
	get several(): boolean {
		return this.#offered.chosen !== undefined;
	}

	/** Attributes of a field of one line. */
	get field() {
		return { ...this.text, role: 'combobox' as const, 'aria-expanded': this.all.length > 0 };
	}

	/** Attributes of a field of several lines: it stays a text box, since no `textarea` may be a combobox (ARIA in HTML). */
	get text() {
		return {
			autocomplete: 'off' as const,
			'aria-haspopup': 'listbox' as const,
			'aria-controls': this.id,
			'aria-autocomplete': 'list' as const,
			'aria-activedescendant': this.place < 0 ? undefined : this.idAt(this.place),
		};
	}

	/** The id of the element of one. */
	idAt(place: number): string {
		return `${this.#offered.id}-offer-${place}`;
	}

	keyOf(item: Item): string {
		return this.#offered.keyOf(item);
	}

	/** What a screen reader is told to be selected: what is chosen where several can be, else the one that Enter takes. */
	isSelected(item: Item, place: number): boolean {
		return this.#offered.chosen?.(item) ?? place === this.place;
	}

	take(item: Item): void {
		this.#offered.take(item);
	}

	/** Goes back to the best one: something else was typed. */
	first(): void {
		this.#place = 0;
	}

	/** @returns whether the key was meant for what is offered */
	key(event: KeyboardEvent): boolean {
		const current = this.all[this.place];
		if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || !current) return false;
		switch (event.key) {
			case 'ArrowDown':
			case 'ArrowUp':
				this.#place = (this.place + (event.key === 'ArrowDown' ? 1 : -1) + this.all.length) % this.all.length;
				break;
			case 'Tab':
			case 'Enter':
				if (event.shiftKey || (event.key === 'Tab' && this.several)) return false;
				this.take(current);
				break;
			case 'Escape':
				if (!this.#offered.away()) return false;
				event.stopPropagation();
				break;
			default:
				return false;
		}
		event.preventDefault();
		return true;
	}
}

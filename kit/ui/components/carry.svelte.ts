import type { Attachment } from 'svelte/attachments';
import { swallowClick } from './swallow-click.ts';

/** What carrying cards between columns tells. Ids are the cards' `data-card`, keys the columns' `data-column`. */
export interface CarryOptions {
	/** The card was let go over a column, above another card of it (`null`: below all of them). */
	ondrop(id: string, from: string, to: string, above: string | null): void;
	/** Cards have places in their columns: one can be put between others, also of its own column. */
	readonly ordered?: boolean;
}

/** So far the pointer goes before it is a drag and no press, in CSS pixels. */
const THRESHOLD = 5;

/**
 * Lets cards be carried from one column to another with a mouse or a pen; a finger scrolls, so a phone has a menu for it, and the keyboard keys. The
 * column under the pointer has `data-over`, unless it is marked `data-closed`, and where cards have places, the one below the pointer `data-drop`. A press that did not move stays a press.
 *
 * @example
 * <div {@attach carry(() => ({ ondrop: (id, from, to) => move(id, from, to) }))}>
 */
export function carry(options: () => CarryOptions): Attachment<HTMLElement> {
	return (board) => {
		function begin(event: PointerEvent): void {
			const target = event.target instanceof Element ? event.target : null;
			const card = target?.closest<HTMLElement>('[data-card]');
			if (!card || event.button !== 0 || event.pointerType === 'touch' || target?.closest('button, input, textarea, label'))
				return;
			new Carrying(card, event, options()).start();
		}
		/** A link would be dragged as an address. */
		const still = (event: DragEvent): void => event.preventDefault();
		board.addEventListener('pointerdown', begin);
		board.addEventListener('dragstart', still);
		return () => {
			board.removeEventListener('pointerdown', begin);
			board.removeEventListener('dragstart', still);
		};
	};
}

class Carrying {
	readonly #card: HTMLElement;
	readonly #options: CarryOptions;
	readonly #from: { readonly x: number; readonly y: number };
	readonly #stop = new AbortController();
	#over: HTMLElement | null = null;
	#moved = false;
	/** Where cards have places: the one that it would stand above, and the one that shows it. */
	#above: HTMLElement | null = null;
	#shows: HTMLElement | null = null;

	constructor(card: HTMLElement, { clientX, clientY }: PointerEvent, options: CarryOptions) {
		this.#card = card;
		this.#options = options;
		this.#from = { x: clientX, y: clientY };
	}

	start(): void {
		const { signal } = this.#stop;
		addEventListener('pointermove', (event) => this.#move(event), { signal });
		addEventListener('pointerup', () => this.#drop(), { signal });
		addEventListener('pointercancel', () => this.#end(), { signal });
		addEventListener('keydown', (event) => event.key === 'Escape' && this.#end(), { signal });
	}

	#move({ clientX, clientY }: PointerEvent): void {
		const [x, y] = [clientX - this.#from.x, clientY - this.#from.y];
		if (!this.#moved && Math.hypot(x, y) < THRESHOLD) return;
		this.#moved = true;
		this.#card.dataset['carried'] = '';
		this.#card.style.translate = `${x}px ${y}px`;
		const under = document.elementsFromPoint(clientX, clientY).find((one) => !this.#card.contains(one));
		this.#mark(under?.closest<HTMLElement>('[data-column]:not([data-closed])') ?? null);
		if (this.#options.ordered) this.#point(clientY);
	}

	/** Draws the line where the card would land. */
	#point(y: number): void {
		const cards = [...(this.#over?.querySelectorAll<HTMLElement>('[data-card]') ?? [])].filter((card) => card !== this.#card);
		const above = cards.find((card) => {
			const { top, height } = card.getBoundingClientRect();
			return y < top + height / 2;
		});
		delete this.#shows?.dataset['drop'];
		this.#above = above ?? null;
		this.#shows = above ?? cards.at(-1) ?? null;
		if (this.#shows) this.#shows.dataset['drop'] = above ? 'before' : 'after';
	}

	#mark(over: HTMLElement | null): void {
		if (over === this.#over) return;
		delete this.#over?.dataset['over'];
		if (over) over.dataset['over'] = '';
		this.#over = over;
	}

	#drop(): void {
		const from = this.#card.closest<HTMLElement>('[data-column]')?.dataset['column'];
		const to = this.#over?.dataset['column'];
		const id = this.#card.dataset['card'];
		const above = this.#above?.dataset['card'] ?? null;
		if (this.#moved) swallowClick();
		this.#end();
		if (id === undefined || from === undefined || to === undefined || !this.#moved) return;
		if (from !== to || this.#options.ordered) this.#options.ondrop(id, from, to, above);
	}

	#end(): void {
		this.#stop.abort();
		this.#mark(null);
		delete this.#shows?.dataset['drop'];
		this.#card.style.translate = '';
		delete this.#card.dataset['carried'];
	}
}

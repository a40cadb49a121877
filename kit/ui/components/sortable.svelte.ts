import type { Attachment } from 'svelte/attachments';

/** What dragging rows of a list tells. Ids are the rows' `data-row`. */
export interface SortableOptions {
	/** The row was let go between these two neighbours (`null`: the start, the end), and so many levels deeper than it was. */
	onmove(id: string, between: { readonly before: string | null; readonly after: string | null; readonly levels: number }): void;
	/** Rows are a tree: one that is drawn so far to the side goes a level deeper, and the other way up again. */
	readonly levelPx?: number;
	readonly disabled?: boolean;
}

const handle = '[data-drag-handle]';

/**
 * Lets rows be dragged to another place with mouse, pen or finger, by the element marked `data-drag-handle`. The keyboard's way is
 * Alt with the arrows in `ListBox`. Only the dragged row and a line move while dragging; nothing is reordered before it is let go.
 *
 * @example
 * <div {@attach sortable(() => ({ onmove }))}>{#each rows as row (row.id)}<div data-row={row.id}>…</div>{/each}</div>
 */
export function sortable(options: () => SortableOptions): Attachment<HTMLElement> {
	return (list) => {
		function begin(event: PointerEvent): void {
			const grip = event.target instanceof Element ? event.target.closest<HTMLElement>(handle) : null;
			const row = grip?.closest<HTMLElement>('[data-row]');
			if (!grip || !row || event.button !== 0 || options().disabled) return;
			event.preventDefault();
			new Drag(list, row, event, options()).start(grip);
		}
		list.addEventListener('pointerdown', begin);
		return () => list.removeEventListener('pointerdown', begin);
	};
}

class Drag {
	readonly #list: HTMLElement;
	readonly #row: HTMLElement;
	readonly #options: SortableOptions;
	readonly #fromY: number;
	readonly #fromX: number;
	readonly #stop = new AbortController();
	#others: readonly HTMLElement[] = [];
	#at = -1;
	#levels = 0;

	constructor(list: HTMLElement, row: HTMLElement, event: PointerEvent, options: SortableOptions) {
		this.#list = list;
		this.#row = row;
		this.#options = options;
		this.#fromY = event.clientY;
		this.#fromX = event.clientX;
		this.#others = [...list.querySelectorAll<HTMLElement>('[data-row]')].filter((other) => other !== row);
	}

	start(grip: HTMLElement): void {
		const { signal } = this.#stop;
		this.#row.dataset['dragging'] = '';
		addEventListener('pointermove', (event) => this.#move(event), { signal });
		addEventListener('pointerup', () => this.#drop(), { signal });
		addEventListener('pointercancel', () => this.#end(), { signal });
		addEventListener('keydown', (event) => event.key === 'Escape' && this.#end(), { signal });
		grip.addEventListener('lostpointercapture', () => this.#end(), { signal });
	}

	#move(event: PointerEvent): void {
		const { levelPx } = this.#options;
		const aside = getComputedStyle(this.#list).direction === 'rtl' ? this.#fromX - event.clientX : event.clientX - this.#fromX;
		if (levelPx) this.#levels = Math.round(aside / levelPx);
		this.#row.style.translate = `${levelPx ? event.clientX - this.#fromX : 0}px ${event.clientY - this.#fromY}px`;
		const next = this.#others.findIndex((other) => {
			const { top, height } = other.getBoundingClientRect();
			return event.clientY < top + height / 2;
		});
		this.#mark(next === -1 ? this.#others.length : next);
	}

	/** Draws the line where the row would land. */
	#mark(at: number): void {
		if (at === this.#at) return;
		this.#at = at;
		for (const other of this.#others) delete other.dataset['drop'];
		const next = this.#others[at];
		if (next) next.dataset['drop'] = 'before';
		else if (this.#others.at(-1)) this.#others.at(-1)!.dataset['drop'] = 'after';
	}

	#drop(): void {
		const at = this.#at;
		const id = this.#row.dataset['row']!;
		this.#end();
		if (at < 0) return;
		const before = this.#others[at - 1]?.dataset['row'] ?? null;
		const after = this.#others[at]?.dataset['row'] ?? null;
		const rows = [...this.#list.querySelectorAll<HTMLElement>('[data-row]')].map((row) => row.dataset['row']);
		const here = rows.indexOf(id);
		const isThere = rows[here - 1] === (before ?? undefined) && rows[here + 1] === (after ?? undefined);
		if (isThere && this.#levels === 0) return;
		this.#options.onmove(id, { before, after, levels: this.#levels });
	}

	#end(): void {
		this.#stop.abort();
		this.#row.style.translate = '';
		delete this.#row.dataset['dragging'];
		for (const other of this.#others) delete other.dataset['drop'];
	}
}

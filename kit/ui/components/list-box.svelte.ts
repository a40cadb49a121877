import { tick } from 'svelte';
import { placeNear } from './place-near.ts';
import { RowPlace } from './row-place.ts';

/** What a list lets one do with its keys. */
export interface ListActions<Id extends string> {
	/** In the order in which they are shown. */
	readonly rows: () => readonly { readonly id: Id }[];
	open?(id: Id): void;
	/** Does the row's main thing, such as checking off: `x`. Gets every selected id, or the one in focus. */
	complete?(ids: readonly Id[]): void;
	remove?(ids: readonly Id[]): void;
	/** Moves by keyboard: Alt with the arrows. `before` is the id to stand before, `null` for the end. */
	move?(ids: readonly Id[], before: Id | null): void;
}

const controls = 'a, button, input, label, select, textarea, [contenteditable]';

/**
 * Focus and selection of a list: arrows move, Enter opens, Space selects, `x` completes, Shift with the arrows takes a range,
 * Ctrl/Cmd+A takes all, Escape lets go, Delete removes, Alt with the arrows moves. One row at a time is in the tab order, and the
 * focus stays beside where it was when a row goes away.
 *
 * @example
 * const list = new ListBox({ rows: () => rows, open, complete });
 * // <div {...list.props(m.todo_tasks())}>
 * //   {#each rows as row (row.id)}<div {...list.row(row.id)}><div role="gridcell">…</div></div>{/each}
 * // </div>
 */
export class ListBox<Id extends string> {
	/** The row that has, or would get, the focus. */
	current = $state<Id | null>(null);
	selected = $state.raw<ReadonlySet<Id>>(new Set());

	readonly #actions: ListActions<Id>;
	#anchor: Id | null = null;
	readonly #standing = new RowPlace<Id>();
	/** Where the row stood that had the focus last. */
	#place = 0;
	#element: HTMLElement | null = null;

	constructor(actions: ListActions<Id>) {
		this.#actions = actions;
	}

	/** The row in the tab order: the current one, or what took its place. */
	readonly #entry = $derived.by(() => {
		const rows = this.#actions.rows();
		return rows[this.place]?.id ?? rows[Math.min(this.#place, rows.length - 1)]?.id ?? null;
	});

	/** Where the row stands that has, or is to get, the focus; `-1`: it is none of these. */
	get place(): number {
		return this.#standing.of(this.#actions.rows(), this.current);
	}

	/** Selected ids that are still shown, in order; without a selection the row in focus. */
	get chosen(): readonly Id[] {
		const selected = this.selected.size === 0 ? [] : this.#ids().filter((id) => this.selected.has(id));
		return selected.length > 0 || this.#entry === null ? selected : [this.#entry];
	}

	/** Attributes and handlers of the list's element. It is a grid for screen readers, since rows hold controls of their own. */
	props(label: string) {
		return {
			role: 'grid' as const,
			'aria-label': label,
			'aria-multiselectable': true,
			onkeydown: (event: KeyboardEvent) => this.#key(event),
			onfocusin: (event: FocusEvent) => this.#focused(event),
		};
	}

	/** Attributes and handlers of a row. Its children are elements with the role `gridcell`. */
	row(id: Id) {
		return {
			role: 'row' as const,
			'data-row': id,
			tabindex: this.#entry === id ? 0 : -1,
			'aria-selected': this.selected.has(id),
			onclick: (event: MouseEvent) => this.click(id, event),
		};
	}

	/** A press on a row: with Shift a range, with Ctrl/Cmd one more or less, else it opens. Controls in the row keep their own press. */
	click(id: Id, event: MouseEvent): void {
		if (event.target instanceof Element && event.target.closest(controls)) return;
		if (event.shiftKey) this.#extendTo(id);
		else if (event.ctrlKey || event.metaKey) this.toggle(id);
		else {
			this.clear();
			this.#goTo(id);
			this.#actions.open?.(id);
		}
	}

	toggle(id: Id): void {
		const selected = new Set(this.selected);
		if (!selected.delete(id)) selected.add(id);
		this.selected = selected;
		this.#anchor = id;
		this.#goTo(id);
	}

	selectAll(): void {
		this.selected = new Set(this.#ids());
	}

	clear(): void {
		if (this.selected.size > 0) this.selected = new Set();
		this.#anchor = null;
	}

	/** Gives a row the focus, also one that is only now being made. */
	focus(id: Id | null = this.#entry): void {
		if (id === null) return;
		this.#goTo(id);
		// Before the next key is read: whoever presses several quickly means the row that took the place.
		void tick().then(() => this.#elementOf(id)?.focus());
	}

	#key(event: KeyboardEvent): void {
		const target = event.target;
		if (!(target instanceof HTMLElement) || target.dataset['row'] === undefined || event.defaultPrevented) return;
		if (this.#handled(event)) {
			event.preventDefault();
			event.stopPropagation();
		}
	}

	#handled(event: KeyboardEvent): boolean {
		const mod = event.ctrlKey || event.metaKey;
		switch (event.key) {
			case 'ArrowDown':
			case 'ArrowUp':
				if (event.altKey) return this.#move(event.key === 'ArrowDown' ? 1 : -1);
				this.#step(event.key === 'ArrowDown' ? 1 : -1, event.shiftKey);
				return true;
			case 'Home':
			case 'End':
				this.#step(event.key === 'Home' ? -Infinity : Infinity, event.shiftKey);
				return true;
			case 'Enter':
				if (!this.#actions.open || mod || this.#entry === null) return false;
				this.#actions.open(this.#entry);
				return true;
			case ' ':
				if (this.#entry !== null) this.toggle(this.#entry);
				return true;
			case 'Escape':
				if (this.selected.size === 0) return false;
				this.clear();
				return true;
			case 'a':
				if (!mod) return false;
				this.selectAll();
				return true;
			case 'x':
				if (mod || !this.#actions.complete) return false;
				this.#leave(() => this.#actions.complete?.(this.chosen));
				return true;
			case 'Delete':
			case 'Backspace':
				if (!this.#actions.remove) return false;
				this.#leave(() => this.#actions.remove?.(this.chosen));
				return true;
			default:
				return false;
		}
	}

	#step(by: number, extend: boolean): void {
		const rows = this.#actions.rows();
		const from = this.#entry === null ? -1 : this.#placeOf(this.#entry);
		const to = rows[Math.min(rows.length - 1, Math.max(0, from + by))]?.id;
		if (to === undefined) return;
		if (extend) this.#extendTo(to);
		else this.#anchor = null;
		this.focus(to);
	}

	#extendTo(id: Id): void {
		this.#anchor ??= this.#entry ?? id;
		const [first, last] = [this.#placeOf(this.#anchor), this.#placeOf(id)].sort((a, b) => a - b) as [number, number];
		const range = this.#actions.rows().slice(Math.max(0, first), last + 1);
		this.selected = new Set(range.map((row) => row.id));
		this.#goTo(id);
	}

	#move(by: 1 | -1): boolean {
		if (!this.#actions.move) return false;
		const rows = this.#actions.rows();
		const moving = this.chosen;
		const last = by === 1 ? moving.at(-1) : moving[0];
		const edge = last === undefined ? -1 : this.#placeOf(last);
		const beyond = by === 1 ? edge + 2 : edge - 1;
		if (edge < 0 || beyond < 0 || edge + by >= rows.length) return true;
		this.#actions.move(moving, rows[beyond]?.id ?? null);
		this.focus(this.current);
		return true;
	}

	/** Does something that may take rows away, and keeps the focus beside them. */
	#leave(action: () => void): void {
		action();
		this.clear();
		void tick().then(() => {
			// A row that is on its way out is still in the document for a moment: what counts is whether it still belongs here.
			if (this.place < 0) this.focus();
		});
	}

	#goTo(id: Id): void {
		this.current = id;
		this.#place = Math.max(0, this.place);
	}

	#ids(): readonly Id[] {
		return this.#actions.rows().map((row) => row.id);
	}

	/** Mostly it is near the row that had the focus. */
	#placeOf(id: Id): number {
		return placeNear(this.#actions.rows(), this.#place, (row) => row.id === id);
	}

	#focused(event: FocusEvent): void {
		this.#element = event.currentTarget as HTMLElement;
		const id = (event.target as HTMLElement).dataset['row'] as Id | undefined;
		if (id !== undefined) this.#goTo(id);
	}

	#elementOf(id: Id): HTMLElement | null {
		return (this.#element ?? document).querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`);
	}
}

import type { Component } from 'svelte';

/** One line of a menu. */
export interface MenuItem {
	readonly name: string;
	readonly icon?: Component<{ size?: number | string }>;
	/** Of a space, instead of an icon: how it looks. */
	readonly space?: { readonly name: string; readonly hue: number | null; readonly picture: string | null };
	readonly shortcut?: string;
	readonly tone?: 'danger';
	/** For a choice: whether it is the one. */
	readonly checked?: boolean;
	readonly disabled?: boolean;
	/** A line above it. */
	readonly separated?: boolean;
	/** Opens a further menu instead of doing something. */
	readonly items?: readonly MenuItem[];
	run?(): void;
}

/** Where a menu stands: at a control, or at a point of the page. */
export type Anchor = HTMLElement | { getBoundingClientRect(): DOMRect };

export interface OpenMenu {
	readonly items: readonly MenuItem[];
	readonly anchor: Anchor;
	readonly label: string;
	/** Gets the focus back. */
	readonly from: HTMLElement | null;
}

let current = $state.raw<OpenMenu | null>(null);

/** The one menu that is open, for the shell to draw. */
export const menus = {
	get current(): OpenMenu | null {
		return current;
	},
	close(): void {
		current = null;
	},
};

/**
 * Opens a menu at a control, or where a context menu was asked for (also by the menu key). One menu serves the whole page, so a
 * list of ten thousand rows pays nothing for having one on each.
 *
 * @example
 * <li oncontextmenu={(event) => openMenu(event, m.todo_task_menu(), itemsFor(task))}>
 */
export function openMenu(at: MouseEvent | HTMLElement, label: string, items: readonly MenuItem[]): void {
	const from = document.activeElement instanceof HTMLElement ? document.activeElement : null;
	if (at instanceof HTMLElement) {
		current = current?.anchor === at ? null : { items, anchor: at, label, from: at };
		return;
	}
	at.preventDefault();
	const target = at.target instanceof HTMLElement ? at.target : null;
	const byKey = at.clientX === 0 && at.clientY === 0;
	const anchor = byKey && target ? target : pointAt(at.clientX, at.clientY);
	current = { items, anchor, label, from: from ?? target };
}

function pointAt(x: number, y: number): Anchor {
	return { getBoundingClientRect: () => new DOMRect(x, y, 0, 0) };
}

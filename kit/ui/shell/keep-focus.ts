import { afterNavigate } from '$app/navigation';
import { onMount } from 'svelte';

/** Whether somebody did something on this page since it was opened. */
let begun = false;
for (const kind of ['keydown', 'pointerdown']) addEventListener(kind, () => (begun = true), { capture: true, once: true });

/**
 * Hands the focus to the content (`#main`) where going to another page, or in by a door, would leave it nowhere. A page that was only
 * just opened is read from its top. Call it while a component is made.
 */
export function keepFocus(): void {
	afterNavigate(({ type }) => {
		if (type !== 'enter') focusMain();
	});
	onMount(() => {
		if (begun) focusMain();
	});
}

/** Gives the content the focus, unless something has it. */
export function focusMain(): void {
	if (document.activeElement === document.body) document.getElementById('main')?.focus({ preventScroll: true });
}

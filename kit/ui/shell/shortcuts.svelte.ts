import { isStroke, strokesOf } from './keys.ts';

/** A key, or keys one after another, that do something on this screen. */
export interface Shortcut {
	/** As `mod+k`, `?`, `g i`. */
	readonly keys: string;
	readonly name: () => string;
	run(event: KeyboardEvent): void;
	/** Works also while one types in a field. Only for strokes with `mod` or Escape. */
	readonly whileTyping?: boolean;
	/** Heading in the list of shortcuts. */
	readonly group?: () => string;
	/** Whether it can be used right now. */
	readonly when?: () => boolean;
}

const patienceMs = 900;
/** The latest screen's first. Not read through the rune when a screen goes: there Svelte answers with what was before the change. */
let layers: readonly (readonly Shortcut[])[] = [];
let shown = $state.raw(layers);
let begun: { readonly strokes: readonly string[]; readonly at: number } = { strokes: [], at: 0 };

/** What the keys of this screen do: for the `?` list. The latest screen comes first. */
export const shortcuts = {
	get all(): readonly Shortcut[] {
		return shown.flat();
	},
};

/**
 * Gives keys a meaning until the component goes away. Later layers win over earlier ones, so a dialog's keys hide the page's.
 *
 * @example
 * useShortcuts(() => [{ keys: 'x', name: m.todo_complete, run: complete }]);
 */
export function useShortcuts(list: () => readonly Shortcut[]): void {
	$effect(() => {
		const layer = list();
		layers = shown = [layer, ...layers];
		return () => {
			layers = shown = layers.filter((one) => one !== layer);
		};
	});
}

/** Runs the shortcut that a key press completes. Called by the shell for every key press that nobody handled. */
export function handleKey(event: KeyboardEvent): void {
	if (event.defaultPrevented || event.isComposing || isOnlyModifier(event.key)) return;
	const typing = isTyping(event.target);
	const strokes = event.timeStamp - begun.at < patienceMs ? begun.strokes : [];
	for (const before of strokes.length > 0 ? [strokes, []] : [[]]) {
		const found = usable(typing).find((shortcut) => completes(shortcut, before, event));
		if (found) {
			begun = { strokes: [], at: 0 };
			event.preventDefault();
			found.run(event);
			return;
		}
	}
	const begins = typing ? undefined : usable(false).find((shortcut) => beginsWith(shortcut, event));
	const first = begins && strokesOf(begins.keys)[0];
	begun = first ? { strokes: [first], at: event.timeStamp } : { strokes: [], at: 0 };
}

/** Whether keys pressed there are text: then they belong to the text alone. */
export function isTyping(target: EventTarget | null): boolean {
	if (!(target instanceof HTMLElement)) return false;
	if (target.isContentEditable || target.closest('textarea, select, [role="textbox"], [role="menu"]')) return true;
	return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit', 'range'].includes(target.type);
}

function usable(typing: boolean): readonly Shortcut[] {
	return shortcuts.all.filter((shortcut) => (!typing || shortcut.whileTyping) && (shortcut.when?.() ?? true));
}

function completes(shortcut: Shortcut, before: readonly string[], event: KeyboardEvent): boolean {
	const strokes = strokesOf(shortcut.keys);
	const last = strokes.at(-1);
	return (
		last !== undefined &&
		strokes.length === before.length + 1 &&
		before.every((stroke, index) => stroke === strokes[index]) &&
		isStroke(last, event)
	);
}

function beginsWith(shortcut: Shortcut, event: KeyboardEvent): boolean {
	const strokes = strokesOf(shortcut.keys);
	return strokes.length > 1 && isStroke(strokes[0] ?? '', event);
}

function isOnlyModifier(key: string): boolean {
	return key === 'Shift' || key === 'Control' || key === 'Alt' || key === 'Meta';
}

/** One key with what is held down with it. */
interface Stroke {
	readonly key: string;
	readonly mod: boolean;
	readonly shift: boolean;
	readonly alt: boolean;
}

/** What of a keyboard event counts. */
export type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>;

/** Whether this keyboard's command key is ⌘. */
export function isApple(platform = typeof navigator === 'undefined' ? '' : navigator.userAgent): boolean {
	return /Mac|iPhone|iPad/.test(platform);
}

/**
 * Whether a key press is a stroke as written in a shortcut. `mod` is ⌘ on Apple keyboards and Ctrl elsewhere. Shift counts only
 * with letters and named keys: `?` is `?` wherever the layout has it.
 *
 * @param stroke as `mod+k`, `shift+x`, `?`, `arrowdown`
 */
export function isStroke(stroke: string, press: KeyPress, apple = isApple()): boolean {
	const wanted = parse(stroke);
	const mod = apple ? press.metaKey : press.ctrlKey;
	const other = apple ? press.ctrlKey : press.metaKey;
	const key = press.key.toLowerCase();
	const shiftCounts = key.length > 1 || key.toUpperCase() !== key;
	return (
		key === wanted.key &&
		mod === wanted.mod &&
		!other &&
		press.altKey === wanted.alt &&
		(!shiftCounts || press.shiftKey === wanted.shift)
	);
}

/** The strokes of a shortcut, one after another: `g i` has two. */
export function strokesOf(shortcut: string): string[] {
	return shortcut.split(' ');
}

/** A shortcut as this keyboard calls its keys, for `<kbd>`. */
export function spoken(shortcut: string, apple = isApple()): string[] {
	return strokesOf(shortcut).flatMap((stroke) => stroke.split('+').map((part) => nameOf(part || '+', apple)));
}

function parse(stroke: string): Stroke {
	const parts = stroke.toLowerCase().split('+');
	const key = parts.at(-1) || '+';
	return {
		key: key === 'space' ? ' ' : key,
		mod: parts.includes('mod'),
		shift: parts.includes('shift'),
		alt: parts.includes('alt'),
	};
}

function nameOf(part: string, apple: boolean): string {
	const name = (apple ? appleNames : otherNames)[part] ?? names[part];
	return name ?? (part.length === 1 ? part.toUpperCase() : part[0]?.toUpperCase() + part.slice(1));
}

const names: Record<string, string> = {
	arrowup: '↑',
	arrowdown: '↓',
	arrowleft: '←',
	arrowright: '→',
	enter: '↵',
	escape: 'Esc',
	space: '␣',
};
const appleNames: Record<string, string> = { mod: '⌘', shift: '⇧', alt: '⌥', backspace: '⌫', delete: '⌫' };
const otherNames: Record<string, string> = { mod: 'Ctrl', shift: '⇧', alt: 'Alt', backspace: '⌫', delete: 'Del' };

import { generateKeyBetween, generateNKeysBetween } from 'fractional-indexing';

/** Longest order key. */
export const MAX_ORDER_KEY = 512;

/** Above this length a list should be spread anew (`spread`): some hundred insertions at one and the same place. */
export const LONG_ORDER_KEY = 64;

/**
 * Makes order keys between two neighbours (either may be `null`: start or end). Neighbours with one and the same key, or in the wrong
 * order (two devices may have made them so), cannot be parted: the new key then comes right after `before`.
 */
export type KeyBetween = (before: string | null, after: string | null) => string;

/**
 * Order keys of one tab (sync.md §6.4 `pos`). Where it begins to insert, it puts letters of its own into the key, and what it inserts next to
 * that shares them as a prefix: so two devices that insert at the same place neither make the same key nor mix their runs.
 *
 * @param random a number in [0,1)
 */
export function ordering(random: () => number): KeyBetween {
	const letter = () => LETTERS[Math.floor(random() * LETTERS.length)]!;
	const own = letter() + letter() + letter();
	return (before, after) => {
		if (before !== null && after !== null && before >= after) return before + own + FIRST + letter();
		const fits = (key: string) => (before === null || before < key) && (after === null || key < after);
		const [ahead, behind] = [runOf(before, own), runOf(after, own)];
		const next = ahead && ahead.root + generateKeyBetween(ahead.step, null) + letter();
		if (next && fits(next)) return next;
		const previous = behind && behind.root + generateKeyBetween(null, behind.step) + letter();
		if (previous && fits(previous)) return previous;
		let key = generateKeyBetween(before, after);
		while (after?.startsWith(key)) key = generateKeyBetween(before, key); // with our letters it would be behind `after`
		return key + own + FIRST + letter();
	};
}

/** `count` short keys in order. The same on every device, so that two that spread one list at once agree. */
export function spread(count: number): string[] {
	return generateNKeysBetween(null, null, count);
}

/** Whether `value` is an order key (Greenspan, "Implementing Fractional Indexing": head, integer, fraction). */
export function isOrderKey(value: unknown): value is string {
	if (typeof value !== 'string' || value.length > MAX_ORDER_KEY || !/^[A-Za-z][0-9A-Za-z]*$/.test(value)) return false;
	const integer = integerLength(value);
	if (value.length < integer || value === `A${'0'.repeat(26)}`) return false;
	return value.length === integer || !value.endsWith('0');
}

/** The first step of a run: there is room below and above it. */
const FIRST = 'a0';

/** Letters that a key may end with: a fractional index never ends in '0'. */
const LETTERS = '123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The run that a key of ours belongs to: what all of it share, and its step; behind the step stands one letter. */
function runOf(key: string | null, own: string): { readonly root: string; readonly step: string } | null {
	const at = key?.lastIndexOf(own) ?? -1;
	if (key === null || at < 1) return null;
	const root = key.slice(0, at + own.length);
	const step = key.slice(root.length, -1);
	return /^[A-Za-z]/.test(step) && step.length === integerLength(step) ? { root, step } : null;
}

/** How long the integer part is that a key begins with. */
function integerLength(key: string): number {
	const head = key.charCodeAt(0);
	return head >= 97 ? head - 97 + 2 : 90 - head + 2;
}

import { generateKeyBetween } from 'fractional-indexing';

/** Longest order key. A thousand insertions at one and the same place make about 250 characters. */
export const MAX_ORDER_KEY = 512;

/**
 * An order key between two neighbours (either may be `null`: start or end), with two random letters so that two devices which
 * insert at the same place do not make the same key (sync.md §6.4 `pos`). Neighbours with one and the same key, or in the wrong order
 * (two devices may have made them so), cannot be parted: the new key then comes right after `before`.
 *
 * @param random a number in [0,1)
 */
export function keyBetween(before: string | null, after: string | null, random: () => number): string {
	const tail = LETTERS[Math.floor(random() * LETTERS.length)]! + LETTERS[Math.floor(random() * LETTERS.length)]!;
	if (before !== null && after !== null && before >= after) return before + tail;
	const key = generateKeyBetween(before, after);
	return after === null || key + tail < after ? key + tail : key;
}

/** Whether `value` is a key that `keyBetween` takes (Greenspan, "Implementing Fractional Indexing": head, integer, fraction). */
export function isOrderKey(value: unknown): value is string {
	if (typeof value !== 'string' || value.length > MAX_ORDER_KEY || !/^[A-Za-z][0-9A-Za-z]*$/.test(value)) return false;
	const head = value.charCodeAt(0);
	const integer = head >= 97 ? head - 97 + 2 : 90 - head + 2;
	if (value.length < integer || value === `A${'0'.repeat(26)}`) return false;
	return value.length === integer || !value.endsWith('0');
}

/** Letters a tail may end with: a fractional index never ends in '0'. */
const LETTERS = '123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

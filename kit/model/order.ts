import { generateKeyBetween } from 'fractional-indexing';

/**
 * An order key between two neighbours (either may be `null`: start or end), with two random letters so that two devices which
 * insert at the same place do not make the same key (sync.md §6.4 `pos`).
 *
 * @param random a number in [0,1)
 * @throws when `before` is not smaller than `after`
 */
export function keyBetween(before: string | null, after: string | null, random: () => number): string {
	const key = generateKeyBetween(before, after);
	const tail = LETTERS[Math.floor(random() * LETTERS.length)]! + LETTERS[Math.floor(random() * LETTERS.length)]!;
	const tailed = `${key}${tail}`;
	return after === null || tailed < after ? tailed : key;
}

/** Letters a tail may end with: a fractional index never ends in '0'. */
const LETTERS = '123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

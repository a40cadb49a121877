/**
 * Where the one stands that fits, `-1` if none does. It is looked for from a place outwards: who knows where it stood last finds it at once, also
 * among many thousand.
 *
 * @param near a place, also one that is none any more
 */
export function placeNear<T>(list: readonly T[], near: number, fits: (one: T) => boolean): number {
	const middle = Math.min(Math.max(0, near), Math.max(0, list.length - 1));
	for (let below = middle, above = middle + 1; below >= 0 || above < list.length; below--, above++) {
		if (below >= 0 && below < list.length && fits(list[below]!)) return below;
		if (above < list.length && fits(list[above]!)) return above;
	}
	return -1;
}

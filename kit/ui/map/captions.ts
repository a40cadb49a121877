/** Something on a map that has words beside it. */
export interface Captioned {
	/** Where its dot stands, px from the upper left corner of the map. */
	readonly x: number;
	readonly y: number;
	/** How much room the words take, px. */
	readonly width: number;
}

/** On which side of a dot its words stand; `null`: there is no room for them. */
export type Side = 'right' | 'left' | null;

/** How high a line of words is, how far it is from the middle of its dot, and how large the dot itself is, px. */
const [LINE, BESIDE, DOT] = [18, 12, 20];

interface Box {
	readonly left: number;
	readonly right: number;
	readonly top: number;
	readonly bottom: number;
}

/**
 * Puts words beside dots so that they cover neither each other nor another dot and do not leave the map: those that come first get room first, on the
 * right where there is some.
 */
export function captions(all: readonly Captioned[], size: { readonly width: number; readonly height: number }): Side[] {
	const dots = all.map(({ x, y }) => ({ left: x - DOT / 2, right: x + DOT / 2, top: y - DOT / 2, bottom: y + DOT / 2 }));
	const taken: Box[] = [];
	return all.map((one, at) => {
		for (const side of ['right', 'left'] as const) {
			const box = boxOf(one, side);
			const inside = box.left >= 0 && box.right <= size.width && box.top >= 0 && box.bottom <= size.height;
			if (!inside || taken.some((other) => meet(box, other)) || dots.some((dot, of) => of !== at && meet(box, dot))) continue;
			taken.push(box);
			return side;
		}
		return null;
	});
}

/** The room that the words take. */
export function boxOf({ x, y, width }: Captioned, side: 'right' | 'left'): Box {
	const left = side === 'right' ? x + BESIDE : x - BESIDE - width;
	return { left, right: left + width, top: y - LINE / 2, bottom: y + LINE / 2 };
}

function meet(a: Box, b: Box): boolean {
	return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

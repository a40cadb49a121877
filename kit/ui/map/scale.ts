import type { View } from './view.ts';

/** Once round the equator, m (WGS 84). */
const EQUATOR_M = 40_075_016.686;
const METRES = { kilometer: 1_000, mile: 1_609.344 };

/** A bar beside a map, and how long what it covers is. */
export interface Scale {
	/** Length of the bar, px. */
	readonly px: number;
	readonly length: number;
	/** By the name that `Intl` knows. */
	readonly unit: keyof typeof METRES;
}

/**
 * The longest bar of a round length, 1, 2 or 5 and noughts, that fits. Mercator stretches the north and the south: it is right at the height of the
 * middle of what one sees.
 *
 * @param width of what one sees, px
 * @param most how long the bar may be, px
 */
export function scaleOf({ middle, zoom }: View, width: number, most: number, units: 'metric' | 'imperial'): Scale {
	const unit = units === 'metric' ? 'kilometer' : 'mile';
	// The cosine of the latitude, from its place on the projection.
	const shrunk = 1 / Math.cosh(2 * Math.PI * (0.5 - middle.y));
	const perPx = (EQUATOR_M * shrunk) / METRES[unit] / (width * zoom);
	const noughts = 10 ** Math.floor(Math.log10(perPx * most));
	const times = [5, 2].find((round) => round * noughts <= perPx * most) ?? 1;
	return { px: (times * noughts) / perPx, length: times * noughts, unit };
}

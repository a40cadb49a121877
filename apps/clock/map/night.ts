import { pointOf } from '@mana/ui/map/view';
import { type NightSpan, sunAt } from '../places/sun.ts';

/**
 * What is covered by night as a path of SVG: up along the northern ends of its meridians and back along the southern ones. Where meridians without night lie
 * between, it is several shapes.
 *
 * @param step between meridians, in degrees; @param units so many make the whole world
 */
export function nightPath(spans: readonly NightSpan[], step: number, units: number): string {
	const shapes: NightSpan[][] = [];
	for (const span of spans) {
		const last = shapes.at(-1);
		if (last && span.longitude - last.at(-1)!.longitude <= step) last.push(span);
		else shapes.push([span]);
	}
	const text = (latitude: number, longitude: number): string => {
		const { x, y } = pointOf({ latitude, longitude });
		return `${(x * units).toFixed(2)} ${(y * units).toFixed(2)}`;
	};
	return shapes
		.map((shape) => {
			const north = shape.map((span) => text(span.north, span.longitude));
			const south = shape.toReversed().map((span) => text(span.south, span.longitude));
			return `M${[...north, ...south].join('L')}Z`;
		})
		.join('');
}

/** The place under the sun, as a path without length: drawn with a round end it is a dot that stays as large as it is. */
export function sunPath(at: number, units: number): string {
	const { x, y } = pointOf(sunAt(at));
	return `M${(x * units).toFixed(2)} ${(y * units).toFixed(2)}h0`;
}

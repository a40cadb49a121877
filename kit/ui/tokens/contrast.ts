import type { Colour, Shade, Theme } from './colours.ts';

/** sRGB channels in [0,1]. */
export type Rgb = readonly [number, number, number];

/** The shade of a colour in a theme. */
export function shadeIn(colour: Colour, theme: Theme): Shade {
	const mode = theme.startsWith('dark') ? 'dark' : 'light';
	return (theme.endsWith('-more') ? colour.more?.[mode] : undefined) ?? colour[mode];
}

/** OKLCH to sRGB, clipped to the gamut as browsers do (Björn Ottosson, "A perceptual color space for image processing"). */
export function toRgb({ l, c, h }: Shade, appHue: number): Rgb {
	const angle = ((h ?? appHue) * Math.PI) / 180;
	const a = c * Math.cos(angle);
	const b = c * Math.sin(angle);
	const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
	const medium = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
	const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
	return [
		encode(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
		encode(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
		encode(-0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short),
	];
}

function encode(linear: number): number {
	const clipped = Math.min(1, Math.max(0, linear));
	return clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055;
}

/** `#rrggbb`, for the places that know no OKLCH: web manifests and icons. */
export function toHex(shade: Shade, appHue: number): string {
	return `#${toRgb(shade, appHue)
		.map((channel) =>
			Math.round(channel * 255)
				.toString(16)
				.padStart(2, '0'),
		)
		.join('')}`;
}

/** Contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance). */
export function contrast(one: Rgb, other: Rgb): number {
	const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
	return (light + 0.05) / (dark + 0.05);
}

function luminance([r, g, b]: Rgb): number {
	const linear = (channel: number) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4);
	return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

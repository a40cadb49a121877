/** How light and how strong the dots of lists are shown to programs that want sRGB (OKLCH, as the tokens of the interface are). */
const [LIGHTNESS, CHROMA] = [0.68, 0.15];

/** The colour of a hue (degrees) as calendar programs write it: `#RRGGBBAA`. */
export function hexOf(hue: number): string {
	const angle = (hue * Math.PI) / 180;
	const [a, b] = [CHROMA * Math.cos(angle), CHROMA * Math.sin(angle)];
	// Björn Ottosson, "A perceptual color space for image processing" (2020).
	const [l, m, s] = [
		(LIGHTNESS + 0.3963377774 * a + 0.2158037573 * b) ** 3,
		(LIGHTNESS - 0.1055613458 * a - 0.0638541728 * b) ** 3,
		(LIGHTNESS - 0.0894841775 * a - 1.291485548 * b) ** 3,
	];
	const linear = [
		4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
		-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
		-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
	];
	return `#${[...linear.map(encoded), 255].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('')}`;
}

/** The hue (whole degrees) of a colour `#RRGGBB` or `#RRGGBBAA`; `null` when it is none, or grey. */
export function hueOf(hex: string): number | null {
	const bytes = /^#?([\da-f]{2})([\da-f]{2})([\da-f]{2})(?:[\da-f]{2})?$/i.exec(hex.trim())?.slice(1, 4);
	if (!bytes) return null;
	const [red, green, blue] = bytes.map((byte) => decoded(Number.parseInt(byte, 16))) as [number, number, number];
	const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
	const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
	const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
	const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
	const b = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
	if (Math.hypot(a, b) < 0.01) return null;
	return (Math.round((Math.atan2(b, a) * 180) / Math.PI) + 360) % 360;
}

function encoded(linear: number): number {
	const value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
	return Math.round(Math.min(1, Math.max(0, value)) * 255);
}

function decoded(byte: number): number {
	const value = byte / 255;
	return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

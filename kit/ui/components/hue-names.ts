import { m } from '../i18n/index.ts';

/** Hues that one chooses from, in degrees, with what they are called. */
export const hueNames: readonly (readonly [hue: number, name: () => string])[] = [
	[255, m.hue_blue],
	[200, m.hue_cyan],
	[165, m.hue_teal],
	[140, m.hue_green],
	[75, m.hue_amber],
	[45, m.hue_orange],
	[25, m.hue_red],
	[350, m.hue_pink],
	[320, m.hue_magenta],
	[290, m.hue_violet],
];

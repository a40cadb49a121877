/* The only source of hue, size and time: what pages may also need to know. The colours themselves live in colours.ts. */

/** Accent hue of every app: equal lightness and chroma, only the hue turns. */
export const hues = {
	hub: 265,
	todo: 255,
	calendar: 25,
	contacts: 300,
	clock: 60,
	storage: 230,
	photos: 350,
	presi: 45,
	context: 95,
	chat: 275,
	questions: 200,
	picture: 320,
	cards: 150,
	mukke: 10,
	inventar: 75,
	planta: 140,
	nutriphi: 110,
	zitare: 35,
	citycorners: 180,
	skilltree: 165,
	moodlit: 290,
} as const satisfies Record<string, number>;

/** Sizes of type in px at the browser's normal text size, with their line heights. */
export const type = {
	'1': [12, 1.5],
	'2': [13, 1.5],
	'3': [15, 1.5],
	'4': [17, 1.4],
	'5': [20, 1.25],
	'6': [26, 1.25],
	'7': [34, 1.2],
} as const;

/** The 4 px grid. */
export const space = { '1': 4, '2': 8, '3': 12, '4': 16, '5': 24, '6': 32, '7': 48 } as const;

export const radius = { small: 6, medium: 10, large: 16, full: 999 } as const;

/** Height of rows and controls in px. */
export const size = {
	row: 40,
	'row-compact': 32,
	'row-touch': 48,
	control: 36,
	'control-small': 28,
	rail: 56,
	sidebar: 248,
} as const;

/** Durations in ms: feedback, a move, something that appears. */
export const motion = { fast: 120, move: 180, appear: 240 } as const;

/** Widths in px where the shell changes: below `phone` a bottom bar, below `wide` the sidebar lies over the content. */
export const breakpoint = { phone: 700, wide: 1100 } as const;

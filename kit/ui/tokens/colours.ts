/*
 * The only source of colour. `tokens.css` is generated from here and from sizes.ts (`bun kit/ui/tokens/generate.ts`), and
 * `contrast.test.ts` proves that every pair of colours in use can be read, for every app, in every theme.
 */

/** One colour in OKLCH without its hue: lightness [0,1], chroma, and the hue when it is not the app's. */
export interface Shade {
	readonly l: number;
	readonly c: number;
	readonly h?: number;
}

/** The looks an element can have: each theme, and each theme with more contrast. */
export const themes = ['light', 'dark', 'light-more', 'dark-more'] as const;
export type Theme = (typeof themes)[number];

/** One colour by theme. Without `more`, high contrast looks the same. */
export interface Colour {
	readonly light: Shade;
	readonly dark: Shade;
	readonly more?: { readonly light: Shade; readonly dark: Shade };
}

const hueOf = { danger: 25, warning: 75, success: 150, info: 240 } as const;
export type Meaning = keyof typeof hueOf;
export const meanings = Object.keys(hueOf) as Meaning[];

/** A neutral with a trace of the app's hue. */
const grey = (light: number, dark: number, more?: readonly [number, number]): Colour => ({
	light: { l: light, c: traceAt(light) },
	dark: { l: dark, c: traceAt(dark) * 1.2 },
	...(more && { more: { light: { l: more[0], c: traceAt(more[0]) / 2 }, dark: { l: more[1], c: traceAt(more[1]) / 2 } } }),
});

/** White is white; the darker, the more of the hue shows. */
function traceAt(lightness: number): number {
	return Math.round(0.012 * Math.sqrt(1 - lightness) * 10_000) / 10_000;
}

/** The ramp: 1–3 surfaces, 4–6 washes, 7–8 lines, 9–12 ink. */
export const ramp = {
	'neutral-1': grey(0.998, 0.205, [1, 0.13]),
	'neutral-2': grey(0.983, 0.178, [1, 0.1]),
	'neutral-3': grey(0.968, 0.235, [0.985, 0.165]),
	'neutral-4': grey(0.951, 0.25),
	'neutral-5': grey(0.93, 0.285),
	'neutral-6': grey(0.905, 0.33),
	'neutral-7': grey(0.895, 0.315, [0.55, 0.62]),
	'neutral-8': grey(0.625, 0.55, [0.42, 0.76]),
	'neutral-9': grey(0.56, 0.64, [0.4, 0.8]),
	'neutral-10': grey(0.515, 0.675, [0.34, 0.87]),
	'neutral-11': grey(0.455, 0.745, [0.26, 0.93]),
	'neutral-12': grey(0.235, 0.935, [0.1, 0.99]),
} as const;

const accent = (l: number, c: number, darkL: number, darkC: number, more?: readonly [number, number]): Colour => ({
	light: { l, c },
	dark: { l: darkL, c: darkC },
	...(more && { more: { light: { l: more[0], c: Math.min(c, 0.12) }, dark: { l: more[1], c: Math.min(darkC, 0.1) } } }),
});

const tinted = (hue: number, shades: Colour): Colour => ({
	light: { ...shades.light, h: hue },
	dark: { ...shades.dark, h: hue },
	...(shades.more && { more: { light: { ...shades.more.light, h: hue }, dark: { ...shades.more.dark, h: hue } } }),
});

/** What the names mean. Components use these and nothing else. */
const surfaces = {
	/** Behind everything: sidebar and rail. */
	panel: { ...ramp['neutral-3'], dark: grey(0.968, 0.155).dark },
	/** The main area, where content lies. */
	page: ramp['neutral-1'],
	/** The outermost ground, seen on wide screens and behind sheets. */
	ground: ramp['neutral-2'],
	/** Fields, cards. */
	raised: { ...ramp['neutral-1'], dark: ramp['neutral-3'].dark },
	/** Menus, dialogs, toasts: above everything. */
	overlay: { ...ramp['neutral-1'], dark: ramp['neutral-4'].dark },
	hover: ramp['neutral-4'],
	pressed: ramp['neutral-5'],
	/** Ground of badges, keys, progress tracks and skeletons. */
	wash: ramp['neutral-5'],
} satisfies Record<string, Colour>;

const inks = {
	text: ramp['neutral-12'],
	'text-soft': ramp['neutral-11'],
	/** Placeholders, counts, times: the quietest thing that must still be read. */
	'text-faint': ramp['neutral-10'],
	/** Hairlines that only divide. */
	line: ramp['neutral-7'],
	/** Edges that one must see to use a control. */
	'line-strong': ramp['neutral-8'],
	/** The same under the pointer. */
	'line-hover': ramp['neutral-9'],
} satisfies Record<string, Colour>;

const accents = {
	accent: accent(0.52, 0.165, 0.53, 0.15, [0.4, 0.78]),
	'accent-hover': accent(0.47, 0.165, 0.5, 0.15, [0.34, 0.84]),
	/** Text on a filled accent, or on one of the meanings. */
	'on-accent': {
		light: { l: 1, c: 0 },
		dark: { l: 1, c: 0 },
		more: { light: { l: 1, c: 0 }, dark: { l: 0.12, c: 0 } },
	},
	'accent-text': accent(0.48, 0.16, 0.78, 0.11, [0.38, 0.86]),
	'accent-soft': accent(0.945, 0.03, 0.3, 0.055, [0.95, 0.22]),
	/** Checks, switches, progress: seen on every ground. */
	'accent-line': accent(0.59, 0.15, 0.63, 0.14, [0.45, 0.75]),
	focus: accent(0.58, 0.17, 0.72, 0.14, [0.4, 0.85]),
} satisfies Record<string, Colour>;

const meaningful = Object.fromEntries(
	meanings.flatMap((meaning) => {
		const hue = hueOf[meaning];
		return [
			[meaning, tinted(hue, accent(0.515, 0.16, 0.525, 0.15, [0.4, 0.78]))],
			[`${meaning}-text`, tinted(hue, accent(0.49, 0.15, 0.79, 0.12, [0.36, 0.87]))],
			[`${meaning}-soft`, tinted(hue, accent(0.95, 0.03, 0.29, 0.05, [0.96, 0.21]))],
		];
	}),
) as Record<Meaning | `${Meaning}-text` | `${Meaning}-soft`, Colour>;

/** Every colour by its CSS name. The ramp itself has none: what a colour means decides where it is used. */
export const colours = { ...surfaces, ...inks, ...accents, ...meaningful };
export type ColourName = keyof typeof colours;

const grounds = ['page', 'ground', 'panel', 'raised', 'overlay'] as const;
const washes = ['hover', 'pressed', 'wash', 'accent-soft'] as const;

/** Every pair in use: what stands on what, and the contrast it needs (WCAG 2.2: 4.5 for text, 3 for controls). */
export const pairs: readonly { readonly over: ColourName; readonly under: ColourName; readonly atLeast: number }[] = [
	...(['text', 'text-soft'] as const).flatMap((over) => [...grounds, ...washes].map((under) => ({ over, under, atLeast: 4.5 }))),
	...([...grounds, 'hover'] as const).map((under) => ({ over: 'text-faint' as const, under, atLeast: 4.5 })),
	...([...grounds, 'hover', 'accent-soft'] as const).map((under) => ({ over: 'accent-text' as const, under, atLeast: 4.5 })),
	{ over: 'on-accent', under: 'accent', atLeast: 4.5 },
	{ over: 'on-accent', under: 'accent-hover', atLeast: 4.5 },
	{ over: 'on-accent', under: 'accent-line', atLeast: 3 },
	...([...grounds, 'hover'] as const).flatMap((under) =>
		(['line-strong', 'accent-line', 'focus'] as const).map((over) => ({ over, under, atLeast: 3 })),
	),
	...meanings.flatMap((meaning) => [
		...([...grounds, 'hover', `${meaning}-soft`] as const).map((under) => ({
			over: `${meaning}-text` as const,
			under,
			atLeast: 4.5,
		})),
		{ over: 'on-accent' as const, under: meaning, atLeast: 4.5 },
	]),
];

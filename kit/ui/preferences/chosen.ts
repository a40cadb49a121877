/** What there is to choose, the way of the device first. */
export const options = {
	weekStart: ['region', 'monday', 'sunday', 'saturday'],
	hours: ['region', '24', '12'],
	units: ['region', 'metric', 'imperial'],
	theme: ['system', 'light', 'dark'],
	contrast: ['system', 'normal', 'more'],
	motion: ['system', 'reduced'],
	textSize: ['normal', 'large', 'larger'],
} as const;

type Options = { readonly [K in keyof typeof options]: (typeof options)[K][number] };

/** How a person wants Mana to be. An empty text, or the first option, is what nobody chose: then it follows the device. */
export interface Chosen extends Options {
	/** BCP 47: `de`. */
	readonly language: string;
	/** ISO 3166-1: `AT`. Whose way of writing dates and numbers is used. */
	readonly region: string;
	/** IANA name. */
	readonly timeZone: string;
	readonly underlinedLinks: boolean;
	/** The colour of the screen in all apps, a hue in degrees; -1: each app has its own. */
	readonly accent: number;
}

export const unchosen: Chosen = {
	language: '',
	region: '',
	timeZone: '',
	weekStart: 'region',
	hours: 'region',
	units: 'region',
	theme: 'system',
	contrast: 'system',
	motion: 'system',
	textSize: 'normal',
	underlinedLinks: false,
	accent: -1,
};

/** What the screen looks like: a device may have a look of its own. */
export const lookNames = ['theme', 'accent', 'contrast', 'motion', 'textSize', 'underlinedLinks'] as const;
export type Look = Pick<Chosen, (typeof lookNames)[number]>;

/** Some of what is chosen, by name. */
export function pick<K extends keyof Chosen>(chosen: Chosen, names: readonly K[]): Pick<Chosen, K> {
	return Object.fromEntries(names.map((name) => [name, chosen[name]])) as Pick<Chosen, K>;
}

/** Reads what was kept as text; whatever it holds, the answer holds choices that exist. */
export function parseChosen(text: string | null): Partial<Chosen> {
	const kept = jsonObject(text);
	return Object.fromEntries(
		Object.entries(unchosen).flatMap(([name, fallback]) => {
			const value = kept[name];
			const among: readonly unknown[] | undefined = Object.hasOwn(options, name) ? options[name as keyof Options] : undefined;
			const fits = among ? among.includes(value) : typeof value === typeof fallback;
			return fits ? [[name, value]] : [];
		}),
	) as Partial<Chosen>;
}

function jsonObject(text: string | null): Readonly<Record<string, unknown>> {
	try {
		const value: unknown = JSON.parse(text ?? '{}');
		return typeof value === 'object' && value !== null ? { ...value } : {};
	} catch (problem) {
		console.warn('What was kept of the preferences cannot be read, and is left:', problem);
		return {};
	}
}

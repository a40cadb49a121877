import type { AllMessages } from './generated/messages.ts';
import { packs, type Words } from './generated/packs.ts';
import { baseLocale, type Locale, locales } from './locale.ts';

type Room = keyof typeof packs;
type Inputs = Readonly<Record<string, string | number>>;

/** Who speaks: a page chooses the language and is told when words arrive; everything else is English. */
interface Speaker {
	readonly locale: Locale;
	/** BCP 47: the language with the person's region and clock. */
	readonly tag: string;
	/** Words came that somebody may have asked for in vain. */
	arrived(): void;
	/** Somebody asked for words that are not there yet, and wants to be asked again when they are. */
	missed(): void;
}

const known = new Map<string, Words>();
const underWay = new Map<string, Promise<void>>();
let speaker: Speaker = { locale: baseLocale, tag: baseLocale, arrived: () => {}, missed: () => {} };

export function speakAs(other: Speaker): void {
	speaker = other;
}

export function getLocale(): Locale {
	return speaker.locale;
}

/** BCP 47 tag for dates, times and numbers in what is said outside of markup; there it is `language.tag`. */
export function getTag(): string {
	return speaker.tag;
}

/**
 * Fetches the words of rooms in a language; the house's are always with them. A name that is no room's asks for nothing.
 *
 * @throws when they cannot be fetched
 */
export async function loadWords(rooms: readonly string[], locale: Locale = speaker.locale): Promise<void> {
	await Promise.all(['kit' as const, ...rooms.filter(isRoom)].map((room) => load(room, locale)));
}

/** The rooms whose words are here, in any language. */
export function heardRooms(): string[] {
	return [...new Set([...known.keys()].map((name) => name.split('.')[0] ?? ''))];
}

function load(room: Room, locale: Locale): Promise<void> {
	const name = `${room}.${locale}`;
	if (known.has(name)) return Promise.resolve();
	let loading = underWay.get(name);
	if (!loading) {
		const fetchWords = packs[room][locale];
		loading = fetchWords()
			.then(({ words }) => {
				known.set(name, words);
				speaker.arrived();
			})
			.finally(() => underWay.delete(name));
		underWay.set(name, loading);
	}
	return loading;
}

function isRoom(name: string): name is Room {
	return Object.hasOwn(packs, name);
}

/**
 * What a message says now. Where its words are still on their way it says nothing, and markup says it when they are there.
 *
 * @throws when no room has such a message
 */
function say(key: string, inputs: Inputs = {}): string {
	const { locale } = speaker;
	const name = key.split('_')[0] ?? '';
	const rooms: Room[] = isRoom(name) ? ['kit', name] : ['kit'];
	for (const room of rooms) {
		const message = known.get(`${room}.${locale}`)?.[key];
		if (message !== undefined) return filled(message, inputs, locale);
	}
	const missing = rooms.filter((room) => !known.has(`${room}.${locale}`));
	if (missing.length === 0) throw new Error(`There is no message "${key}".`);
	speaker.missed();
	for (const room of missing) void load(room, locale).catch(reportError);
	return '';
}

const plurals = new Map<Locale, Intl.PluralRules>();

function filled(message: Words[string], inputs: Inputs, locale: Locale): string {
	let text = message;
	if (typeof text !== 'string') {
		const rules = plurals.get(locale) ?? new Intl.PluralRules(locale);
		plurals.set(locale, rules);
		text = text[rules.select(Number(inputs['count']))] ?? text['other'] ?? '';
	}
	return text.replace(/\{(\w+)\}/g, (_, name: string) => String(inputs[name]));
}

const functions = new Map<string, (inputs?: Inputs) => string>();

/** Every message as a function of its names: `m.and_more({ count: 3 })`. */
export const m = new Proxy({} as AllMessages, {
	get(_, key) {
		if (typeof key !== 'string') return undefined;
		let message = functions.get(key);
		if (!message) functions.set(key, (message = (inputs) => say(key, inputs)));
		return message;
	},
});

// Outside a page there is no first paint to wait for: tools and tests have all words from the start.
if (import.meta.env.SSR !== false) for (const locale of locales) await loadWords(Object.keys(packs), locale);

import { baseLocale, type Locale, locales } from './locale.ts';
import { heardRooms, loadWords, speakAs } from './messages.ts';

const key = 'mana.language';

/**
 * The language of the interface as a rune: every message in markup follows it without a reload. What this device was told comes
 * first, then the person's own setting, then the browser's languages.
 */
class Language {
	#current = $state<Locale>(told() ?? spoken() ?? baseLocale);
	/** Grows when words arrive, so that what was drawn without them is drawn again. */
	#arrivals = $state(0);

	constructor() {
		const current = () => this.#current;
		speakAs({
			get locale() {
				return current();
			},
			arrived: () => this.#arrivals++,
			missed: () => void this.#arrivals,
		});
		document.documentElement.lang = this.#current;
		// Ahead of the page that will wait for them.
		loadWords([location.pathname.split('/')[1] ?? '']).catch(reportError);
	}

	get current(): Locale {
		return this.#current;
	}

	/** The language with this person's region, for dates and numbers: `en-GB` for somebody whose browser speaks British English. */
	get tag(): string {
		return navigator.languages.find((tag) => tag.split('-')[0] === this.#current) ?? this.#current;
	}

	/** Uses a language and remembers it on this device. */
	use(locale: Locale): void {
		localStorage.setItem(key, locale);
		this.#show(locale).catch(reportError);
	}

	/** Takes a person's own setting, unless this device was told another language. */
	suggest(locale: string): void {
		const known = knownLocale(locale);
		if (known && !told()) void this.#show(known);
	}

	/** Speaks it as soon as its words are there; where they cannot be fetched the language stays as it is. */
	async #show(locale: Locale): Promise<void> {
		await loadWords(heardRooms(), locale);
		if (locale !== (told() ?? locale)) return; // another one was chosen meanwhile
		this.#current = locale;
		document.documentElement.lang = locale;
	}
}

function told(): Locale | undefined {
	return knownLocale(localStorage.getItem(key) ?? '');
}

function spoken(): Locale | undefined {
	return navigator.languages.map((tag) => knownLocale(tag.split('-')[0] ?? '')).find((locale) => locale !== undefined);
}

function knownLocale(name: string): Locale | undefined {
	return locales.find((locale) => locale === name);
}

export const language = new Language();

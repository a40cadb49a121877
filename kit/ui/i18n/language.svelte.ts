import { baseLocale, type Locale, locales, overwriteGetLocale } from './generated/runtime.js';

const key = 'mana.language';

/**
 * The language of the interface as a rune: every message in markup follows it without a reload. What this device was told comes
 * first, then the person's own setting, then the browser's languages.
 */
class Language {
	#current = $state<Locale>(told() ?? spoken() ?? baseLocale);

	constructor() {
		overwriteGetLocale(() => this.#current);
		document.documentElement.lang = this.#current;
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
		this.#show(locale);
	}

	/** Takes a person's own setting, unless this device was told another language. */
	suggest(locale: string): void {
		const known = knownLocale(locale);
		if (known && !told()) this.#show(known);
	}

	#show(locale: Locale): void {
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

import { preferences } from '../preferences/preferences.svelte.ts';
import type { Locale } from './locale.ts';
import { heardRooms, loadWords, speakAs } from './messages.ts';

/** The language of the interface as a rune: every message in markup follows it without a reload. `preferences` says which it is. */
class Language {
	/** Follows what is preferred as soon as its words are there. */
	#current = $state<Locale>(preferences.locale);
	/** Grows when words arrive, so that what was drawn without them is drawn again. */
	#arrivals = $state(0);

	constructor() {
		const current = () => this.#current;
		speakAs({
			get locale() {
				return current();
			},
			get tag() {
				return preferences.tag;
			},
			arrived: () => this.#arrivals++,
			missed: () => void this.#arrivals,
		});
		document.documentElement.lang = this.#current;
		// Ahead of the page that will wait for them.
		loadWords([location.pathname.split('/')[1] ?? '']).catch(reportError);
		$effect.root(() => {
			$effect(() => void this.#show(preferences.locale).catch(reportError));
		});
	}

	get current(): Locale {
		return this.#current;
	}

	/** BCP 47 tag for dates and numbers: the language with the person's region and clock. */
	get tag(): string {
		return preferences.tag;
	}

	/** Speaks it as soon as its words are there; where they cannot be fetched the language stays as it is. */
	async #show(locale: Locale): Promise<void> {
		await loadWords(heardRooms(), locale);
		if (locale !== preferences.locale) return; // another one was chosen meanwhile
		this.#current = locale;
		document.documentElement.lang = locale;
	}
}

export const language = new Language();

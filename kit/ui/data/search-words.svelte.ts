import { afterNavigate, goto } from '$app/navigation';

/**
 * What somebody looks for on a page. The address follows what is typed (`q`), so that a search can be reloaded and shared, without an entry
 * in the history for each letter; and a link, or going back, to another search is another search on the same page.
 */
export class SearchWords {
	#words = $state(wordsIn(location));

	/** Make it while a component is made. */
	constructor() {
		afterNavigate(({ type, shallow, to }) => {
			// What was typed arrives in the address a moment later, and must not put back what has been typed since.
			if (to && !(type === 'goto' && shallow)) this.#words = wordsIn(to.url);
		});
	}

	get value(): string {
		return this.#words;
	}

	set value(words: string) {
		this.#words = words;
		const to = new URL(location.href);
		if (words === '') to.searchParams.delete('q');
		else to.searchParams.set('q', words);
		void goto(to, { replace: true, shallow: true });
	}
}

function wordsIn({ search }: { readonly search: string }): string {
	return new URLSearchParams(search).get('q') ?? '';
}

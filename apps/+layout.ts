import { loadWords } from '@mana/ui/i18n';
import { language } from '@mana/ui/i18n/language.svelte';

/** One page for every address, made in the browser: what a person keeps lives there. */
export const ssr = false;
export const prerender = false;

/** Waits for the words of the room that is entered, in the language of who is here, so that nothing is drawn without them or in another one. */
export const load = async ({ route }: { readonly route: { readonly id: string | null } }): Promise<void> => {
	const room = /^\/\(?(\w+)/.exec(route.id ?? '')?.[1] ?? '';
	await loadWords(room === 'hub' ? [room, 'doors'] : [room], language.current);
};

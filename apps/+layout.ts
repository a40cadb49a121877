import { loadWords } from '@mana/ui/i18n';

/** One page for every address, made in the browser: what a person keeps lives there. */
export const ssr = false;
export const prerender = false;

/** Waits for the words of the room that is entered, so that nothing is drawn without them. */
export const load = async ({ route }: { readonly route: { readonly id: string | null } }): Promise<void> => {
	const room = /^\/\(?(\w+)/.exec(route.id ?? '')?.[1] ?? '';
	await loadWords(room === 'hub' ? [room, 'doors'] : [room]);
};

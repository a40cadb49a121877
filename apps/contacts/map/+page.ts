import { loadWords } from '@mana/ui/i18n';

/** The words of the map of the kit come with it. */
export const load = async (): Promise<void> => {
	await loadWords(['map']);
};

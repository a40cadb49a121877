import { loadWords } from '@mana/ui/i18n';

/** The words come with it. */
export const load = async (): Promise<void> => {
	await loadWords(['administration']);
};

import { loadWords } from '@mana/ui/i18n';

/** The words of those who look after this Mana. */
export const load = async (): Promise<void> => {
	await loadWords(['administration']);
};

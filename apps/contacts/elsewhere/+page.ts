import { loadWords } from '@mana/ui/i18n';

/** The words of accounts elsewhere come with it. */
export const load = async (): Promise<void> => {
	await loadWords(['elsewhere']);
};

import { loadWords } from '@mana/ui/i18n';

/** The inspector's words come with it. */
export const load = async (): Promise<void> => {
	await loadWords(['inspector']);
};

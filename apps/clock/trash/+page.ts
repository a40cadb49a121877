import { loadWords } from '@mana/ui/i18n';

/** The words of every app's trash come with it. */
export const load = async (): Promise<void> => {
	await loadWords(['trash']);
};

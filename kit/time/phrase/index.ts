import { de } from './packs/de.ts';
import { en } from './packs/en.ts';
import { es } from './packs/es.ts';
import { fr } from './packs/fr.ts';
import { it } from './packs/it.ts';
import type { LanguagePack } from './pack.ts';

export type { LanguagePack, Now, Priority, Repeat } from './pack.ts';
export { priorities } from './pack.ts';
export { speakRepeat } from '../speak-rule.ts';
export * from './quick-add.ts';

const packs: readonly LanguagePack[] = [en, de, fr, es, it];

/** All language packs, that of `language` (BCP 47) first. */
export function packsFor(language: string): LanguagePack[] {
	const own = language.split('-')[0];
	return packs.toSorted((a, b) => Number(b.language === own) - Number(a.language === own));
}

import type { locales } from './generated/packs.ts';

export { baseLocale, locales } from './generated/packs.ts';

/** A language of the interface. */
export type Locale = (typeof locales)[number];

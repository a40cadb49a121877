import type { Locale } from '@mana/ui/i18n';

/** Regions whose ways of writing dates and numbers CLDR has in a language, ISO 3166-1, those with the most speakers first. */
export const regions = {
	en: ['US', 'GB', 'IE', 'CA', 'AU', 'NZ', 'IN', 'ZA', 'DE', 'AT', 'CH', 'NL', 'SE', 'DK', 'FI'],
	de: ['DE', 'AT', 'CH', 'LI', 'LU', 'BE', 'IT'],
} as const satisfies Record<Locale, readonly string[]>;

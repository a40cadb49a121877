import { m } from '@mana/ui/i18n';
import { language } from '@mana/ui/i18n/language.svelte';
import { options } from '@mana/ui/preferences/chosen';

/** Days on which a week may begin, 0 Monday … 6 Sunday. */
const days = { monday: 0, sunday: 6, saturday: 5 } as const;

/** The days on which a week may begin, to choose from. */
export function weekStarts(): { readonly value: (typeof options.weekStart)[number]; readonly name: string }[] {
	const weekday = new Intl.DateTimeFormat(language.current, { weekday: 'long', timeZone: 'UTC' });
	// 1 January 2024 was a Monday.
	return options.weekStart.map((value) => ({
		value,
		name: value === 'region' ? m.hub_by_region() : weekday.format(Date.UTC(2024, 0, 1 + days[value])),
	}));
}

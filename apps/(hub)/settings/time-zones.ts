import { zoneName } from '@mana/ui/preferences/zone-name';

/** A time zone to choose. */
export interface ZoneChoice {
	/** IANA name. */
	readonly value: string;
	/** City first, since that is what one looks for: “Berlin (Europe)”. */
	readonly name: string;
}

/** The time zones that this browser knows and people live in, by their cities, in the order of a language. @param tag BCP 47 */
export function timeZones(tag: string): readonly ZoneChoice[] {
	const order = new Intl.Collator(tag);
	return Intl.supportedValuesOf('timeZone')
		.filter((zone) => zone.includes('/') && !zone.startsWith('Etc/'))
		.map((value) => ({ value, name: zoneName(value) }))
		.sort((a, b) => order.compare(a.name, b.name));
}

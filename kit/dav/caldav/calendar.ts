import { dav } from '../names.ts';
import { element, type XmlElement, type XmlName } from '../xml.ts';
import { apple, caldav } from './names.ts';

/** Properties of calendars and of whoever has them that are told when they are asked for by name. */
export const quietCalendarNames: ReadonlySet<XmlName> = new Set([
	caldav('calendar-home-set'),
	caldav('calendar-user-address-set'),
	caldav('supported-calendar-component-set'),
	caldav('supported-calendar-data'),
	caldav('supported-collation-set'),
	caldav('max-resource-size'),
]);

/** The conditions of RFC 4791 (§5.3) that every tree of calendars names. */
export const calendarConditions = { taken: caldav('no-uid-conflict'), place: caldav('calendar-collection-location-ok') };

/** What a calendar takes. */
export interface CalendarLimits {
	/** `VEVENT`, `VTODO` */
	readonly component: string;
	/** Largest calendar object, in bytes. */
	readonly bytes: number;
}

const COLLATIONS = ['i;ascii-casemap', 'i;octet', 'i;unicode-casemap'];

/** What every calendar says of what it takes (RFC 4791 §5.2). @param color `#RRGGBBAA`, as Apple's programs write it */
export function calendarProperties({ component, bytes }: CalendarLimits, color: string | null): XmlElement[] {
	const comp: XmlElement = { name: caldav('comp'), attributes: new Map([['{}name', component]]), children: [] };
	const data: XmlElement = {
		name: caldav('calendar-data'),
		attributes: new Map([
			['{}content-type', 'text/calendar'],
			['{}version', '2.0'],
		]),
		children: [],
	};
	return [
		element(caldav('supported-calendar-component-set'), comp),
		element(caldav('supported-calendar-data'), data),
		element(caldav('supported-collation-set'), ...COLLATIONS.map((one) => element(caldav('supported-collation'), one))),
		element(caldav('max-resource-size'), String(bytes)),
		...(color === null ? [] : [element(apple('calendar-color'), color)]),
	];
}

/** The components that somebody wants a calendar to take. */
export function componentsIn(set: XmlElement | null): string[] {
	return (set?.children ?? []).flatMap((one) =>
		typeof one === 'string' ? [] : [one.attributes.get('{}name')?.toUpperCase() ?? ''],
	);
}

/** What a principal says of where its calendars are, and how it is invited (RFC 4791 §6.2, RFC 6638 §2.4). */
export function calendarPerson(homes: readonly string[], addresses: readonly string[]): XmlElement[] {
	return [
		element(caldav('calendar-home-set'), ...homes.map((href) => element(dav('href'), href))),
		element(caldav('calendar-user-address-set'), ...addresses.map((href) => element(dav('href'), href))),
	];
}

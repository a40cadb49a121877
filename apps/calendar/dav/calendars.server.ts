import { apple, caldav, calendarServer, hexOf } from '@mana/dav/caldav/index';
import { dav, element, parseXml, type XmlElement, type XmlName, writeXml } from '@mana/dav/index';
import { timezoneOf, writeComponent } from '@mana/dav/ical/index';
import type { Folder, OpenSpace } from '@mana/dav/records/index';
import type { SpaceId } from '@mana/sync';
import { type Calendar, defaultCalendarId } from '../model.ts';

/** The collection that calendars are in. */
export const CALENDARS = 'calendars';

/** A calendar of a space as programs see it. */
export interface CalendarFolder extends Folder {
	/** `null`: the one that every space has, before anybody named or coloured it. */
	readonly calendar: Calendar | null;
}

/** The name of a calendar's collection. */
export function segmentOf(space: SpaceId, calendar: Calendar | null): string {
	if (calendar?.calendarName) return calendar.calendarName;
	return `${space}-${calendar === null || calendar.id === defaultCalendarId ? 'calendar' : calendar.id}`;
}

/** What the calendar is called that every space has and nobody named. */
const unnamed = (language: string): string => (language.startsWith('de') ? 'Kalender' : 'Calendar');

/** The calendars of a space: the one that it has anyway, then those that somebody made. */
export function foldersOf(
	{ id: space, card, access, token }: OpenSpace,
	rows: readonly Calendar[],
	language: string,
): CalendarFolder[] {
	const shown = rows.filter(({ deletedAt, id }) => deletedAt === null || id === defaultCalendarId);
	const own = shown.find(({ id }) => id === defaultCalendarId) ?? null;
	const made = shown
		.filter(({ id }) => id !== defaultCalendarId)
		.toSorted((a, b) => (a.position ?? '').localeCompare(b.position ?? '', 'en') || (a.id < b.id ? -1 : 1));
	return [own, ...made].map((calendar): CalendarFolder => {
		const name = calendar?.name || unnamed(language);
		return {
			space,
			calendar,
			home: calendar?.id ?? defaultCalendarId,
			path: [CALENDARS, segmentOf(space, calendar)],
			// What a subscription shows is written where it comes from.
			access: calendar?.kind === 'subscription' ? 'read' : access,
			token,
			name: card.kind === 'personal' ? name : `${card.name}: ${name}`,
			createdAt: calendar?.createdAt ?? null,
			...(calendar?.zone && { reads: calendar.zone }),
			removable: calendar !== null && calendar.id !== defaultCalendarId,
		};
	});
}

/** What a calendar says of itself that nobody else would. */
export function ownProperties({ calendar }: CalendarFolder): XmlElement[] {
	const zone = calendar?.zone ?? null;
	return [
		element(apple('calendar-color'), hexOf(calendar?.hue ?? 25)),
		...(calendar?.notes ? [element(caldav('calendar-description'), calendar.notes)] : []),
		...(zone === null
			? []
			: [element(caldav('calendar-timezone'), timezoneText(zone)), element(caldav('calendar-timezone-id'), zone)]),
		element(caldav('schedule-calendar-transp'), element(caldav(calendar?.shows === 'free' ? 'transparent' : 'opaque'))),
		...(calendar?.source ? [element(calendarServer('source'), element(dav('href'), calendar.source))] : []),
		...deadProperties(calendar),
	];
}

function timezoneText(zone: string): string {
	const lines = ['VERSION:2.0', 'PRODID:-//Mana//Calendar//EN'].map((one) => {
		const [name, value] = one.split(':') as [string, string];
		return { name, parameters: [], value };
	});
	return writeComponent({ name: 'VCALENDAR', lines, components: [timezoneOf(zone, 2026)] });
}

const KEPT: XmlName = '{urn:mana:dav}kept';

/** Properties that programs set and we only keep. */
export function deadProperties(calendar: Calendar | null): XmlElement[] {
	if (!calendar?.davProperties) return [];
	const { children } = parseXml(new TextEncoder().encode(calendar.davProperties));
	return children.filter((one) => typeof one !== 'string');
}

/** As the record keeps them. */
export function keptText(properties: readonly XmlElement[]): string {
	return properties.length === 0 ? '' : writeXml(element(KEPT, ...properties));
}

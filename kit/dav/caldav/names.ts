import type { XmlName } from '../xml.ts';

/** A name of CalDAV (RFC 4791). */
export function caldav(local: string): XmlName {
	return `{urn:ietf:params:xml:ns:caldav}${local}`;
}

/** What calendar-data is called in answers. */
export const calendarData = caldav('calendar-data');

/** A name that Apple's calendar server brought into the world, and every client reads: `getctag`. */
export function calendarServer(local: string): XmlName {
	return `{http://calendarserver.org/ns/}${local}`;
}

/** A name of Apple's calendar programs: `calendar-color`. */
export function apple(local: string): XmlName {
	return `{http://apple.com/ns/ical/}${local}`;
}

import {
	caldav,
	calendarConditions,
	calendarData,
	calendarProperties,
	calendarReports,
	quietCalendarNames,
	type Span,
} from '@mana/dav/caldav/index';
import { dav, type DavResource, element } from '@mana/dav/index';
import { type FolderApp, plainCollection, PRINCIPALS, type RecordTreeParts } from '@mana/dav/records/index';
import { appOf } from '@mana/model';
import { createHash } from 'node:crypto';
import { type Event, events } from '../model.ts';
import type { CalendarUser } from '../users.server.ts';
import { type CalendarFolder, CALENDARS, foldersOf, ownProperties } from './calendars.server.ts';
import { inboxOf, type InvitationParts, invitationCollections, outboxOf } from './invitations.server.ts';
import { calendarsOf, eventKind } from './kind.server.ts';
import { LIMITS } from '../ical/whole-event.ts';
import { objectOf } from '../ical/event-object.ts';
import { statesOf } from './states.server.ts';
import { Writes, type WriteParts } from './writes.server.ts';

/** Events by CalDAV: every calendar of every space is a collection (RFC 4791). */
export function calendarApp(
	parts: RecordTreeParts,
	write: Pick<WriteParts, 'zone' | 'writer'> & Pick<InvitationParts, 'clock' | 'users' | 'dismissed'>,
): FolderApp<typeof events, CalendarFolder> {
	const { db, hrefOf } = parts;
	const { users } = write;
	const asPrincipal = ({ id, name, address }: CalendarUser): DavResource => ({
		...plainCollection(
			[PRINCIPALS, id],
			[PRINCIPALS, id],
			element(dav('displayname'), name),
			element(dav('principal-URL'), element(dav('href'), hrefOf([PRINCIPALS, id]))),
			...userProperties(address),
		),
		types: [dav('principal')],
	});
	return {
		app: appOf(events.number),
		top: CALENDARS,
		urn: 'urn:mana:calendar',
		kinds: [eventKind],
		data: calendarData,
		type: caldav('calendar'),
		conditions: calendarConditions,
		quiet: quietCalendarNames,
		writes: new Writes({ ...parts, ...write }),
		reports: (reading) => calendarReports(reading, write.zone, () => write.clock.now()),
		person({ person, password }, hrefOf) {
			// Tasks by the same account, where its password opens them (RFC 4791 §6.2.1: there may be several homes).
			const more = password.apps.includes('todo') ? parts.siblingHref('todo-server', [CALENDARS]) : null;
			const href = (name: string) => element(dav('href'), hrefOf([CALENDARS, name]));
			return [
				element(
					caldav('calendar-home-set'),
					...[hrefOf([CALENDARS]), ...(more === null ? [] : [more])].map((one) => element(dav('href'), one)),
				),
				element(caldav('schedule-inbox-URL'), href(inboxOf(person.id))),
				element(caldav('schedule-outbox-URL'), href(outboxOf(person.id))),
				...userProperties(person.email),
			];
		},
		properties: (folder) => [
			...calendarProperties(LIMITS, null),
			element(caldav('min-date-time'), '00010101T000000Z'),
			element(caldav('max-date-time'), '99991231T235959Z'),
			element(caldav('max-attendees-per-instance'), String(LIMITS.guests)),
			...ownProperties(folder),
		],
		special: invitationCollections({ ...parts, ...write }),
		async principal(id) {
			const user = await users.byId(id);
			return user && parts.memberships.meet(parts.grant.person.id, id) ? asPrincipal(user) : null;
		},
		async principalsLike(text) {
			// Whoever knows somebody's address may find them by it.
			const address = text.replace(/^mailto:/i, '').trim();
			return [...(await users.byAddress([address])).values()].map(asPrincipal);
		},
		keepsTexts: true,
		near: ({ row }, span) => mayTakePlace(row, span),
		scheduleTag: ({ row }, text) => (row.organizer === null ? undefined : scheduleTagOf(text)),
		typeOf: () => 'text/calendar; charset=utf-8; component=vevent',
		async folders(spaces, language) {
			const all = await calendarsOf(
				db,
				spaces.map(({ id }) => id),
			);
			return spaces.flatMap((space) =>
				foldersOf(
					space,
					all.filter((one) => one.space === space.id).map(({ calendar }) => calendar),
					language,
				),
			);
		},
		async texts({ space, calendar }, placed) {
			const states = await statesOf(db, space, placed);
			return states.map((state) => objectOf(state, calendar?.zone ?? write.zone));
		},
	};
}

/** How somebody is invited (RFC 6638 §2.4). */
function userProperties(address: string) {
	return [
		element(caldav('calendar-user-address-set'), element(dav('href'), `mailto:${address}`)),
		element(caldav('calendar-user-type'), 'INDIVIDUAL'),
	];
}

/** Another one whenever something changes that others have to hear of: everything but answers, and when it was written. */
function scheduleTagOf(text: string): string {
	const said = text
		.replaceAll('\r\n ', '')
		.replaceAll(/^(?:DTSTAMP|LAST-MODIFIED):.*\r\n/gm, '')
		.replaceAll(/;PARTSTAT=[^;:]*|;RSVP=[^;:]*|;SCHEDULE-STATUS=(?:"[^"]*"|[^;:]*)/g, '');
	return `"${createHash('sha256').update(said).digest('base64url').slice(0, 22)}"`;
}

/** However far the clocks of two zones are apart, and a little more, in ms. */
const ZONES_MS = 36 * 3_600_000;

/** Whether an event may take place in a span: what repeats, or has occurrences of its own, is looked at closely. */
function mayTakePlace({ start, length, repeat, extra, calendarObject }: Event, { from, to }: Span): boolean {
	const at = start === null ? Number.NaN : Date.parse(start.length === 10 ? start : `${start}Z`);
	if (Number.isNaN(at) || repeat !== null || extra.size > 0 || calendarObject.includes('RECURRENCE-ID')) return true;
	return at - ZONES_MS < to && at + length * 1_000 + ZONES_MS > from;
}

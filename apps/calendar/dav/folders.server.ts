import {
	caldav,
	calendarData,
	calendarPerson,
	calendarProperties,
	calendarReports,
	quietCalendarNames,
} from '@mana/dav/caldav/index';
import { element } from '@mana/dav/index';
import type { FolderApp, RecordTreeParts } from '@mana/dav/records/index';
import { appOf } from '@mana/model';
import { events } from '../model.ts';
import { type CalendarFolder, CALENDARS, foldersOf, LIMITS, ownProperties } from './calendars.server.ts';
import { calendarsOf, eventKind } from './kind.server.ts';
import { objectOf } from './object.server.ts';
import { statesOf } from './states.server.ts';
import { Writes, type WriteParts } from './writes.server.ts';

/** Events by CalDAV: every calendar of every space is a collection (RFC 4791). */
export function calendarApp(
	parts: RecordTreeParts,
	write: Pick<WriteParts, 'zone' | 'writer'> & { readonly clock: { now(): number } },
): FolderApp<typeof events, CalendarFolder> {
	const { db } = parts;
	return {
		app: appOf(events.number),
		top: CALENDARS,
		urn: 'urn:mana:calendar',
		kind: eventKind,
		data: calendarData,
		type: caldav('calendar'),
		quiet: quietCalendarNames,
		writes: new Writes({ ...parts, ...write }),
		reports: (reading) => calendarReports(reading, write.zone, () => write.clock.now()),
		person({ person, password }, hrefOf) {
			// Tasks by the same account, where its password opens them (RFC 4791 §6.2.1: there may be several homes).
			const more = password.apps.includes('todo') ? parts.siblingHref('todo-server', [CALENDARS]) : null;
			return calendarPerson([hrefOf([CALENDARS]), ...(more === null ? [] : [more])], [`mailto:${person.email}`]);
		},
		properties: (folder) => [
			...calendarProperties(LIMITS, null),
			element(caldav('min-date-time'), '00010101T000000Z'),
			element(caldav('max-date-time'), '99991231T235959Z'),
			element(caldav('max-attendees-per-instance'), String(LIMITS.guests)),
			...ownProperties(folder),
		],
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

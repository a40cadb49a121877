import { invalidCalendar, parseSent, recurrenceOf } from '@mana/dav/caldav/index';
import { type Content, DavFailure } from '@mana/dav/index';
import { caldav } from '@mana/dav/caldav/index';
import { type Component, instantIn, lineOf, momentIn, nameOf, withKnownZones } from '@mana/dav/ical/index';
import { LIMITS } from './calendars.server.ts';
import { mainIn, occurrencesIn } from './object.server.ts';
import { readEvent, type SaidEvent } from './read-event.server.ts';

/** An event that a program sent, read. */
export interface SentEvent {
	readonly uid: string;
	/** To the letter. */
	readonly text: string;
	readonly said: SaidEvent;
	/** The occurrences that differ, by what they would be without that. */
	readonly occurrences: ReadonlyMap<string, SaidEvent>;
}

/**
 * Reads a calendar object with one event and its changed occurrences.
 *
 * @throws DavFailure with the condition of RFC 4791 §5.3.2.1 that does not hold
 */
export function parseEvent(content: Content, zone: string): SentEvent {
	const { calendar, uid, text } = parseSent(content, LIMITS);
	const known = withKnownZones(calendar);
	const version = lineOf(known, 'VERSION')?.value.trim();
	if (version !== undefined && version !== '2.0') throw invalidCalendar(`iCalendar is of version 2.0, this of ${version}.`);
	const all = known.components.filter(({ name }) => name === 'VEVENT');
	for (const event of all) judge(event, known, zone);
	if (all.filter((event) => !lineOf(event, 'RECURRENCE-ID')).length > 1)
		throw new DavFailure(403, 'Two events have one UID.', caldav('valid-calendar-object-resource'));
	const said = readEvent(mainIn(known)!, zone);
	const occurrences = [...occurrencesIn(known, said.fields, zone)].map(
		([id, event]) => [id, readEvent(event, zone, said.fields)] as const,
	);
	return { uid, text, said, occurrences: new Map(occurrences) };
}

/** @throws DavFailure for what is no event that could take place, or more than is kept */
function judge(event: Component, calendar: Component, zone: string): void {
	for (const name of ['DTSTART', 'DTEND', 'RECURRENCE-ID', 'UID', 'DURATION', 'STATUS', 'CLASS', 'SEQUENCE', 'ORGANIZER'])
		if (event.lines.filter((one) => nameOf(one) === name).length > 1) throw invalidCalendar(`A VEVENT has ${name} once.`);
	const [start, end] = [lineOf(event, 'DTSTART'), lineOf(event, 'DTEND')];
	const begins = start && momentIn(start);
	if (!start || !begins) throw invalidCalendar('A VEVENT begins at some time: DTSTART.');
	if (end) {
		const ends = momentIn(end);
		if (!ends) throw invalidCalendar('DTEND is a date or a time.');
		if ((ends.form === 'day') !== (begins.form === 'day'))
			throw invalidCalendar('DTSTART and DTEND are both dates or both times.');
		if (lineOf(event, 'DURATION')) throw invalidCalendar('A VEVENT has DTEND or DURATION.');
		const [from, to] = [instantIn(start, zone), instantIn(end, zone)];
		if (from !== null && to !== null && to < from) throw invalidCalendar('A VEVENT does not end before it begins.');
	}
	const repeats = event.lines.some((one) => nameOf(one) === 'RRULE');
	if (repeats && recurrenceOf(event, calendar, zone) === null) throw invalidCalendar('Nobody can read this RRULE.');
	if (event.lines.filter((one) => nameOf(one) === 'ATTENDEE').length > LIMITS.guests)
		throw new DavFailure(403, `At most ${LIMITS.guests} can be invited.`, caldav('max-attendees-per-instance'));
}

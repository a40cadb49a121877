import { type Component, instantIn, lineOf, momentIn, nameOf } from '@mana/dav/ical/index';
import { recurrenceOf } from '@mana/dav/ical/instances';
import { mainIn, occurrencesIn } from './event-object.ts';
import { readEvent, type SaidEvent } from './read-event.ts';

/** What a calendar takes: of bytes, what the field that keeps an object holds at least; of guests, what one event can have. */
export const LIMITS = { component: 'VEVENT', bytes: 100_000, guests: 1_000 } as const;

/** An event as a calendar object has it, with the occurrences that differ by what they would be without that. */
export interface WholeEvent {
	readonly said: SaidEvent;
	readonly occurrences: ReadonlyMap<string, SaidEvent>;
}

/** A calendar object that holds no event that could take place; `condition` is what RFC 4791 §5.3.2.1 calls that. */
export class BadEvent extends Error {
	override readonly name = 'BadEvent';
	readonly condition: 'valid-calendar-data' | 'valid-calendar-object-resource' | 'max-attendees-per-instance';

	constructor(condition: BadEvent['condition'], message: string) {
		super(message);
		this.condition = condition;
	}
}

/**
 * Reads a calendar object with one event and its changed occurrences.
 *
 * @param calendar with zones whose names we know (`withKnownZones`)
 * @param zone in which times are that name none
 * @throws BadEvent
 */
export function readWhole(calendar: Component, zone: string): WholeEvent {
	const version = lineOf(calendar, 'VERSION')?.value.trim();
	if (version !== undefined && version !== '2.0') throw bad(`iCalendar is of version 2.0, this of ${version}.`);
	const all = calendar.components.filter(({ name }) => name === 'VEVENT');
	for (const event of all) judge(event, calendar, zone);
	if (all.filter((event) => !lineOf(event, 'RECURRENCE-ID')).length > 1)
		throw new BadEvent('valid-calendar-object-resource', 'Two events have one UID.');
	const main = mainIn(calendar);
	if (!main) throw bad('There is no event in this.');
	const said = readEvent(main, zone);
	const occurrences = [...occurrencesIn(calendar, said.fields, zone)].map(
		([id, event]) => [id, readEvent(event, zone, said.fields)] as const,
	);
	return { said, occurrences: new Map(occurrences) };
}

/** @throws BadEvent for what is no event that could take place, or more than is kept */
function judge(event: Component, calendar: Component, zone: string): void {
	for (const name of ['DTSTART', 'DTEND', 'RECURRENCE-ID', 'UID', 'DURATION', 'STATUS', 'CLASS', 'SEQUENCE', 'ORGANIZER'])
		if (event.lines.filter((one) => nameOf(one) === name).length > 1) throw bad(`A VEVENT has ${name} once.`);
	const [start, end] = [lineOf(event, 'DTSTART'), lineOf(event, 'DTEND')];
	const begins = start && momentIn(start);
	if (!start || !begins) throw bad('A VEVENT begins at some time: DTSTART.');
	if (end) {
		const ends = momentIn(end);
		if (!ends) throw bad('DTEND is a date or a time.');
		if ((ends.form === 'day') !== (begins.form === 'day')) throw bad('DTSTART and DTEND are both dates or both times.');
		if (lineOf(event, 'DURATION')) throw bad('A VEVENT has DTEND or DURATION.');
		const [from, to] = [instantIn(start, zone), instantIn(end, zone)];
		if (from !== null && to !== null && to < from) throw bad('A VEVENT does not end before it begins.');
	}
	const repeats = event.lines.some((one) => nameOf(one) === 'RRULE');
	if (repeats && recurrenceOf(event, calendar, zone) === null) throw bad('Nobody can read this RRULE.');
	if (event.lines.filter((one) => nameOf(one) === 'ATTENDEE').length > LIMITS.guests)
		throw new BadEvent('max-attendees-per-instance', `At most ${LIMITS.guests} can be invited.`);
}

function bad(why: string): BadEvent {
	return new BadEvent('valid-calendar-data', why);
}

import { type Component, type ContentLine, escapeText, line, lineOf, nameOf, parameterOf } from '@mana/dav/ical/index';
import { momentLine } from '../ical/clock-lines.ts';
import { mainIn, occurrencesIn } from '../ical/event-object.ts';
import { readEvent } from '../ical/read-event.ts';

/** How much whoever has the address of a published calendar sees: events, or only when no time is left. */
export type Detail = 'all' | 'busy';

export interface Telling {
	readonly detail: Detail;
	/** What stands in place of a title that is not told. */
	readonly busy: string;
	/** A name for something that says nothing of it, always the same one. */
	blind(text: string): string;
	/** In which times are that name none (IANA). */
	readonly zone: string;
}

const whenLines = [
	'DTSTAMP',
	'SEQUENCE',
	'DTSTART',
	'DTEND',
	'DURATION',
	'RRULE',
	'RDATE',
	'EXDATE',
	'RECURRENCE-ID',
	'STATUS',
	'TRANSP',
];
// Everything else stays here: guests are other people's business, reminders would ring for strangers, and what a program keeps beside is nobody's.
const allLines = [
	...whenLines,
	'CREATED',
	'LAST-MODIFIED',
	'SUMMARY',
	'DESCRIPTION',
	'LOCATION',
	'GEO',
	'URL',
	'CATEGORIES',
	'COLOR',
];
const parameters = ['TZID', 'VALUE', 'RANGE', 'LANGUAGE'];

const openness = ['public', 'confidential', 'private'] as const;
type Openness = (typeof openness)[number];
/** How an event is told; `null`: not at all. */
type Form = 'all' | 'busy' | null;

/**
 * What of a calendar object leaves this Mana: nothing that is private (CLASS, RFC 5545 §3.8.1.3; a word that nobody knows means that, too),
 * of what is confidential only when it is, and of all else that, or also what. An occurrence is at most as open as its series; one that is
 * not told does not take place.
 */
export function toldEvents(calendar: Component, telling: Telling): Component[] {
	const main = mainIn(calendar);
	if (!main) return [];
	if (lineOf(main, 'RECURRENCE-ID')) return singleOccurrences(calendar, telling);
	const whole = opennessOf(main);
	if (whole === 'private') return [];
	const { fields } = readEvent(main, telling.zone);
	const occurrences = [...occurrencesIn(calendar, fields, telling.zone)].map(([occurrence, event]) => ({
		occurrence,
		event,
		form: formOf(event, whole, telling),
	}));
	const left = occurrences.filter(({ form }) => form === null);
	// What comes after such an occurrence is moved by it: without it nobody can say when.
	if (left.some(({ event }) => parameterOf(lineOf(event, 'RECURRENCE-ID')!, 'RANGE') !== undefined)) return [];
	const form = formOf(main, 'public', telling);
	const uid = uidIn(main);
	const told = [form, ...occurrences.map((one) => one.form)].includes('all') ? uid : telling.blind(uid);
	const own = occurrences.flatMap(({ event, occurrence, form: as }): Component[] => {
		if (as === null) return [];
		if (form !== null) return [written(event, as, told, telling)];
		// The series takes no time and is not told, so that this one stands by itself.
		return [without(written(event, as, telling.blind(`${uid} ${occurrence}`), telling), 'RECURRENCE-ID')];
	});
	if (form === null) return own;
	const series = written(main, form, told, telling);
	const except = left.map(({ event, occurrence }) => exceptLine(main, event, occurrence, fields.zone));
	return [{ ...series, lines: [...series.lines, ...except] }, ...own];
}

/** Of a series of which only occurrences are here, as of one to which somebody is invited now and then. */
function singleOccurrences(calendar: Component, telling: Telling): Component[] {
	const events = calendar.components
		.filter(({ name }) => name === 'VEVENT')
		.flatMap((event) => {
			const form = formOf(event, 'public', telling);
			return form === null ? [] : [{ event, form }];
		});
	const open = events.some(({ form }) => form === 'all');
	return events.map(({ event, form }) => written(event, form, open ? uidIn(event) : telling.blind(uidIn(event)), telling));
}

function formOf(event: Component, series: Openness, { detail, zone }: Telling): Form {
	const open = openness[Math.max(openness.indexOf(series), openness.indexOf(opennessOf(event)))];
	if (open === 'private') return null;
	if (open === 'public' && detail === 'all') return 'all';
	const { shows, status, length } = readEvent(event, zone).fields;
	return shows === 'free' || status === 'cancelled' || length === 0 ? null : 'busy';
}

function opennessOf(event: Component): Openness {
	const said = lineOf(event, 'CLASS')?.value.trim().toUpperCase() ?? '';
	if (said === '' || said === 'PUBLIC') return 'public';
	return said === 'CONFIDENTIAL' ? 'confidential' : 'private';
}

function written(event: Component, form: 'all' | 'busy', uid: string, { busy }: Telling): Component {
	const names = form === 'all' ? allLines : whenLines;
	const lines = event.lines.filter((one) => names.includes(nameOf(one))).map(bare);
	const title = form === 'all' ? [] : [line('SUMMARY', escapeText(busy))];
	return { name: 'VEVENT', lines: [line('UID', uid), ...lines, ...title], components: [] };
}

/** A line with those of its parameters that say how it is read. */
function bare(one: ContentLine): ContentLine {
	return { ...one, parameters: one.parameters.filter(({ name }) => parameters.includes(name.toUpperCase())) };
}

/** Takes an occurrence out of its series, written as the start of that is. */
function exceptLine(main: Component, event: Component, occurrence: string, clock: string | null): ContentLine {
	const [start, id] = [lineOf(main, 'DTSTART')!, bare(lineOf(event, 'RECURRENCE-ID')!)];
	const alike = parameterOf(start, 'TZID') === parameterOf(id, 'TZID') && start.value.trim().length === id.value.trim().length;
	return alike ? { ...id, name: 'EXDATE' } : momentLine('EXDATE', occurrence, clock);
}

function without(event: Component, name: string): Component {
	return { ...event, lines: event.lines.filter((one) => nameOf(one) !== name) };
}

/** As it is written, commas and all. */
function uidIn(event: Component): string {
	return lineOf(event, 'UID')?.value ?? '';
}

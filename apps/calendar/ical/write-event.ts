import {
	type Component,
	type ContentLine,
	dateTimeLine,
	durationOf,
	escapeText,
	line,
	lineOf,
	nameOf,
	sameNames,
	withLines,
} from '@mana/dav/ical/index';
import type { Event, Guest } from '../model.ts';
import { isMeeting } from '../meeting.ts';
import { momentOf, textOf } from '../moments.ts';
import { instantOfText, momentLine } from './clock-lines.ts';
import { addressIn, minutesOf, readEvent, type SaidEvent, type SaidFields } from './read-event.ts';
import { wallAt } from '@mana/time/zone';

/** A record with what stands in records of their own. */
export interface EventState {
	readonly event: Event;
	readonly uid: string;
	readonly guests: readonly Guest[];
	/** Names of its tags (CATEGORIES); `null`: they are others' words, and stay as they are. */
	readonly tags: readonly string[] | null;
	/** When it was written last, ms since 1970. */
	readonly changedAt: number;
	/** Of one occurrence: the series. */
	readonly series?: Event;
}

type Edit = (event: Component) => Component;

const set =
	(name: string, ...lines: readonly ContentLine[]): Edit =>
	(event) =>
		withLines(event, name, lines);

function optional(name: string, value: string | null, ...parameters: ContentLine['parameters']): Edit {
	return value === null ? set(name) : set(name, line(name, value, ...parameters));
}

/** A VEVENT with the lines changed that say something else than the record by now; the same one where nothing does. */
export function updated(component: Component, state: EventState, zone: string): Component {
	const said = readEvent(component, zone, state.series);
	const edits = editsOf(state, said, zone);
	return edits.length === 0 ? component : [...edits, ...stamps(state)].reduce((one, edit) => edit(one), component);
}

/** A VEVENT with nothing but what a record says. */
export function fresh(state: EventState, zone: string): Component {
	const { event, uid, series } = state;
	const empty: Component = { name: 'VEVENT', lines: [line('UID', escapeText(uid))], components: [] };
	const said = readEvent(empty, zone, series);
	const edits = [
		...(event.createdAt === null ? [] : [set('CREATED', dateTimeLine('CREATED', event.createdAt))]),
		...stamps(state),
		...(event.occurrence === null
			? []
			: [set('RECURRENCE-ID', momentLine('RECURRENCE-ID', event.occurrence, (series ?? event).zone))]),
		set('SUMMARY', line('SUMMARY', '')),
		...editsOf(state, said, zone),
	];
	return edits.reduce((one, edit) => edit(one), empty);
}

function stamps({ changedAt }: EventState): Edit[] {
	return ['DTSTAMP', 'LAST-MODIFIED'].map((name) => set(name, dateTimeLine(name, changedAt)));
}

/** A record's fields in the form in which they are read, to be compared. */
export function fieldsOfRecord(event: Event): SaidFields {
	return {
		title: event.title,
		notes: event.notes,
		place: event.place,
		url: event.url,
		meeting: event.meeting,
		start: event.start,
		length: event.length,
		zone: event.zone,
		endZone: event.endZone,
		repeat: event.repeat,
		status: event.status,
		shows: event.shows,
		privacy: event.privacy,
		travel: event.travel,
		organizer: event.organizer,
		occurrence: event.occurrence,
		extra: [...event.extra].toSorted(),
		except: [...event.except].toSorted(),
		reminders: [...event.reminders].toSorted(),
		sequence: event.sequence ?? 0,
	};
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

function editsOf(state: EventState, said: SaidEvent, zone: string): Edit[] {
	const { event, guests, tags } = state;
	const [now, was] = [fieldsOfRecord(event), said.fields];
	const differs = (...names: readonly (keyof SaidFields)[]) => names.some((name) => !same(now[name], was[name]));
	const edits: Edit[] = [];
	if (differs('title')) edits.push(set('SUMMARY', line('SUMMARY', escapeText(now.title))));
	if (differs('notes')) edits.push(optional('DESCRIPTION', now.notes === '' ? null : escapeText(now.notes)), set('X-ALT-DESC'));
	// What describes a place by coordinates or as an address is of the old one.
	if (differs('place'))
		edits.push(
			optional('LOCATION', now.place === '' ? null : escapeText(now.place)),
			set('GEO'),
			set('X-APPLE-STRUCTURED-LOCATION'),
		);
	if (differs('url')) edits.push(optional('URL', now.url === '' ? null : now.url));
	if (differs('meeting')) edits.push(conference(now.meeting));
	const moved = differs('start', 'length', 'zone', 'endZone');
	if (moved && now.start !== null) edits.push(times(now, zone));
	if (differs('repeat'))
		edits.push(set('RRULE', ...(now.repeat ?? '').split('\n').flatMap((rule) => (rule ? [line('RRULE', rule)] : []))));
	const recast = moved && (now.start?.length !== was.start?.length || now.zone !== was.zone);
	if (now.start !== null && (differs('extra') || (recast && now.extra.length > 0)))
		edits.push(dates('RDATE', now.extra, now.zone));
	if (now.start !== null && (differs('except') || (recast && now.except.length > 0)))
		edits.push(dates('EXDATE', now.except, now.zone));
	if (differs('status')) edits.push(set('STATUS', line('STATUS', now.status.toUpperCase())));
	if (differs('shows')) edits.push(optional('TRANSP', now.shows === 'free' ? 'TRANSPARENT' : 'OPAQUE'));
	if (differs('privacy')) edits.push(optional('CLASS', now.privacy === 'public' ? null : now.privacy.toUpperCase()));
	if (differs('travel'))
		edits.push(
			optional('X-APPLE-TRAVEL-DURATION', now.travel === 0 ? null : durationOf(now.travel * 60), {
				name: 'VALUE',
				values: ['DURATION'],
			}),
		);
	if (now.sequence > was.sequence) edits.push(set('SEQUENCE', line('SEQUENCE', String(now.sequence))));
	if (differs('reminders')) edits.push(alarms(now.reminders, zone));
	if (differs('organizer')) edits.push(organizer(now.organizer, guests));
	if (tags !== null && !sameNames(tags, said.tags))
		edits.push(optional('CATEGORIES', tags.length === 0 ? null : tags.map(escapeText).join(',')));
	if (!same(guestKeys(guests), guestKeys(said.guests))) edits.push(attendees(guests));
	return edits;
}

function guestKeys(guests: readonly Pick<Guest, 'address' | 'name' | 'kind' | 'role' | 'answer'>[]): string[] {
	return guests
		.map(({ address, name, kind, role, answer }) => [address.toLowerCase(), name, kind, role, answer].join('\n'))
		.toSorted();
}

/** DTSTART, and DTEND in the zone of the end. A DURATION in its place would say the same. */
function times({ start, length, zone, endZone }: SaidFields, viewer: string): Edit {
	return (event) => {
		const begins = set('DTSTART', momentLine('DTSTART', start!, zone))(event);
		return withLines(set('DTEND', endLine(start!, length, zone, endZone, viewer))(begins), 'DURATION', []);
	};
}

function endLine(start: string, length: number, zone: string | null, endZone: string | null, viewer: string): ContentLine {
	const moment = momentOf(start);
	if (moment.form === 'day') return momentLine('DTEND', textOf(moment.wall + length * 1_000, 'day'), null);
	const clock = endZone ?? zone;
	const end = (instantOfText(start, zone, viewer) ?? 0) + length * 1_000;
	return momentLine('DTEND', textOf(wallAt(clock ?? viewer, end), 'local'), clock);
}

/** The way in by a page; others, such as numbers to call, stay. */
function conference(address: string): Edit {
	return (event) => {
		const ways = event.lines.filter((one) => nameOf(one) === 'CONFERENCE');
		const before = ways.find(({ value }) => isMeeting(value.trim()));
		const said = parameters([['VALUE', 'URI']]);
		const own = address === '' ? [] : [line('CONFERENCE', address, ...said, { name: 'FEATURE', values: ['AUDIO', 'VIDEO'] })];
		const others = ways.filter((one) => one !== before);
		return withLines(withLines(event, 'X-GOOGLE-CONFERENCE', []), 'CONFERENCE', [...own, ...others]);
	};
}

function dates(name: string, values: readonly string[], zone: string | null): Edit {
	return set(name, ...values.map((value) => momentLine(name, value, zone)));
}

/** Alarms that remind at other times go, those that are missing come; what else there is stays as it is. */
function alarms(minutes: readonly string[], zone: string): Edit {
	return (event) => {
		const there = new Set<string>();
		const kept = event.components.filter((alarm) => {
			const own = minutesOf(alarm, event, zone);
			if (own === null) return true;
			there.add(own);
			return minutes.includes(own);
		});
		const made = minutes.filter((one) => !there.has(one)).map((one) => alarm(Number(one)));
		return { ...event, components: [...kept, ...made] };
	};
}

function alarm(minutesBefore: number): Component {
	const lines = [line('ACTION', 'DISPLAY'), line('DESCRIPTION', 'Reminder'), line('TRIGGER', durationOf(-minutesBefore * 60))];
	return { name: 'VALARM', lines, components: [] };
}

const words = {
	kind: { individual: null, group: 'GROUP', resource: 'RESOURCE', room: 'ROOM' },
	role: { required: null, optional: 'OPT-PARTICIPANT', chair: 'CHAIR', informed: 'NON-PARTICIPANT' },
	answer: { none: 'NEEDS-ACTION', accepted: 'ACCEPTED', declined: 'DECLINED', tentative: 'TENTATIVE', delegated: 'DELEGATED' },
} as const;

/** `mailto:` before what is an address of mail; another scheme stands by itself. */
export function calendarAddress(address: string): string {
	return /^[a-z][a-z0-9+.-]*:/i.test(address) ? address : `mailto:${address}`;
}

function organizer(address: string | null, guests: readonly Guest[]): Edit {
	if (address === null) return set('ORGANIZER');
	return (event) => {
		const before = lineOf(event, 'ORGANIZER');
		if (before && addressIn(before)?.toLowerCase() === address.toLowerCase()) return event;
		const name = guests.find((guest) => guest.address.toLowerCase() === address.toLowerCase())?.name ?? '';
		return withLines(event, 'ORGANIZER', [line('ORGANIZER', calendarAddress(address), ...parameters([['CN', name || null]]))]);
	};
}

/** The guests, each with the parameters that were there and are not ours to change. */
function attendees(guests: readonly Guest[]): Edit {
	return (event) => {
		const before = new Map(
			event.lines.filter((one) => nameOf(one) === 'ATTENDEE').map((one) => [addressIn(one)?.toLowerCase() ?? '', one]),
		);
		const place = new Map([...before.keys()].map((address, i) => [address, i]));
		const at = ({ address }: Guest) => place.get(address.toLowerCase()) ?? place.size;
		const inPlace = guests.toSorted((a, b) => at(a) - at(b) || (a.address < b.address ? -1 : 1));
		const lines = inPlace.map((guest) => {
			const own = before.get(guest.address.toLowerCase());
			const said = parameters([
				['CN', guest.name || null],
				['CUTYPE', words.kind[guest.kind]],
				['ROLE', words.role[guest.role]],
				['PARTSTAT', words.answer[guest.answer]],
			]);
			const ours = new Set(['CN', 'CUTYPE', 'ROLE', 'PARTSTAT']);
			const others = own?.parameters.filter(({ name }) => !ours.has(name.toUpperCase())) ?? [];
			// An answer that is there needs none any more.
			const left = guest.answer === 'none' ? others : others.filter(({ name }) => name.toUpperCase() !== 'RSVP');
			const asks = own || guest.answer !== 'none' ? [] : [{ name: 'RSVP', values: ['TRUE'] }];
			return line('ATTENDEE', own?.value ?? calendarAddress(guest.address), ...said, ...left, ...asks);
		});
		return withLines(event, 'ATTENDEE', lines);
	};
}

function parameters(pairs: readonly (readonly [string, string | null])[]): ContentLine['parameters'] {
	return pairs.flatMap(([name, value]) => (value === null ? [] : [{ name, values: [value] }]));
}

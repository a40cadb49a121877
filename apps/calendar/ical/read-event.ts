import { triggersOf } from '@mana/dav/ical/alarms';
import {
	type Component,
	type ContentLine,
	durationMs,
	instantIn,
	lineOf,
	momentIn,
	nameOf,
	parameterOf,
	textOf,
	textsOf,
	zoneOf,
} from '@mana/dav/ical/index';
import type { Event, Guest } from '../model.ts';
import { isMeeting } from '../meeting.ts';
import { onClockOf, startIn } from './clock-lines.ts';

const DAY_S = 86_400;

/** The fields of an event that a VEVENT has a word for. */
export type SaidFields = Pick<
	Event,
	| 'title'
	| 'notes'
	| 'place'
	| 'url'
	| 'meeting'
	| 'start'
	| 'length'
	| 'zone'
	| 'endZone'
	| 'repeat'
	| 'status'
	| 'shows'
	| 'privacy'
	| 'travel'
	| 'organizer'
	| 'occurrence'
> & {
	readonly extra: readonly string[];
	readonly except: readonly string[];
	readonly reminders: readonly string[];
	readonly sequence: number;
};

/** Somebody who is invited, as a VEVENT says it. */
export type SaidGuest = Pick<Guest, 'address' | 'name' | 'kind' | 'role' | 'answer'>;

/** What a VEVENT says, in the terms of an event. What an event cannot hold is cut, and stays whole in the object itself. */
export interface SaidEvent {
	readonly fields: SaidFields;
	readonly guests: readonly SaidGuest[];
	/** Addresses, in small letters, of those whom the program tells itself, or nobody does (SCHEDULE-AGENT, RFC 6638 §7.1). */
	readonly told: ReadonlySet<string>;
	/** Names of its tags (CATEGORIES). */
	readonly tags: readonly string[];
}

/** Longest texts and numbers of an event's fields; see `model.ts`. */
const longest = { title: 500, notes: 20_000, place: 500, url: 2_000, repeat: 2_000, address: 320, name: 120, tag: 60 } as const;
const [LONGEST_S, MOST_MINUTES] = [400_000_000, 1_440];
/** Dates besides, dates that fall out, reminders, guests: more of them stay in the object only. */
const MOST = 1_000;
/** Tags of one event at most. */
const MOST_TAGS = 50;

const statuses: Readonly<Record<string, Event['status']>> = { TENTATIVE: 'tentative', CANCELLED: 'cancelled' };
const privacies: Readonly<Record<string, Event['privacy']>> = { PRIVATE: 'private', CONFIDENTIAL: 'confidential' };
const kinds: Readonly<Record<string, Guest['kind']>> = { GROUP: 'group', RESOURCE: 'resource', ROOM: 'room' };
const roles: Readonly<Record<string, Guest['role']>> = {
	CHAIR: 'chair',
	'OPT-PARTICIPANT': 'optional',
	'NON-PARTICIPANT': 'informed',
};
const answers: Readonly<Record<string, Guest['answer']>> = {
	ACCEPTED: 'accepted',
	DECLINED: 'declined',
	TENTATIVE: 'tentative',
	DELEGATED: 'delegated',
};

/**
 * Reads a VEVENT of a calendar whose zones have names that we know.
 *
 * @param zone in which times are that name none we know
 * @param series the start and clock of the series that this is an occurrence of
 */
export function readEvent(event: Component, zone: string, series?: Pick<Event, 'start' | 'zone'>): SaidEvent {
	const text = (name: string): string => textOf(lineOf(event, name)?.value ?? '');
	const cut = (name: string, field: keyof typeof longest) => text(name).slice(0, longest[field]).toWellFormed();
	const started = lineOf(event, 'DTSTART');
	const begins = started && startIn(started, zone);
	const { start, zone: clock } = begins ?? { start: null, zone: null };
	const dates = (name: string) =>
		start === null
			? []
			: linesOf(event, name)
					.flatMap((one) => one.value.split(',').map((value) => ({ ...one, value: value.split('/')[0]! })))
					.flatMap((one) => onClockOf(one, start, clock, zone) ?? [])
					.slice(0, MOST);
	const id = lineOf(event, 'RECURRENCE-ID');
	const from = series?.start ?? start;
	const ends = lineOf(event, 'DTEND');
	const endZone = ends && momentIn(ends)?.form === 'local' ? zoneOf(ends) : null;
	const rules = linesOf(event, 'RRULE')
		.map(({ value }) => value.trim())
		.join('\n');
	return {
		fields: {
			title: cut('SUMMARY', 'title'),
			notes: cut('DESCRIPTION', 'notes'),
			place: cut('LOCATION', 'place'),
			url: (lineOf(event, 'URL')?.value ?? '').trim().slice(0, longest.url),
			meeting: meetingIn(event),
			start,
			length: lengthOf(event, zone),
			zone: clock,
			endZone: endZone !== null && endZone !== clock ? endZone : null,
			repeat: rules === '' || rules.length > longest.repeat ? null : rules,
			extra: unique(dates('RDATE')),
			except: unique(dates('EXDATE')),
			status: statuses[text('STATUS').trim().toUpperCase()] ?? 'confirmed',
			shows: text('TRANSP').trim().toUpperCase() === 'TRANSPARENT' ? 'free' : 'busy',
			privacy: privacies[text('CLASS').trim().toUpperCase()] ?? 'public',
			reminders: unique(remindersIn(event, zone)),
			travel: Math.min(
				MOST_MINUTES,
				Math.max(0, Math.round((durationMs(lineOf(event, 'X-APPLE-TRAVEL-DURATION')?.value) ?? 0) / 60_000)),
			),
			organizer: addressIn(lineOf(event, 'ORGANIZER')),
			sequence: Math.min(2_000_000_000, Math.max(0, Math.trunc(Number(lineOf(event, 'SEQUENCE')?.value ?? 0)) || 0)),
			occurrence: id && from !== null ? onClockOf(id, from, series ? series.zone : clock, zone) : null,
		},
		guests: guestsIn(event),
		told: toldIn(event),
		tags: tagsIn(event),
	};
}

/** Where one meets: what leads to a page, of the ways in that there are; Google wrote it by a name of its own. */
function meetingIn(event: Component): string {
	const lines = [...linesOf(event, 'CONFERENCE'), ...linesOf(event, 'X-GOOGLE-CONFERENCE')];
	const found = lines.map(({ value }) => value.trim()).find(isMeeting) ?? '';
	return found.length > longest.url ? '' : found;
}

/** Names of tags as they are kept, each once whatever the case. */
function tagsIn(event: Component): string[] {
	const names = linesOf(event, 'CATEGORIES')
		.flatMap(({ value }) => textsOf(value))
		.map((name) => name.trim().slice(0, longest.tag).toWellFormed())
		.filter((name) => name !== '');
	return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()].slice(0, MOST_TAGS);
}

/** How long it lasts in seconds that pass (RFC 5545 §3.6.1): of days whole ones, one where nothing is said. */
function lengthOf(event: Component, zone: string): number {
	const [start, end] = [lineOf(event, 'DTSTART'), lineOf(event, 'DTEND')];
	const days = start !== undefined && momentIn(start)?.form === 'day';
	// Days are told apart on a clock that is never put on.
	const at = (one: ContentLine | undefined) => (one ? instantIn(one, days ? 'UTC' : zone) : null);
	const [from, to] = [at(start), at(end)];
	const said = durationMs(lineOf(event, 'DURATION')?.value);
	const seconds = from !== null && to !== null ? (to - from) / 1_000 : said === null ? 0 : said / 1_000;
	const least = days ? Math.max(DAY_S, Math.round(seconds / DAY_S) * DAY_S) : Math.max(0, Math.round(seconds));
	return Math.min(LONGEST_S, least);
}

/** Minutes before the start at which something is shown or sounds; what is no whole minute, or sends mail, stays in the object only. */
export function remindersIn(event: Component, zone: string): string[] {
	return event.components.flatMap((alarm) => minutesOf(alarm, event, zone) ?? []).slice(0, MOST);
}

/** Minutes before the start of an event, as text; `null` for an alarm that is no reminder of ours. */
export function minutesOf(alarm: Component, event: Component, zone: string): string | null {
	if (alarm.name !== 'VALARM' || !['DISPLAY', 'AUDIO'].includes(lineOf(alarm, 'ACTION')?.value.trim().toUpperCase() ?? ''))
		return null;
	// Apple writes an alarm in the past where somebody wants none of its own.
	if (lineOf(alarm, 'X-APPLE-DEFAULT-ALARM')?.value.toUpperCase() === 'TRUE' && lineOf(alarm, 'ACTION')?.value === 'NONE')
		return null;
	const start = lineOf(event, 'DTSTART');
	const from = start ? instantIn(start, zone) : null;
	if (from === null) return null;
	const [at] = triggersOf(alarm, { from, to: from + lengthOf(event, zone) * 1_000 }, zone);
	const minutes = at === undefined ? Number.NaN : (from - at) / 60_000;
	return Number.isInteger(minutes) && Math.abs(minutes) <= LONGEST_S ? String(minutes === 0 ? 0 : minutes) : null;
}

function guestsIn(event: Component): SaidGuest[] {
	const said = linesOf(event, 'ATTENDEE').flatMap((one): SaidGuest[] => {
		const address = addressIn(one);
		const word = (name: string) => (parameterOf(one, name) ?? '').toUpperCase();
		if (address === null) return [];
		return [
			{
				address,
				name: (parameterOf(one, 'CN') ?? '').slice(0, longest.name).toWellFormed(),
				kind: kinds[word('CUTYPE')] ?? 'individual',
				role: roles[word('ROLE')] ?? 'required',
				answer: answers[word('PARTSTAT')] ?? 'none',
			},
		];
	});
	return [...new Map(said.map((one) => [one.address.toLowerCase(), one])).values()].slice(0, MOST);
}

function toldIn(event: Component): Set<string> {
	const told = linesOf(event, 'ATTENDEE').filter((one) =>
		['CLIENT', 'NONE'].includes((parameterOf(one, 'SCHEDULE-AGENT') ?? '').toUpperCase()),
	);
	return new Set(told.map((one) => addressIn(one)?.toLowerCase() ?? ''));
}

/** A calendar address without `mailto:`; another scheme stays. */
export function addressIn(one: ContentLine | undefined): string | null {
	const value = one?.value.trim() ?? '';
	const address = /^mailto:/i.test(value) ? decodeURIComponentSafely(value.slice(7)) : value;
	return address === '' || address.length > longest.address ? null : address;
}

function decodeURIComponentSafely(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch (error) {
		if (error instanceof URIError) return text;
		throw error;
	}
}

function linesOf(event: Component, name: string): ContentLine[] {
	return event.lines.filter((one) => nameOf(one) === name);
}

function unique(values: readonly string[]): string[] {
	return [...new Set(values)].toSorted();
}

import {
	type Component,
	dateTimeLine,
	escapeText,
	line,
	lineOf,
	nameOf,
	parameterOf,
	parseCalendar,
	withLines,
	writeComponent,
} from '@mana/dav/ical/index';
import { createHash } from 'node:crypto';
import { momentLine } from '../ical/clock-lines.ts';
import { complete, objectOf, type ObjectState } from '../ical/event-object.ts';
import { addressIn } from '../ical/read-event.ts';
import { calendarAddress, fresh } from '../ical/write-event.ts';
import type { Event, Guest } from '../model.ts';
import type { Whole } from '../whole.server.ts';

/** Whoever writes, as a calendar message names them. */
export interface Sender {
	readonly address: string;
	readonly name: string;
}

/** What one guest is invited to: the event, without the occurrences that are not theirs; `null`: nothing (any more). */
export function shareOf({ event, guests, occurrences }: Whole, address: string, changedAt: number): ObjectState | null {
	if (event.deletedAt !== null || event.start === null || event.status === 'cancelled') return null;
	const live = (all: readonly Guest[]) => all.filter(({ deletedAt, address: one }) => deletedAt === null && one !== '');
	const has = (all: readonly Guest[]) => live(all).some((one) => one.address.toLowerCase() === address);
	const uid = event.uid || event.id;
	const own = occurrences.filter(
		({ event: one }) => one.deletedAt === null && one.start !== null && one.occurrence !== null && one.status !== 'cancelled',
	);
	// A page writes who is invited into the series; a program repeats it in each occurrence.
	const everybody = live(guests);
	// Tags are words of one's own: nobody is told them.
	const parts = own.map((one) => ({ event: plain(one.event), guests: live(one.guests), tags: [] }));
	const theirs = parts
		.filter((one) => (one.guests.length === 0 ? has(everybody) : has(one.guests)))
		.map((one) => ({ ...one, guests: one.guests.length === 0 ? everybody : one.guests, uid, changedAt, series: event }));
	if (!has(everybody)) {
		if (theirs.length === 0) return null;
		return { event: plain(event), guests: [], tags: [], uid, changedAt, occurrences: theirs };
	}
	const kept = new Set(theirs.map((one) => one.event.occurrence));
	const left = occurrences.flatMap(({ event: one }) =>
		one.deletedAt === null && one.occurrence !== null && !kept.has(one.occurrence) ? [one.occurrence] : [],
	);
	const series = { ...plain(event), except: new Set([...event.except, ...left]) };
	return { event: series, guests: everybody, tags: [], uid, changedAt, occurrences: theirs };
}

/** What is nobody else's: reminders, the way there, and what programs of the owner's keep beside it. */
function plain(event: Event): Event {
	return { ...event, calendarObject: '', reminders: new Set(), travel: 0, calendarName: '' };
}

/** What an occurrence has as its series does, where nobody changed it. */
const OF_SERIES = ['title', 'length', 'zone', 'endZone', 'place', 'meeting'] as const satisfies readonly (keyof Event)[];

/** Tells one state of a guest's share from another, in what they have to hear of (RFC 5546 §2.1.4). */
export function fingerprint(share: ObjectState): string {
	const said = ({ title, start, length, zone, endZone, repeat, extra, except, place, occurrence, meeting }: Event) => [
		[title, start, length, zone, endZone, repeat, place, occurrence],
		[...extra].toSorted(),
		[...except].toSorted(),
		// Said only where there is one, so that what was told before there were meetings is as it was.
		...(meeting === '' ? [] : [meeting]),
	];
	// An occurrence that is as its series has it has its own record for what guests answer: nobody has to hear of that.
	const differing = share.occurrences.filter(
		({ event }) =>
			share.guests.length === 0 ||
			event.start !== event.occurrence ||
			OF_SERIES.some((name) => event[name] !== share.event[name]),
	);
	const parts = [share.guests.length > 0, said(share.event), differing.map(({ event }) => said(event))];
	return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}

/** An invitation as calendar programs read it (RFC 5546 §3.2.2). */
export function requestOf(share: ObjectState, sender: Sender, sequence: number, zone: string): string {
	const calendar = parseCalendar(new TextEncoder().encode(objectOf(share, zone)));
	const events = calendar.components.filter(({ name }) => name === 'VEVENT');
	// Somebody who is invited to single occurrences only does not hear of the rest.
	const shown = share.guests.length > 0 ? events : events.filter((one) => lineOf(one, 'RECURRENCE-ID'));
	return message('REQUEST', [
		...calendar.components.filter(({ name }) => name === 'VTIMEZONE'),
		...shown.map((one) => stamped(one, sender, sequence)),
	]);
}

/** Takes back what a guest was told last (RFC 5546 §3.2.5). @param told the message of that */
export function cancelOf(told: string, address: string, sequence: number, now: number): string {
	const calendar = parseCalendar(new TextEncoder().encode(told));
	const kept = ['UID', 'RECURRENCE-ID', 'ORGANIZER', 'DTSTART', 'DTEND', 'SUMMARY', 'LOCATION'];
	const events = calendar.components
		.filter(({ name }) => name === 'VEVENT')
		.map((event): Component => {
			const lines = event.lines.filter(
				(one) =>
					kept.includes(nameOf(one)) || (nameOf(one) === 'ATTENDEE' && addressIn(one)?.toLowerCase() === address.toLowerCase()),
			);
			const said = [line('STATUS', 'CANCELLED'), line('SEQUENCE', String(sequence)), dateTimeLine('DTSTAMP', now)];
			return { name: 'VEVENT', lines: [...lines, ...said], components: [] };
		});
	const series = events.filter((one) => !lineOf(one, 'RECURRENCE-ID'));
	const zones = calendar.components.filter(({ name }) => name === 'VTIMEZONE');
	return message('CANCEL', [...zones, ...(series.length > 0 ? series : events)]);
}

/** What somebody answers to whoever invites them (RFC 5546 §3.2.3). @property occurrence left out: all of it */
export interface Answer {
	readonly event: Event;
	readonly guest: Pick<Guest, 'answer' | 'comment' | 'address' | 'name'>;
	readonly series: Event;
}

const partstat = {
	none: 'NEEDS-ACTION',
	accepted: 'ACCEPTED',
	declined: 'DECLINED',
	tentative: 'TENTATIVE',
	delegated: 'DELEGATED',
};

export function replyOf(answers: readonly Answer[], organizer: string, now: number): string {
	return message(
		'REPLY',
		answers.map(({ event, guest, series }): Component => {
			const name = guest.name === '' ? [] : [{ name: 'CN', values: [guest.name] }];
			return {
				name: 'VEVENT',
				lines: [
					line('UID', escapeText(series.uid || series.id)),
					dateTimeLine('DTSTAMP', now),
					...(event.occurrence === null ? [] : [momentLine('RECURRENCE-ID', event.occurrence, series.zone)]),
					line('ORGANIZER', calendarAddress(organizer)),
					line('ATTENDEE', calendarAddress(guest.address), ...name, { name: 'PARTSTAT', values: [partstat[guest.answer]] }),
					line('SEQUENCE', String(event.sequence ?? 0)),
					...(event.start === null ? [] : [momentLine('DTSTART', event.start, event.zone)]),
					line('SUMMARY', escapeText(event.title)),
					...(guest.comment === '' ? [] : [line('COMMENT', escapeText(guest.comment))]),
				],
				components: [],
			};
		}),
	);
}

/**
 * Asks whoever invites for another time (RFC 5546 §3.2.7).
 *
 * @param about the event, or of a series the occurrence that it is about, as it is now
 * @param zone in which times are that name none
 */
export function counterOf(about: Event, series: Event, guest: Guest, now: number, zone: string): string {
	const { proposedStart: start, proposedLength: length, proposedZone: clocks, proposedOccurrence: occurrence } = guest;
	const once = occurrence === null ? {} : { occurrence, repeat: null, extra: new Set<string>(), except: new Set<string>() };
	const event = { ...plain(about), start, length: length ?? about.length, zone: clocks, endZone: null, ...once };
	const state = { event, uid: series.uid || series.id, guests: [guest], tags: [], changedAt: now };
	const asked = fresh(occurrence === null ? state : { ...state, series }, zone);
	const lines = [...asked.lines, ...(guest.comment === '' ? [] : [line('COMMENT', escapeText(guest.comment))])];
	return writeComponent(complete(calendarWith('COUNTER', [{ ...asked, lines }]), event));
}

/** Tells a guest that the time they proposed is not taken (RFC 5546 §3.2.8). */
export function declineOf(event: Event, guest: Guest, { address, name }: Sender, now: number): string {
	const { proposedStart: start, proposedZone: zone, proposedOccurrence: occurrence } = guest;
	const lines = [
		line('UID', escapeText(event.uid || event.id)),
		dateTimeLine('DTSTAMP', now),
		...(occurrence === null ? [] : [momentLine('RECURRENCE-ID', occurrence, event.zone)]),
		line('ORGANIZER', calendarAddress(address), ...(name === '' ? [] : [{ name: 'CN', values: [name] }])),
		line('ATTENDEE', calendarAddress(guest.address), { name: 'PARTSTAT', values: [partstat[guest.answer]] }),
		line('SEQUENCE', String(event.sequence ?? 0)),
		...(start === null ? [] : [momentLine('DTSTART', start, zone)]),
		line('SUMMARY', escapeText(event.title)),
	];
	return message('DECLINECOUNTER', [{ name: 'VEVENT', lines, components: [] }]);
}

type Method = 'REQUEST' | 'REPLY' | 'CANCEL' | 'COUNTER' | 'DECLINECOUNTER';

function message(method: Method, components: readonly Component[]): string {
	return writeComponent(calendarWith(method, components));
}

function calendarWith(method: Method, components: readonly Component[]): Component {
	const lines = [line('VERSION', '2.0'), line('PRODID', '-//Mana//Calendar//EN'), line('METHOD', method)];
	return { name: 'VCALENDAR', lines, components };
}

function stamped(event: Component, { address, name }: Sender, sequence: number): Component {
	const organizer = line('ORGANIZER', calendarAddress(address), ...(name === '' ? [] : [{ name: 'CN', values: [name] }]));
	const asked = event.lines.map((one) =>
		nameOf(one) === 'ATTENDEE' && parameterOf(one, 'PARTSTAT')?.toUpperCase() === 'NEEDS-ACTION' && !parameterOf(one, 'RSVP')
			? { ...one, parameters: [...one.parameters, { name: 'RSVP', values: ['TRUE'] }] }
			: one,
	);
	const lines = withLines({ ...event, lines: asked, components: [] }, 'SEQUENCE', [line('SEQUENCE', String(sequence))]);
	return withLines(lines, 'ORGANIZER', [organizer]);
}

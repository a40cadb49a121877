import { caldav, freeBusy } from '@mana/dav/caldav/index';
import { type Content, dav, DavFailure, type Document, element, writeXml, type XmlElement } from '@mana/dav/index';
import {
	BadCalendar,
	type Component,
	type ContentLine,
	instantIn,
	line,
	lineOf,
	nameOf,
	parseCalendar,
	textOf,
	withKnownZones,
	writeComponent,
} from '@mana/dav/ical/index';
import { Member, type RecordTables, type RecordTreeParts } from '@mana/dav/records/index';
import type { MemberWriter } from '@mana/service/projection/index';
import type { SpaceId } from '@mana/sync';
import { addressIn } from '../ical/read-event.ts';
import { countersIn } from '../mail/received.server.ts';
import { guests } from '../model.ts';
import type { CalendarUsers } from '../users.server.ts';
import { wholeOf } from '../whole.server.ts';
import { busyOf } from './busy.server.ts';
import { eventsOf } from './kind.server.ts';

export interface OutboxParts extends RecordTreeParts {
	readonly users: CalendarUsers;
	readonly writer: MemberWriter<RecordTables>;
	readonly clock: { now(): number };
	readonly zone: string;
}

/** So many people are asked at once when they are free, for so long a time. */
const MOST_ASKED = 200;
const LONGEST_MS = 400 * 86_400_000;

/**
 * What a program sends by the outbox of its person: who is free (RFC 6638 §5), or to whoever invites another time for their event. Everything
 * else goes out by itself when it is written.
 */
export async function posted(parts: OutboxParts, { bytes, type }: Content): Promise<Document> {
	if (!/^text\/calendar\b/i.test(type ?? ''))
		throw new DavFailure(415, 'Ask with text/calendar.', caldav('supported-calendar-data'));
	const calendar = calendarIn(bytes);
	const method = lineOf(calendar, 'METHOD')?.value.trim().toUpperCase();
	const [question] = calendar.components.filter(({ name }) => name === 'VFREEBUSY');
	const events = calendar.components.filter(({ name }) => name === 'VEVENT');
	const asked = method === 'REQUEST' && question ? await whoIsFree(parts, question) : null;
	const answers = asked ?? (method === 'COUNTER' && events[0] ? [await countered(parts, events[0], events)] : null);
	if (answers === null)
		throw new DavFailure(
			400,
			'What is posted here is a VFREEBUSY with METHOD:REQUEST, or a VEVENT with METHOD:COUNTER.',
			caldav('valid-scheduling-message'),
		);
	return { type: 'application/xml; charset=utf-8', text: writeXml(element(caldav('schedule-response'), ...answers)) };
}

function calendarIn(bytes: Uint8Array): Component {
	try {
		return withKnownZones(parseCalendar(bytes));
	} catch (error) {
		if (error instanceof BadCalendar) throw new DavFailure(400, error.message, caldav('valid-calendar-data'));
		throw error;
	}
}

/** A guest asks whoever invites for another time (RFC 5546 §3.2.7): written beside their name, as if they had asked on a page. */
async function countered(parts: OutboxParts, first: Component, all: readonly Component[]): Promise<XmlElement> {
	const { db, grant, memberships, writer, zone, clock } = parts;
	const { id, email } = grant.person;
	const own = memberships.personalSpace(id) as SpaceId | null;
	const organizer = lineOf(first, 'ORGANIZER');
	const host = organizer && addressIn(organizer)?.toLowerCase();
	if (!organizer || host === email.toLowerCase())
		throw new DavFailure(403, 'ORGANIZER is whoever invites you.', caldav('organizer-allowed'));
	const uid = textOf(lineOf(first, 'UID')?.value ?? '').trim();
	const [placed] = own === null || uid === '' ? [] : await eventsOf(db, own, { uids: [uid] });
	const whole = placed && own !== null ? await wholeOf(db, own, placed.row.id) : null;
	const theirs =
		whole && whole.event.deletedAt === null && whole.event.organizer?.toLowerCase() === host
			? countersIn(whole, all, zone, clock.now()).filter(({ guest }) => guest.address.toLowerCase() === email.toLowerCase())
			: [];
	if (own === null || theirs.length === 0)
		throw new DavFailure(
			403,
			'You are invited to no such event, or ATTENDEE does not name you, or DTSTART is missing.',
			caldav('valid-scheduling-message'),
		);
	await new Member(writer, grant, caldav('valid-calendar-data')).write(own, (tx) => {
		for (const { guest, draft } of theirs) tx.update(guests, guest.id, draft);
	});
	return responseOf(organizer, '2.0;Success');
}

function responseOf(recipient: ContentLine, status: string, ...more: readonly XmlElement[]): XmlElement {
	return element(
		caldav('response'),
		element(caldav('recipient'), element(dav('href'), recipient.value)),
		element(caldav('request-status'), status),
		...more,
	);
}

/** Answers a VFREEBUSY request for each of those who are asked (RFC 6638 §5). Of others one learns when they are busy, and nothing else. */
async function whoIsFree(parts: OutboxParts, request: Component): Promise<XmlElement[]> {
	const { start, end, organizer, attendees, uid } = questionIn(request);
	if (addressIn(organizer)?.toLowerCase() !== parts.grant.person.email.toLowerCase())
		throw new DavFailure(403, 'Ask in your own name: ORGANIZER is your address.', caldav('organizer-allowed'));
	const span = { from: start, to: end };
	const people = await parts.users.byAddress(attendees.map((one) => addressIn(one) ?? ''));
	return Promise.all(
		attendees.map(async (attendee) => {
			const address = addressIn(attendee);
			const person = address === null ? undefined : people.get(address.toLowerCase());
			if (!person) return responseOf(attendee, '3.7;Invalid calendar user');
			const busy = await busyOf(parts, person, span);
			const free = freeBusy(busy, span, parts.clock.now(), [uid, organizer, attendee]);
			const reply: Component = {
				name: 'VCALENDAR',
				lines: [line('VERSION', '2.0'), line('PRODID', '-//Mana//Calendar//EN'), line('METHOD', 'REPLY')],
				components: [free],
			};
			return responseOf(attendee, '2.0;Success', element(caldav('calendar-data'), writeComponent(reply)));
		}),
	);
}

function questionIn(request: Component) {
	const [organizer, uid] = [lineOf(request, 'ORGANIZER'), lineOf(request, 'UID')];
	const at = (name: string) => {
		const one = lineOf(request, name);
		return one ? instantIn(one, 'UTC') : null;
	};
	const [start, end] = [at('DTSTART'), at('DTEND')];
	const attendees = request.lines.filter((one) => nameOf(one) === 'ATTENDEE');
	if (
		!organizer ||
		!uid ||
		start === null ||
		end === null ||
		end <= start ||
		end - start > LONGEST_MS ||
		attendees.length > MOST_ASKED
	)
		throw new DavFailure(
			400,
			'The question has a UID, an ORGANIZER, a start and an end after it.',
			caldav('valid-scheduling-message'),
		);
	return { start, end, organizer, uid, attendees };
}

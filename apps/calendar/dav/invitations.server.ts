import { caldav, calendarData, freeBusy } from '@mana/dav/caldav/index';
import { type Content, dav, DavFailure, type DavPath, type DavResource, type Document, element, writeXml } from '@mana/dav/index';
import {
	BadCalendar,
	type Component,
	instantIn,
	line,
	lineOf,
	nameOf,
	parseCalendar,
	writeComponent,
} from '@mana/dav/ical/index';
import { byName, PRINCIPALS, type RecordTreeParts, rowsOf, type SpecialCollection } from '@mana/dav/records/index';
import type { SpaceId } from '@mana/sync';
import type { CalendarUsers } from '../users.server.ts';
import { busyOf } from './busy.server.ts';
import { CALENDARS, segmentOf } from './calendars.server.ts';
import { eventsOf } from './kind.server.ts';
import { objectOf } from '../ical/event-object.ts';
import { addressIn } from '../ical/read-event.ts';
import { counterOf, declineOf } from '../mail/message.server.ts';
import { guests } from '../model.ts';
import { openProposal } from '../proposals.ts';
import { aboutOf, wholeOf } from '../whole.server.ts';
import { statesOf } from './states.server.ts';

export interface InvitationParts extends RecordTreeParts {
	readonly users: CalendarUsers;
	readonly clock: { now(): number };
	readonly zone: string;
	/** Invitations that a program has taken out of somebody's inbox. */
	readonly dismissed: Set<string>;
}

/** Names of the two collections of a person by which invitations come and go (RFC 6638 §2). */
export const inboxOf = (person: string): string => `${person}-inbox`;
export const outboxOf = (person: string): string => `${person}-outbox`;

/** So many people are asked at once when they are free, for so long a time. */
const MOST_ASKED = 200;
const LONGEST_MS = 400 * 86_400_000;

/**
 * Where invitations come in and where one asks who is free. What a guest has not answered yet is in the inbox; it is in their calendar already.
 * So are the times that guests propose, and what became of one’s own proposals.
 */
export function invitationCollections(parts: InvitationParts): ReadonlyMap<string, SpecialCollection> {
	const { id } = parts.grant.person;
	const own = parts.memberships.personalSpace(id) as SpaceId | null;
	const defaultCalendar =
		own === null
			? []
			: [element(caldav('schedule-default-calendar-URL'), element(dav('href'), parts.hrefOf([CALENDARS, segmentOf(own, null)])))];
	return new Map<string, SpecialCollection>([
		[
			inboxOf(id),
			{
				types: [caldav('schedule-inbox')],
				properties: [element(dav('displayname'), 'Inbox'), ...defaultCalendar],
				files: async (path) => {
					const messages = own === null ? [] : [...(await unanswered(parts, own)), ...(await proposals(parts, own))];
					return messages
						.filter(({ name, etag }) => !parts.dismissed.has(`${id} ${name} ${etag}`))
						.map((one) => fileOf(parts, path, one));
				},
				async remove({ path, etag }) {
					parts.dismissed.add(`${id} ${path[2]} ${etag}`);
				},
			},
		],
		[
			outboxOf(id),
			{
				types: [caldav('schedule-outbox')],
				properties: [element(dav('displayname'), 'Outbox')],
				files: async () => [],
				async remove() {
					throw new DavFailure(403, 'What was sent is gone already.');
				},
				post: (content) => whoIsFree(parts, content),
			},
		],
	]);
}

/** What stands in an inbox: a message (RFC 5546) that is made of the records each time, and changes with them. */
interface InboxMessage {
	readonly name: string;
	readonly etag: string;
	readonly method: 'REQUEST' | 'COUNTER' | 'DECLINECOUNTER';
	readonly text: string;
	/** ms since 1970 */
	readonly createdAt: number | null;
	readonly modifiedAt: number;
}

/** Invitations that wait for an answer, as requests. */
async function unanswered(parts: InvitationParts, own: SpaceId): Promise<InboxMessage[]> {
	const { db, grant, zone } = parts;
	const address = grant.person.email.toLowerCase();
	const mine = await eventsOf(db, own, {});
	const invited = mine.filter(
		({ row }) => row.organizer !== null && row.organizer.toLowerCase() !== address && row.status !== 'cancelled',
	);
	const states = await statesOf(db, own, invited);
	return states.flatMap((state, i): InboxMessage[] => {
		const waits = [state, ...state.occurrences].some(({ guests }) =>
			guests.some((guest) => guest.address.toLowerCase() === address && guest.answer === 'none'),
		);
		const { seq, changedAt } = invited[i]!;
		if (!waits) return [];
		const calendar = parseCalendar(new TextEncoder().encode(objectOf(state, zone)));
		const text = writeComponent({ ...calendar, lines: [...calendar.lines, line('METHOD', 'REQUEST')] });
		const { id, createdAt } = state.event;
		return [{ name: `${id}.ics`, etag: `"inbox.${seq}"`, method: 'REQUEST', text, createdAt, modifiedAt: changedAt }];
	});
}

/** The times that guests would like of what one invites to, and those that one asked for and does not get (RFC 6638 §4.1). */
async function proposals({ db, grant, zone }: InvitationParts, own: SpaceId): Promise<InboxMessage[]> {
	const me = grant.person.email.toLowerCase();
	const asking = (await rowsOf(db, [own], guests)).filter(({ row }) => row.deletedAt === null && row.proposedStart !== null);
	const messages = await Promise.all(
		asking.map(async ({ row: guest }): Promise<InboxMessage | null> => {
			const whole = await wholeOf(db, own, guest.id);
			const about = whole && whole.event.deletedAt === null ? aboutOf(whole, guest.proposedOccurrence) : null;
			const organizer = whole?.event.organizer ?? null;
			// What has been moved since is not what they spoke of.
			if (!whole || !about || organizer === null || !openProposal({ ...guest, proposal: 'open' }, about)) return null;
			const [at, mine] = [guest.proposedAt ?? 0, guest.address.toLowerCase() === me];
			const told = { createdAt: at, modifiedAt: at };
			if (organizer.toLowerCase() === me && guest.proposal === 'open') {
				const text = counterOf(about, whole.event, guest, at, zone);
				return { ...told, name: `counter-${guest.id}.ics`, etag: `"counter.${at}"`, method: 'COUNTER', text };
			}
			if (!mine || organizer.toLowerCase() === me || guest.proposal !== 'declined') return null;
			const text = declineOf(whole.event, guest, { address: organizer, name: '' }, at);
			return { ...told, name: `declined-${guest.id}.ics`, etag: `"declined.${at}"`, method: 'DECLINECOUNTER', text };
		}),
	);
	return messages.filter((one) => one !== null);
}

function fileOf({ grant }: InvitationParts, path: DavPath, { name, method, text, ...told }: InboxMessage): DavResource {
	return {
		...told,
		path: [...path, name],
		kind: 'file',
		access: 'write',
		type: `text/calendar; charset=utf-8; component=vevent; method=${method}`,
		bytes: Buffer.byteLength(text),
		owner: [PRINCIPALS, grant.person.id],
		properties: byName([element(calendarData, text)]),
	};
}

/** Answers a VFREEBUSY request for each of those who are asked (RFC 6638 §5). Of others one learns when they are busy, and nothing else. */
async function whoIsFree(parts: InvitationParts, { bytes, type }: Content): Promise<Document> {
	if (!/^text\/calendar\b/i.test(type ?? ''))
		throw new DavFailure(415, 'Ask with text/calendar.', caldav('supported-calendar-data'));
	const asked = questionIn(bytes);
	const { start, end, organizer, attendees, uid } = asked;
	if (addressIn(organizer)?.toLowerCase() !== parts.grant.person.email.toLowerCase())
		throw new DavFailure(403, 'Ask in your own name: ORGANIZER is your address.', caldav('organizer-allowed'));
	const span = { from: start, to: end };
	const people = await parts.users.byAddress(attendees.map((one) => addressIn(one) ?? ''));
	const answers = await Promise.all(
		attendees.map(async (attendee) => {
			const address = addressIn(attendee);
			const person = address === null ? undefined : people.get(address.toLowerCase());
			const recipient = element(caldav('recipient'), element(dav('href'), attendee.value));
			if (!person) return element(caldav('response'), recipient, element(caldav('request-status'), '3.7;Invalid calendar user'));
			const busy = await busyOf(parts, person, span);
			const free = freeBusy(busy, span, parts.clock.now(), [uid, organizer, attendee]);
			const reply: Component = {
				name: 'VCALENDAR',
				lines: [line('VERSION', '2.0'), line('PRODID', '-//Mana//Calendar//EN'), line('METHOD', 'REPLY')],
				components: [free],
			};
			return element(
				caldav('response'),
				recipient,
				element(caldav('request-status'), '2.0;Success'),
				element(caldav('calendar-data'), writeComponent(reply)),
			);
		}),
	);
	return { type: 'application/xml; charset=utf-8', text: writeXml(element(caldav('schedule-response'), ...answers)) };
}

function questionIn(bytes: Uint8Array) {
	let calendar: Component;
	try {
		calendar = parseCalendar(bytes);
	} catch (error) {
		if (error instanceof BadCalendar) throw new DavFailure(400, error.message, caldav('valid-calendar-data'));
		throw error;
	}
	const [request] = calendar.components.filter(({ name }) => name === 'VFREEBUSY');
	if (!request || lineOf(calendar, 'METHOD')?.value.trim().toUpperCase() !== 'REQUEST')
		throw new DavFailure(400, 'What is posted here is a VFREEBUSY with METHOD:REQUEST.', caldav('valid-scheduling-message'));
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

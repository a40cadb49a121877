import { caldav, calendarData } from '@mana/dav/caldav/index';
import { dav, DavFailure, type DavPath, type DavResource, element } from '@mana/dav/index';
import { line, parseCalendar, writeComponent } from '@mana/dav/ical/index';
import { byName, PRINCIPALS, rowsOf, type SpecialCollection } from '@mana/dav/records/index';
import type { SpaceId } from '@mana/sync';
import { CALENDARS, segmentOf } from './calendars.server.ts';
import { eventsOf } from './kind.server.ts';
import { objectOf } from '../ical/event-object.ts';
import { counterOf, declineOf } from '../mail/message.server.ts';
import { guests } from '../model.ts';
import { openProposal } from '../proposals.ts';
import { aboutOf, wholeOf } from '../whole.server.ts';
import { type OutboxParts, posted } from './outbox.server.ts';
import { statesOf } from './states.server.ts';

export interface InvitationParts extends OutboxParts {
	/** Invitations that a program has taken out of somebody's inbox. */
	readonly dismissed: Set<string>;
}

/** Names of the two collections of a person by which invitations come and go (RFC 6638 §2). */
export const inboxOf = (person: string): string => `${person}-inbox`;
export const outboxOf = (person: string): string => `${person}-outbox`;

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
				post: (content) => posted(parts, content),
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

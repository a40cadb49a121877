import { type Component, lineOf, parseCalendar, textOf, withKnownZones } from '@mana/dav/ical/index';
import { problem } from '@mana/service';
import type { IncomingMail } from '@mana/service/mail-in';
import type { SpaceId } from '@mana/sync';
import { eventsOf } from '../dav/kind.server.ts';
import { keepEvent, type KnownEvent, knownEvent } from '../dav/keep-event.server.ts';
import type { SentEvent } from '../dav/sent-event.server.ts';
import { statesOf } from '../dav/states.server.ts';
import { eventsIn } from '../feed.server.ts';
import { objectOf } from '../ical/event-object.ts';
import type { SaidEvent } from '../ical/read-event.ts';
import { type Event, eventIdOf, type Guest } from '../model.ts';
import { calendarIn, methodOf, type ReceivedParts, takeMessage } from './received.server.ts';

/** What makes it another time, so that whoever said yes is asked again (RFC 5546 §2.1.4). */
const TIMES = ['start', 'length', 'zone', 'repeat'] as const satisfies readonly (keyof Event)[];

/** What somebody elsewhere sends to the address that a person gave them: an invitation, another time, or that it is off. */
export async function takeInvitation(parts: ReceivedParts, mail: IncomingMail): Promise<string> {
	const space = parts.memberships().personalSpace(mail.person) as SpaceId | null;
	if (space === null)
		throw problem(503, 'space-missing', 'Nobody knows now where this person keeps their events.', { retryAfterMs: 5_000 });
	const text = mail.calendars.find((one) => calendarIn(one) !== null);
	const calendar = text === undefined ? null : calendarIn(text);
	if (text === undefined || calendar === null) throw problem(422, 'message-unreadable', 'There is no invitation in this mail.');
	if (methodOf(calendar) !== 'REQUEST') return (await takeMessage(parts, mail.person, text, 'guest')).did;
	const asked = eventsIn(await whole(parts, space, calendar), parts.zone);
	if (asked.length === 0) throw problem(422, 'message-unreadable', 'There is no event in this invitation that could take place.');
	let did = 'stale';
	for (const one of asked) if (await keepInvitation(parts, mail, space, one)) did = 'invited';
	return did;
}

/**
 * A message about occurrences alone leaves the rest of the series as it is (RFC 5546 §3.2.2.1): it is completed with what the person has. Of
 * a series that they do not have, they are invited to those occurrences, and the first one stands for the event.
 */
async function whole({ records, zone }: ReceivedParts, space: SpaceId, calendar: Component): Promise<Component> {
	const all = calendar.components.filter(({ name }) => name === 'VEVENT');
	if (all.some((one) => !lineOf(one, 'RECURRENCE-ID'))) return calendar;
	const [placed] = await eventsOf(records, space, { uids: [uidOf(all[0]!)] });
	const [state] = placed ? await statesOf(records, space, [placed]) : [];
	if (!state) return calendar;
	const known = withKnownZones(parseCalendar(new TextEncoder().encode(objectOf(state, zone))));
	const idOf = (one: Component) => lineOf(one, 'RECURRENCE-ID')?.value ?? '';
	const said = new Set(all.map(idOf));
	const kept = known.components.filter((one) => one.name !== 'VEVENT' || !said.has(idOf(one)));
	return { ...calendar, components: [...calendar.components.filter(({ name }) => name === 'VTIMEZONE'), ...kept, ...all] };
}

/** @returns whether it says something new */
async function keepInvitation(parts: ReceivedParts, mail: IncomingMail, space: SpaceId, sent: SentEvent): Promise<boolean> {
	const { records, writer } = parts;
	const organizer = sent.said.fields.organizer?.toLowerCase() ?? '';
	const people = await parts.users.byAddress([organizer]);
	const [placed] = await eventsOf(records, space, { uids: [sent.uid] });
	const known = await knownEvent(records, space, placed?.row.id ?? eventIdOf(sent.uid));
	const { before } = known;
	// Who is of this Mana invites without a mail; and nobody changes an event that is somebody else's.
	if (organizer === '' || people.has(organizer) || (before && before.organizer?.toLowerCase() !== organizer))
		throw problem(422, 'message-unknown', 'This comes from nobody who could invite to it.');
	if (known.isGone || isStale(known, sent)) return false;
	const person = await parts.users.byId(mail.person);
	const own = new Set([mail.address, person?.address ?? ''].map((one) => one.toLowerCase()));
	const invitation = asOwn(sent, known, { own, person: mail.person });
	await records.transaction().execute((within) =>
		writer.write(within, space, (tx) =>
			keepEvent(
				tx,
				invitation.known,
				invitation.sent,
				{
					uid: sent.uid === known.id ? '' : sent.uid.slice(0, 255),
					calendarName: before?.calendarName ?? '',
					calendarObject: sent.text,
					calendar: (before?.calendar as KnownEvent['id'] | null) ?? null,
				},
				null,
			),
		),
	);
	writer.wake();
	return true;
}

/** An older one that came later; one that was thrown away stays so until they are asked about something else. */
function isStale({ before, occurrences }: KnownEvent, { said, occurrences: asked }: SentEvent): boolean {
	if (!before) return false;
	const { sequence } = said.fields;
	const had = before.sequence ?? 0;
	if (before.deletedAt !== null) return sequence <= had;
	if (sequence !== had) return sequence < had;
	return [...asked].some(([id, one]) => one.fields.sequence < (occurrences.find((own) => own.occurrence === id)?.sequence ?? 0));
}

interface Own {
	/** In small letters. */
	readonly own: ReadonlySet<string>;
	readonly person: string;
}

/**
 * An invitation as its guest keeps it: reminders and tags are theirs and not those of whoever invites, and so is their answer, until the time
 * is another one. An occurrence for which they answered alone stays as it is until then.
 */
function asOwn(sent: SentEvent, known: KnownEvent, mine: Own): { readonly sent: SentEvent; readonly known: KnownEvent } {
	const { before } = known;
	const moved = (one: SaidEvent, was: Event | null | undefined) => !was || TIMES.some((name) => was[name] !== one.fields[name]);
	const asked = moved(sent.said, before);
	const occurrences = new Map(
		[...sent.occurrences].map(([id, one]) => {
			const was = known.occurrences.find((own) => own.occurrence === id);
			return [id, kept(one, was ?? null, (was && known.guests.get(was.id)) ?? [], moved(one, was), mine)] as const;
		}),
	);
	return {
		sent: { ...sent, said: kept(sent.said, before, known.guests.get(known.id) ?? [], asked, mine), occurrences },
		known: asked
			? known
			: { ...known, occurrences: known.occurrences.filter((one) => sent.occurrences.has(one.occurrence ?? '')) },
	};
}

function kept(said: SaidEvent, was: Event | null, guests: readonly Guest[], asked: boolean, { own, person }: Own): SaidEvent {
	const { reminders = new Set<string>(), travel = 0, shows = said.fields.shows } = was ?? {};
	return {
		...said,
		fields: { ...said.fields, reminders: [...reminders], travel, shows },
		tags: [],
		guests: said.guests.map((one) => {
			if (!own.has(one.address.toLowerCase())) return one;
			const mine = guests.find((guest) => guest.address.toLowerCase() === one.address.toLowerCase());
			const answer = mine && !asked && one.answer === 'none' ? mine.answer : one.answer;
			return { ...one, answer, person };
		}),
	};
}

function uidOf(event: Component): string {
	return textOf(lineOf(event, 'UID')?.value ?? '').trim();
}

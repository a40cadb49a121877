import {
	BadCalendar,
	type Component,
	lineOf,
	nameOf,
	parameterOf,
	parseCalendar,
	textOf,
	withKnownZones,
} from '@mana/dav/ical/index';
import { objectsOf } from '@mana/dav/records/index';
import { appOf, type Draft } from '@mana/model';
import { problem } from '@mana/service';
import { eventKind } from '../dav/kind.server.ts';
import { onClockOf } from '../ical/clock-lines.ts';
import { addressIn, readEvent } from '../ical/read-event.ts';
import { events, type Guest, guests } from '../model.ts';
import { guestsOn, takesPlace } from '../one-day.server.ts';
import type { ReceivedMessage } from '../outside/seen.ts';
import { isSameTime, onClocksOf, proposing } from '../proposals.ts';
import { isHosts, type Whole, wholeOf } from '../whole.server.ts';
import { type Said, writeAnswers, writeGuests } from './answers.server.ts';
import type { AnswerParts } from './link.server.ts';
import type { InvitationMails } from './mails.server.ts';

export interface ReceivedParts extends AnswerParts {
	readonly mails: Pick<InvitationMails, 'tellAgain'>;
}

/** What was done, and who wrote. */
type Done = Pick<ReceivedMessage, 'did' | 'who'>;

/** What a method (RFC 5546 §1.4) does to an event that it is about, by each VEVENT; `null`: it is about something else. */
export interface Method {
	/** Who gets such a message: whoever invites, or a guest. */
	readonly of: 'host' | 'guest';
	take(parts: ReceivedParts, whole: Whole, all: readonly Component[]): Promise<Done | null>;
}

const methods: Readonly<Record<string, Method>> = {
	REPLY: { of: 'host', take: takeReply },
	COUNTER: { of: 'host', take: takeCounter },
	REFRESH: { of: 'host', take: takeRefresh },
	CANCEL: { of: 'guest', take: takeCancel },
	DECLINECOUNTER: { of: 'guest', take: takeDeclined },
};

/**
 * Takes in a message about an event that came to somebody's mailbox as a calendar file (iMIP, RFC 6047).
 *
 * @param text iCalendar with a METHOD
 * @param only whose messages are taken: left out, those that whoever invites gets and those that guests get
 * @throws Problem 422 `message-unreadable`, `message-unknown` for what is about no event of theirs, or from nobody who has to do with it
 */
export async function takeMessage(
	parts: ReceivedParts,
	person: string,
	text: string,
	only?: Method['of'],
): Promise<ReceivedMessage> {
	const { method, calendar } = messageIn(text);
	const all = calendar.components.filter(({ name }) => name === 'VEVENT');
	const uid = textOf(lineOf(all[0]!, 'UID')?.value ?? '').trim();
	for (const whole of only && only !== method.of ? [] : await findByUid(parts, person, uid)) {
		if ((await standingOf(parts, whole)) !== method.of) continue;
		const done = await method.take(parts, whole, all);
		if (!done) continue;
		const own = parts.memberships().personalSpace(person) === whole.space;
		return { ...done, space: own ? null : whole.space, event: whole.event.id, title: whole.event.title };
	}
	throw problem(422, 'message-unknown', 'This is about no event of yours, or comes from somebody who has nothing to do with it.');
}

/** A calendar object with events in it, and the zones that we know by their names; `null`: nobody can read it. */
export function calendarIn(text: string): Component | null {
	try {
		const calendar = withKnownZones(parseCalendar(new TextEncoder().encode(text)));
		return calendar.components.some(({ name }) => name === 'VEVENT') ? calendar : null;
	} catch (error) {
		if (!(error instanceof BadCalendar)) throw error;
		return null;
	}
}

export function methodOf(calendar: Component): string {
	return lineOf(calendar, 'METHOD')?.value.trim().toUpperCase() ?? '';
}

/** What is done with a message; `null`: it is none, or none of those that change an event that is there. */
export function methodIn(calendar: Component | null): Method | null {
	return (calendar && methods[methodOf(calendar)]) ?? null;
}

function messageIn(text: string): { readonly method: Method; readonly calendar: Component } {
	const calendar = calendarIn(text);
	const method = methodIn(calendar);
	if (calendar && method) return { method, calendar };
	throw problem(422, 'message-unreadable', 'This is no message about an invitation. Give the calendar file of a mail about one.');
}

/** The events of a UID in the spaces that a person writes in. */
async function findByUid({ records, memberships }: ReceivedParts, person: string, uid: string): Promise<Whole[]> {
	if (uid === '') return [];
	const known = memberships();
	const spaces = known.spacesOf(person).filter((space) => known.can(person, space, 'write', appOf(events.number)));
	const found: Whole[] = [];
	for (const space of spaces) {
		const [placed] = await objectsOf(records, eventKind, space, { uids: [uid] });
		const whole = placed && (await wholeOf(records, space, placed.row.id));
		if (whole && whole.event.deletedAt === null) found.push(whole);
	}
	return found;
}

/** Whether an event is that of whoever invites. What an import brought of one's own names nobody who does. */
async function standingOf({ users, memberships }: ReceivedParts, { event, space }: Whole): Promise<Method['of']> {
	if (event.organizer === null) return 'host';
	const organizer = event.organizer.toLowerCase();
	const host = (await users.byAddress([organizer])).get(organizer);
	return host && isHosts(memberships(), space, host.id) ? 'host' : 'guest';
}

const partstats: Readonly<Record<string, Said['answer']>> = {
	ACCEPTED: 'accepted',
	TENTATIVE: 'tentative',
	DECLINED: 'declined',
};

interface Voice {
	readonly guest: Guest;
	/** What they answer with it; `null`: nothing. */
	readonly answer: Said['answer'] | null;
	readonly comment: string;
}

/** Which guests a message speaks for, and what they answer. */
function voicesIn(whole: Whole, event: Component, zone: string): Voice[] {
	if (!lineOf(event, 'RECURRENCE-ID')) return speakers(event, whole.guests);
	const occurrence = occurrenceIn(whole, event, zone);
	if (occurrence === null || !takesPlace(whole, occurrence, zone)) return [];
	return speakers(event, guestsOn(whole, occurrence));
}

function speakers(event: Component, invited: readonly Guest[]): Voice[] {
	const comment = textOf(lineOf(event, 'COMMENT')?.value ?? '').slice(0, 2_000);
	return event.lines
		.filter((one) => nameOf(one) === 'ATTENDEE')
		.flatMap((one) => {
			const answer = partstats[(parameterOf(one, 'PARTSTAT') ?? '').toUpperCase()] ?? null;
			const address = addressIn(one)?.toLowerCase();
			const guest = invited.find((known) => known.deletedAt === null && known.address.toLowerCase() === address);
			return guest ? [{ guest, answer, comment }] : [];
		});
}

/** The occurrence that a VEVENT is about, as the model calls it; `null`: the whole event. */
export function occurrenceIn({ event }: Whole, said: Component, zone: string): string | null {
	const id = lineOf(said, 'RECURRENCE-ID');
	return id && event.start !== null ? onClockOf(id, event.start, event.zone, zone) : null;
}

/** Whoever is asked answers, for all of it or for one occurrence, which nobody may have changed yet (RFC 5546 §3.2.3). */
async function takeReply(parts: ReceivedParts, whole: Whole, all: readonly Component[]) {
	const voices = all.flatMap((one) =>
		voicesIn(whole, one, parts.zone).map((voice) => ({ ...voice, occurrence: occurrenceIn(whole, one, parts.zone) })),
	);
	const answered = voices.filter(({ answer }) => answer !== null);
	if (answered.length === 0) return null;
	const news = answered.filter(({ guest, answer, comment }) => guest.answer !== answer || guest.comment !== comment);
	await writeAnswers(
		parts,
		whole,
		news.map(({ guest, answer, comment, occurrence }) => ({ guest, occurrence, said: { answer: answer!, comment } })),
	);
	return { did: 'answered', who: nameOfGuest(answered[0]!.guest) } as const;
}

/** A guest would like another time (RFC 5546 §3.2.7): it is kept beside their name until whoever invites decides. */
async function takeCounter(parts: ReceivedParts, whole: Whole, all: readonly Component[]) {
	const counters = countersIn(whole, all, parts.zone, parts.clock.now());
	if (counters.length === 0) return null;
	await writeGuests(parts, whole.space, counters);
	const did = counters.some(({ asks }) => asks) ? 'proposed' : 'answered';
	return { did, who: nameOfGuest(counters[0]!.guest) } as const;
}

interface Counter {
	readonly guest: Guest;
	/** What is written of them. */
	readonly draft: Draft<typeof guests>;
	/** Whether it is another time than the event has. */
	readonly asks: boolean;
}

/** What guests ask for by COUNTER messages. @param zone in which times are that name none @param now ms since 1970 */
export function countersIn(whole: Whole, all: readonly Component[], zone: string, now: number): Counter[] {
	return all.flatMap((one): Counter[] => {
		const occurrence = occurrenceIn(whole, one, zone);
		const own = whole.occurrences.find((known) => known.event.occurrence === occurrence && known.event.deletedAt === null);
		const voice = proposer([...whole.guests, ...(own?.guests ?? [])], one);
		const { start, length, zone: clocks } = readEvent(one, zone).fields;
		const stands = own?.event ?? { ...whole.event, start: occurrence ?? whole.event.start };
		if (!voice || start === null || stands.start === null) return [];
		const { guest, answer, comment } = voice;
		const time = onClocksOf(whole.event, { start, length, zone: clocks });
		const asks = !isSameTime(time, stands);
		const draft = {
			...(answer && { answer, answeredAt: now }),
			...(comment !== '' && { comment }),
			...(asks && proposing({ ...time, occurrence }, stands.start, now)),
		};
		return [{ guest, draft, asks }];
	});
}

/** Who proposes, of those that a message names: it may name everybody who is invited, but says an answer of whoever writes. */
function proposer(invited: readonly Guest[], event: Component): Voice | null {
	const organizer = lineOf(event, 'ORGANIZER');
	const host = organizer ? addressIn(organizer)?.toLowerCase() : undefined;
	const named = speakers(event, invited).filter(({ guest }) => guest.address.toLowerCase() !== host);
	const news = named.filter(({ guest, answer }) => answer !== null && answer !== guest.answer);
	return named.length === 1 ? named[0]! : news.length === 1 ? news[0]! : null;
}

/** A guest has lost what they were told (RFC 5546 §3.2.6). */
async function takeRefresh({ mails, zone }: ReceivedParts, whole: Whole, all: readonly Component[]) {
	for (const { guest } of all.flatMap((one) => voicesIn(whole, one, zone)))
		if (await mails.tellAgain(whole.space, whole.event.id, guest.address))
			return { did: 'told-again', who: nameOfGuest(guest) } as const;
	return null;
}

/** Whoever invites calls it off, or single occurrences of it (RFC 5546 §3.2.5). */
async function takeCancel({ records, writer, zone }: ReceivedParts, whole: Whole, all: readonly Component[]) {
	const { event, space, occurrences } = whole;
	const theirs = all.filter((one) => isOf(whole, one) && sequenceIn(one) >= (event.sequence ?? 0));
	if (theirs.length === 0) return null;
	const gone = theirs.map((one) => occurrenceIn(whole, one, zone));
	await records.transaction().execute((within) =>
		writer.write(within, space, (tx) => {
			if (gone.includes(null)) return tx.update(events, event.id, { status: 'cancelled' });
			tx.update(events, event.id, { except: { add: gone.flatMap((one) => one ?? []) } });
			for (const { event: one } of occurrences)
				if (one.deletedAt === null && gone.includes(one.occurrence)) tx.trash(events, one.id);
		}),
	);
	writer.wake();
	return { did: 'cancelled', who: event.organizer ?? '' } as const;
}

/** Whoever invites keeps the time as it is (RFC 5546 §3.2.8). */
async function takeDeclined(parts: ReceivedParts, whole: Whole, all: readonly Component[]) {
	if (!all.some((one) => isOf(whole, one))) return null;
	const asked = whole.guests.filter((one) => one.deletedAt === null && one.proposal === 'open' && one.proposedStart !== null);
	await writeGuests(
		parts,
		whole.space,
		asked.map((guest) => ({ guest, draft: { proposal: 'declined' } })),
	);
	return { did: 'kept', who: whole.event.organizer ?? '' } as const;
}

/** Whether a message is by whoever invites to an event. */
function isOf({ event }: Whole, message: Component): boolean {
	const organizer = lineOf(message, 'ORGANIZER');
	return organizer !== undefined && addressIn(organizer)?.toLowerCase() === event.organizer?.toLowerCase();
}

export function sequenceIn(event: Component): number {
	return Number(lineOf(event, 'SEQUENCE')?.value ?? 0) || 0;
}

function nameOfGuest({ name, address }: Guest): string {
	return name || address;
}

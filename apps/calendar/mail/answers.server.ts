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
import { objectsOf, type RecordDb, type RecordTables } from '@mana/dav/records/index';
import { appOf, type RecordId } from '@mana/model';
import { type Memberships, problem } from '@mana/service';
import type { SpaceWriter } from '@mana/service/projection/index';
import type { SpaceId } from '@mana/sync';
import type { Kysely } from 'kysely';
import { eventKind } from '../dav/kind.server.ts';
import { onClockOf } from '../ical/clock-lines.ts';
import { addressIn } from '../ical/read-event.ts';
import { type Event, events, type Guest, guests } from '../model.ts';
import type { Invitation } from '../outside/seen.ts';
import type { CalendarTables } from '../store.server.ts';
import type { CalendarUsers } from '../users.server.ts';
import { isHosts, type Whole, wholeOf } from '../whole.server.ts';
import { isOver } from './mails.server.ts';
import { shareOf } from './message.server.ts';
import { spanOf } from './when.server.ts';

export interface AnswerParts {
	readonly db: Kysely<CalendarTables>;
	readonly records: RecordDb;
	readonly clock: { now(): number };
	memberships(): Memberships;
	readonly writer: Pick<SpaceWriter<RecordTables>, 'write' | 'wake'>;
	readonly zone: string;
	readonly users: Pick<CalendarUsers, 'byAddress' | 'byId'>;
}

/** What guests can say. */
export const answerWords = ['accepted', 'tentative', 'declined'] as const;
export type Said = { readonly answer: (typeof answerWords)[number]; readonly comment: string };

const unknown = () => problem(404, 'invitation-unknown', 'This link leads to no invitation. Look for a newer mail about it.');

/** What a link of a mail leads to. @throws Problem 404 `invitation-unknown` */
export async function invitationAt(parts: AnswerParts, token: string): Promise<Invitation> {
	const { clock, zone } = parts;
	const { row, whole } = await find(parts, token);
	const share = shareOf(whole, row.address, 0);
	const shown = share === null || share.guests.length > 0 ? whole.event : share.occurrences[0]!.event;
	const span = spanOf(shown, zone);
	if (span === null || shown.start === null) throw unknown();
	const guest = rowsOf(whole, row.address)[0];
	return {
		...span,
		state: share === null ? 'cancelled' : isOver(whole, clock.now(), zone) ? 'over' : 'open',
		inviter: (await parts.users.byId(row.person))?.name ?? '',
		address: row.address,
		title: shown.title,
		place: shown.place,
		notes: shown.notes,
		wholeDay: shown.start.length === 10,
		zone: shown.zone,
		repeat: shown.repeat,
		answer: guest?.answer ?? 'none',
		comment: guest?.comment ?? '',
	};
}

/** Writes what somebody answers by their link. @throws Problem 404 `invitation-unknown`, 409 `invitation-ended` */
export async function answerAt(parts: AnswerParts, token: string, said: Said): Promise<void> {
	const { row, whole } = await find(parts, token);
	if (shareOf(whole, row.address, 0) === null || isOver(whole, parts.clock.now(), parts.zone))
		throw problem(409, 'invitation-ended', 'There is nothing to answer any more: it is over, or was called off.');
	await write(parts, whole.space, rowsOf(whole, row.address), said);
}

/**
 * Takes in an answer that came to somebody's mailbox (METHOD:REPLY, RFC 5546 §3.2.3).
 *
 * @returns which event it is about
 * @throws Problem 422 `reply-unreadable`, `reply-unknown` for an event that is none of theirs or a guest whom nobody invited
 */
export async function takeReply(
	parts: AnswerParts,
	person: string,
	message: string,
): Promise<{ space: string; event: string; title: string }> {
	const calendar = replyIn(message);
	const replies = calendar.components.filter(({ name }) => name === 'VEVENT');
	const uid = textOf(lineOf(replies[0]!, 'UID')?.value ?? '').trim();
	const found = await findByUid(parts, person, uid);
	const changes = new Map<RecordId, { guest: Guest; said: Said }>();
	for (const whole of found)
		for (const reply of replies) for (const change of changesOf(whole, reply, parts.zone)) changes.set(change.guest.id, change);
	const [first] = found;
	if (!first || changes.size === 0)
		throw problem(422, 'reply-unknown', 'This answers no event of yours, or comes from somebody who is not invited to it.');
	for (const whole of found)
		for (const guest of [...whole.guests, ...whole.occurrences.flatMap((one) => one.guests)]) {
			const change = changes.get(guest.id);
			if (change) await write(parts, whole.space, [guest], change.said);
		}
	return { space: first.space, event: first.event.id, title: first.event.title };
}

function replyIn(message: string): Component {
	try {
		const calendar = withKnownZones(parseCalendar(new TextEncoder().encode(message)));
		const isReply = lineOf(calendar, 'METHOD')?.value.trim().toUpperCase() === 'REPLY';
		if (isReply && calendar.components.some(({ name }) => name === 'VEVENT')) return calendar;
	} catch (error) {
		if (!(error instanceof BadCalendar)) throw error;
	}
	throw problem(
		422,
		'reply-unreadable',
		'This is no answer to an invitation. Give the calendar file of a mail that answers one.',
	);
}

/** The events of a UID in a person's spaces that are those of whoever invites; a guest's own hears of answers from there. */
async function findByUid({ records, memberships, users }: AnswerParts, person: string, uid: string): Promise<Whole[]> {
	if (uid === '') return [];
	const known = memberships();
	const spaces = known.spacesOf(person).filter((space) => known.can(person, space, 'write', appOf(events.number)));
	const found: Whole[] = [];
	for (const space of spaces) {
		const [placed] = await objectsOf(records, eventKind, space, { uids: [uid] });
		const whole = placed && (await wholeOf(records, space, placed.row.id));
		const organizer = whole?.event.organizer?.toLowerCase() ?? null;
		const host = organizer === null ? undefined : (await users.byAddress([organizer])).get(organizer);
		if (whole && host && isHosts(known, space, host.id)) found.push(whole);
	}
	return found;
}

const partstats: Readonly<Record<string, Said['answer']>> = {
	ACCEPTED: 'accepted',
	TENTATIVE: 'tentative',
	DECLINED: 'declined',
};

/** What one VEVENT of an answer says of whom. */
function changesOf(whole: Whole, reply: Component, zone: string): { guest: Guest; said: Said }[] {
	const { event, occurrences, guests: all } = whole;
	const id = lineOf(reply, 'RECURRENCE-ID');
	const occurrence = id && event.start !== null ? onClockOf(id, event.start, event.zone, zone) : null;
	const invited = id ? (occurrences.find((one) => one.event.occurrence === occurrence)?.guests ?? []) : all;
	const comment = textOf(lineOf(reply, 'COMMENT')?.value ?? '').slice(0, 2_000);
	return reply.lines
		.filter((one) => nameOf(one) === 'ATTENDEE')
		.flatMap((one) => {
			const answer = partstats[(parameterOf(one, 'PARTSTAT') ?? '').toUpperCase()];
			const address = addressIn(one)?.toLowerCase();
			const guest = invited.find((known) => known.deletedAt === null && known.address.toLowerCase() === address);
			return guest && answer ? [{ guest, said: { answer, comment } }] : [];
		});
}

async function find({ db, records }: AnswerParts, token: string) {
	const row = await db
		.selectFrom('invited')
		.selectAll()
		.where('token', '=', token)
		.where('role', '!=', 'host')
		.executeTakeFirst();
	const whole = row && (await wholeOf(records, row.space, row.event));
	if (!row || !whole) throw unknown();
	return { row, whole };
}

/** Every place in which somebody is invited to something of an event. */
function rowsOf({ guests: all, occurrences }: Whole, address: string): Guest[] {
	const live = ({ deletedAt }: Pick<Event, 'deletedAt'>) => deletedAt === null;
	return [...all, ...occurrences.filter((one) => live(one.event)).flatMap((one) => one.guests)].filter(
		(one) => live(one) && one.address.toLowerCase() === address,
	);
}

async function write({ records, writer, clock }: AnswerParts, space: SpaceId, all: readonly Guest[], said: Said): Promise<void> {
	const changed = all.filter((one) => one.answer !== said.answer || one.comment !== said.comment);
	if (changed.length === 0) return;
	await records.transaction().execute((within) =>
		writer.write(within, space, (tx) => {
			for (const { id } of changed) tx.update(guests, id, { ...said, answeredAt: clock.now() });
		}),
	);
	writer.wake();
}

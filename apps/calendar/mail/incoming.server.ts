import { type Component, instantIn, lineOf, nameOf, textOf } from '@mana/dav/ical/index';
import { type Notifier, problem } from '@mana/service';
import type { IncomingMail } from '@mana/service/mail-in';
import { linkInto } from '@mana/sync/space-links';
import { addressIn } from '../ical/read-event.ts';
import type { Guest } from '../model.ts';
import { guestsOn } from '../one-day.server.ts';
import { type Whole, wholeOf } from '../whole.server.ts';
import type { Invited } from './mails.server.ts';
import { takeInvitation } from './invited.server.ts';
import { calendarIn, type Method, methodIn, occurrenceIn, type ReceivedParts, sequenceIn } from './received.server.ts';
import { printed, wordsOf } from './words.server.ts';

export interface IncomingParts extends ReceivedParts {
	readonly notifier: Pick<Notifier, 'send'>;
}

/**
 * Takes a mail that mana-notify read: what a guest answers to the address of their invitation, or an invitation to a person's own address.
 *
 * @returns what was done, in a word
 * @throws Problem 422 for what will never be taken
 */
export function takeMail(parts: IncomingParts, mail: IncomingMail): Promise<string> {
	return mail.kind === 'answer' ? takeAnswer(parts, mail) : takeInvitation(parts, mail);
}

/**
 * What came to the address of one guest's invitation. The address proves who answers: it was given to that guest and nobody guesses it, while
 * anybody can write what they like after `From`, and many answer from another mailbox than the one they are invited by. So an answer counts
 * for that guest alone. Whoever had the invitation forwarded names themselves as attendee: that changes nothing, and whoever invites reads of it.
 */
async function takeAnswer(parts: IncomingParts, mail: IncomingMail): Promise<string> {
	const row = await parts.db
		.selectFrom('invited')
		.selectAll()
		.where('token', '=', mail.about)
		.where('role', '!=', 'host')
		.executeTakeFirst();
	const whole = row && (await wholeOf(parts.records, row.space, row.event));
	if (!row || !whole || whole.event.deletedAt !== null)
		throw problem(422, 'message-unknown', 'What this answers is not there any more.');
	for (const text of mail.calendars) {
		const calendar = calendarIn(text);
		const method = methodIn(calendar);
		if (!calendar || method?.of !== 'host') continue;
		const all = calendar.components.filter(({ name }) => name === 'VEVENT');
		const about = all.filter((one) => uidOf(one) === (whole.event.uid || whole.event.id));
		const theirs = about.flatMap((one) => spokenBy(one, row.address));
		if (theirs.length === 0) break;
		return (await takeTheirs(parts, { mail, row, whole, method }, theirs)) ? 'answered' : 'stale';
	}
	await tellHost(parts, mail, row, whole);
	return 'told';
}

interface Answered {
	readonly mail: IncomingMail;
	readonly row: Invited;
	readonly whole: Whole;
	readonly method: Method;
}

/** @returns whether something of it was news */
async function takeTheirs(parts: IncomingParts, { mail, row, whole, method }: Answered, theirs: readonly Component[]) {
	const now = parts.clock.now();
	const said = theirs.map((one) => ({ one, at: Math.min(stampOf(one) ?? mail.at, now) }));
	const current = said.filter(({ one, at }) => isCurrent(parts, { row, whole }, one, at));
	if (current.length === 0) return false;
	// What was said later is later, however long either mail was on its way.
	const clock = { now: () => Math.max(...current.map(({ at }) => at)) };
	const done = await method.take(
		{ ...parts, clock },
		whole,
		current.map(({ one }) => one),
	);
	return done !== null;
}

/** Whether an answer is about what the guest was told last, and newer than what they said before (RFC 5546 §2.1.5). */
function isCurrent(
	{ zone }: IncomingParts,
	{ row, whole }: Pick<Answered, 'row' | 'whole'>,
	one: Component,
	at: number,
): boolean {
	if (lineOf(one, 'SEQUENCE') && sequenceIn(one) < row.sequence) return false;
	const occurrence = occurrenceIn(whole, one, zone);
	const before = (occurrence === null ? whole.guests : guestsOn(whole, occurrence)).find((guest) => isAt(guest, row.address));
	// Stamps are whole seconds.
	const seconds = (ms: number | null | undefined) => Math.floor((ms ?? 0) / 1_000);
	return seconds(at) >= seconds(before?.answeredAt) && at > (before?.proposedAt ?? -1);
}

function isAt({ address, deletedAt }: Guest, wanted: string): boolean {
	return deletedAt === null && address.toLowerCase() === wanted;
}

/** A VEVENT with nobody else's words in it; nothing where its guest is not in it. */
function spokenBy(event: Component, address: string): Component[] {
	const isOther = (one: Component['lines'][number]) => nameOf(one) === 'ATTENDEE' && addressIn(one)?.toLowerCase() !== address;
	const lines = event.lines.filter((one) => !isOther(one));
	return lines.some((one) => nameOf(one) === 'ATTENDEE') ? [{ ...event, lines }] : [];
}

function stampOf(event: Component): number | null {
	const stamp = lineOf(event, 'DTSTAMP');
	return stamp ? instantIn(stamp, 'UTC') : null;
}

function uidOf(event: Component): string {
	return textOf(lineOf(event, 'UID')?.value ?? '').trim();
}

/** Words to whoever invites, and answers of those who were not invited: both would be read by nobody else. */
async function tellHost(
	{ notifier, users, zone, memberships }: IncomingParts,
	mail: IncomingMail,
	row: Invited,
	whole: Whole,
): Promise<void> {
	const host = await users.byId(row.person);
	if (!host) return;
	const { name, address } = mail.from;
	const [title] = wordsOf(whole.event, host.language, zone);
	await notifier.send({
		topic: 'guest-wrote',
		to: { person: row.person },
		data: {
			name: printed(name === '' ? address || '-' : `${name} (${address})`, 300).replaceAll('\n', ' '),
			invited: row.address,
			title,
			said: printed(mail.text, 2_000),
			link: linkInto(
				memberships().personOf(whole.space) === row.person ? null : whole.space,
				`/calendar?event=${whole.event.id}`,
			),
		},
		key: mail.key,
	});
}

import { type Notifier, problem } from '@mana/service';
import { linkInto } from '@mana/sync/space-links';
import { repeats } from '../event-index.ts';
import type { Guest } from '../model.ts';
import { isSameTime, onClocksOf, openProposal, proposing, type Time, withdrawing } from '../proposals.ts';
import type { CalendarUser } from '../users.server.ts';
import { aboutOf, type Whole } from '../whole.server.ts';
import { writeGuests } from './answers.server.ts';
import { type AnswerParts, checkDay, linked, ofGuest, openLink } from './link.server.ts';
import { spanOf, whenOf } from './when.server.ts';
import { asker } from './wish.server.ts';

export interface ProposedParts extends AnswerParts {
	readonly notifier: Pick<Notifier, 'send'>;
}

/** Another time that a guest asks for by their link. @property occurrence the day of a series that it is about; `null`: what takes place once */
export interface Wish extends Time {
	readonly start: string;
	readonly occurrence: string | null;
	readonly comment: string;
}

/**
 * Asks whoever invites for another time, as a guest of this Mana does on a page.
 *
 * @throws Problem 404 `invitation-unknown`, 409 `invitation-ended`, 422 `proposal-over` or `proposal-same`
 */
export async function proposeAt(parts: ProposedParts, token: string, { comment, occurrence, ...wish }: Wish): Promise<void> {
	const { clock, zone, users } = parts;
	const link = await openLink(parts, token);
	const { row, whole } = link;
	const guest = asker(whole, row.address);
	if (!guest || row.role !== 'guest') throw problem(409, 'invitation-ended', 'No other time can be asked for here.');
	if (repeats(whole.event)) checkDay(parts, link, occurrence ?? '');
	else if (occurrence !== null) throw problem(409, 'invitation-ended', 'There is nothing to answer for that day any more.');
	const about = aboutOf(whole, occurrence);
	if (about === null || about.start === null)
		throw problem(409, 'invitation-ended', 'There is nothing to answer for that day any more.');
	const time = onClocksOf(whole.event, wish);
	if (isSameTime(time, about)) throw problem(422, 'proposal-same', 'It takes place then already. Choose another time.');
	if (spanOf({ ...about, ...time }, zone)!.to <= clock.now())
		throw problem(422, 'proposal-over', 'That time is over. Choose one that is to come.');
	const draft = { ...proposing({ ...time, occurrence }, about.start, clock.now()), comment };
	const host = await users.byId(row.person);
	if (host) await tellProposal(parts, whole, host, { ...guest, ...draft } as Guest, guest.name);
	await writeGuests(parts, whole.space, [{ guest, draft }]);
}

/** The time of the event is as good to the guest after all. @throws Problem 404 `invitation-unknown` */
export async function withdrawAt(parts: AnswerParts, token: string): Promise<void> {
	const { row, whole } = await linked(parts, token);
	const asking = ofGuest(whole.guests, row.address).filter(({ proposedStart }) => proposedStart !== null);
	await writeGuests(
		parts,
		whole.space,
		asking.map((guest) => ({ guest, draft: withdrawing(parts.clock.now()) })),
	);
}

/** Whoever invites hears that a guest would like another time, before it is written, so that it is told for certain; once, by its key. */
export async function tellProposal(
	{ zone, notifier, memberships }: Pick<ProposedParts, 'zone' | 'notifier' | 'memberships'>,
	whole: Whole,
	host: CalendarUser,
	guest: Guest,
	name: string,
): Promise<void> {
	const about = aboutOf(whole, guest.proposedOccurrence);
	const proposal = about && openProposal(guest, about);
	if (!about || !proposal) return;
	const { start, length, zone: clocks } = proposal;
	const own = memberships().personOf(whole.space) === host.id;
	await notifier.send({
		topic: 'time-proposed',
		to: { person: host.id },
		data: {
			name: name || guest.address,
			title: about.title.trim() || '-',
			when: whenOf({ ...about, start, length, zone: clocks, repeat: null }, host.language, zone),
			said: guest.comment,
			link: linkInto(own ? null : whole.space, `/calendar?event=${whole.event.id}`),
		},
		key: `proposal ${guest.id} ${guest.proposedAt}`,
		collapse: `proposal ${guest.id}`,
	});
}

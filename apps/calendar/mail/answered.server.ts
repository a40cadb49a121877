import type { Event, Guest } from '../model.ts';
import { isTakenOut } from '../one-day.server.ts';
import { openProposal } from '../proposals.ts';
import type { CalendarTables } from '../store.server.ts';
import type { CalendarUser } from '../users.server.ts';
import { aboutOf, type Whole } from '../whole.server.ts';
import { type Answer, counterOf, replyOf } from './message.server.ts';
import { printed, wordsOf } from './words.server.ts';

/**
 * What whoever elsewhere invites hears of a person of this Mana: their answers where those are news, and then the time that they would like.
 *
 * @param zone in which times are that name none
 * @returns with what has been said then, and whether something is left; `null`: there is nothing to say
 */
export function replyMail(row: CalendarTables['invited'], whole: Whole | null, person: CalendarUser, zone: string) {
	if (!whole) return null;
	const gone = whole.event.deletedAt !== null;
	const answers = answersOf(whole, person).map((one) =>
		gone ? { ...one, guest: { ...one.guest, answer: 'declined' as const } } : one,
	);
	// Whoever answered for one day alone has said nothing about the series.
	const spoken = answers.filter(({ guest }) => guest.answer !== 'none');
	const told = spoken.length > 0 ? spoken : answers;
	const [first] = told;
	if (!first) return null;
	const shared = { name: person.name || person.address, replyTo: person.address };
	const [said, asked] = gone ? ['gone', ''] : [saidBy(answers), askedBy(whole, answers)];
	// First what they answer, where that is news, then which time they would like.
	const known = said === row.said || row.said.startsWith(`${said} `);
	if (asked !== '' && known) {
		const { guest, about } = askingIn(whole, answers)!;
		const then = { ...about, start: guest.proposedStart, length: guest.proposedLength ?? about.length, zone: guest.proposedZone };
		const [title, when] = wordsOf(then, row.language, zone);
		const calendar = counterOf(about, whole.event, guest, row.due_at!, zone);
		const data = { ...shared, title, when, notes: printed(guest.comment, 2_000), calendar };
		return { said: said + asked, mail: { topic: 'event-countered', data } } as const;
	}
	const [title, when] = wordsOf(first.event, row.language, zone);
	const data = {
		...shared,
		title,
		when,
		answer: first.guest.answer,
		notes: printed(first.guest.comment, 2_000),
		calendar: replyOf(told, row.address, row.due_at!),
	};
	return { said, left: asked !== '', mail: { topic: 'event-answered', data } } as const;
}

type OwnAnswer = Answer & { readonly guest: Guest };

/** What a person answered, of all of it and of occurrences. */
export function answersOf(whole: Whole, person: CalendarUser): OwnAnswer[] {
	const { event, guests, occurrences } = whole;
	const isMe = (one: Guest) => one.person === person.id || one.address.toLowerCase() === person.address.toLowerCase();
	const mine = (all: readonly Guest[]) => all.find((one) => one.deletedAt === null && isMe(one));
	const said = occurrences.filter((one) => one.event.deletedAt === null || isTakenOut(whole, one, isMe));
	const parts = [{ event, guests }, ...said];
	return parts.flatMap((one) => {
		const guest = mine(one.guests);
		return guest ? [{ event: one.event, guest, series: event }] : [];
	});
}

/** What somebody said with all their answers; nothing is the same as not having answered. */
export function saidBy(answers: readonly Answer[]): string {
	const said = answers
		.filter(({ guest }) => guest.answer !== 'none')
		.map(({ event, guest }) => `${event.occurrence ?? ''} ${guest.answer} ${guest.comment}`);
	return `answered ${said.join('\n')}`.slice(0, 2_000);
}

/** Who asks for another time of what somebody elsewhere invites to, and what it is about as it is now. */
function askingIn(whole: Whole, answers: readonly OwnAnswer[]): { readonly guest: Guest; readonly about: Event } | null {
	for (const { guest } of answers) {
		const about = aboutOf(whole, guest.proposedOccurrence);
		if (about && openProposal(guest, about)) return { guest, about };
	}
	return null;
}

/** Behind what somebody said, the time for which they ask; '' where they ask for none. */
export function askedBy(whole: Whole, answers: readonly OwnAnswer[]): string {
	const asking = askingIn(whole, answers);
	return asking ? ` asked ${asking.guest.proposedAt}` : '';
}

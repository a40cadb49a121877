import type { Draft } from '@mana/model';
import { instantOf, wallAt } from '@mana/time/zone';
import type { Event, Guest, guests } from './model.ts';
import { isDay, momentOf, textOf } from './moments.ts';

/** When something takes place, as the model keeps it. */
export type Time = Pick<Event, 'start' | 'length' | 'zone'>;

/** Another time that a guest would like. */
export interface Proposal {
	readonly start: string;
	/** Seconds. */
	readonly length: number;
	readonly zone: string | null;
	/** The occurrence of a series that it is about; `null`: all of the event. */
	readonly occurrence: string | null;
}

/** What a guest proposed last, whether or not it is still asked. */
export function proposalOf(guest: Guest): Proposal | null {
	const { proposedStart: start, proposedLength: length, proposedZone: zone, proposedOccurrence: occurrence } = guest;
	return start === null || length === null ? null : { start, length, zone, occurrence };
}

/**
 * What a guest asks for and nobody has decided. Nothing is written when it is granted: the event is at that time then, and what is moved is no
 * longer what they spoke of. So taking the move back asks again.
 *
 * @param now when the event, or the occurrence that it is about, takes place now
 */
export function openProposal(guest: Guest, now: Time | null): Proposal | null {
	const proposal = proposalOf(guest);
	if (proposal === null || guest.proposal !== 'open' || now === null || guest.proposedInstead !== now.start) return null;
	return isSameTime(proposal, now) ? null : proposal;
}

/** What is written of a guest who proposes another time. @param instead when it begins as they say so @param at ms since 1970 */
export function proposing(proposal: Proposal, instead: string, at: number): Draft<typeof guests> {
	return {
		proposedStart: proposal.start,
		proposedLength: proposal.length,
		proposedZone: proposal.zone,
		proposedOccurrence: proposal.occurrence,
		proposedInstead: instead,
		proposedAt: at,
		proposal: 'open',
	};
}

/** Nothing is proposed any more. @param at ms since 1970 */
export function withdrawing(at: number): Draft<typeof guests> {
	return {
		proposedStart: null,
		proposedLength: null,
		proposedZone: null,
		proposedOccurrence: null,
		proposedInstead: null,
		proposedAt: at,
		proposal: 'open',
	};
}

const PROPOSED = [
	'proposedStart',
	'proposedLength',
	'proposedZone',
	'proposedOccurrence',
	'proposedInstead',
	'proposedAt',
	'proposal',
] as const satisfies readonly (keyof Guest)[];

/** What a guest proposed last, as it stands in their record, so that another record of them says it too. */
export function proposedIn(guest: Guest): Draft<typeof guests> {
	return Object.fromEntries(PROPOSED.map((name) => [name, guest[name]]));
}

/** A proposed time on the clocks that an event has already, so that it keeps them when it moves. */
export function onClocksOf(
	event: Time,
	{ start, length, zone }: Time & { readonly start: string },
): Time & { readonly start: string } {
	if (isDay(start) || event.start === null || isDay(event.start) || event.zone === null || zone === null || zone === event.zone)
		return { start, length, zone };
	return { start: textOf(wallAt(event.zone, instantOf(zone, momentOf(start).wall)), 'local'), length, zone: event.zone };
}

export function isSameTime(one: Time, other: Time): boolean {
	return one.start === other.start && one.length === other.length && (one.zone === other.zone || isDay(one.start ?? ''));
}

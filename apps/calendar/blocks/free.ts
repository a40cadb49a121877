import { addDays, type Day, daysBetween, dayAt, toUtc } from '@mana/time';
import { instantOf } from '@mana/time/zone';
import { freeSlots, type Hours, type Span } from '../booking/slots.ts';
import type { Event } from '../model.ts';
import { MINUTE } from '../moments.ts';
import { occurrencesOf } from '../occurrences.ts';

/** When somebody plans to do something, on every day of the week. */
const HOURS: readonly Hours[] = [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from: '08:00', to: '22:00' }));

export interface Wanted {
	/** In minutes. */
	readonly minutes: number;
	/** The days that are looked at, both included. */
	readonly first: Day;
	readonly last: Day;
	/** ms since 1970: nothing begins before. */
	readonly now: number;
	/** Of whoever looks (IANA). */
	readonly zone: string;
	/** What is taken, in any order. */
	readonly taken: readonly Span[];
}

/** Stretches of these days that nothing takes, earliest first; they may overlap one another. */
export function freeTimes({ minutes, first, last, now, zone, taken }: Wanted): Span[] {
	const rules = { hours: HOURS, zone, before: 0, after: 0, notice: 0, perDay: 0 };
	const horizon = Math.max(0, daysBetween(dayAt(now, zone), last)) + 1;
	const [from, to] = [instantOf(zone, toUtc(first)), instantOf(zone, toUtc(addDays(last, 1)))];
	return freeSlots({ ...rules, horizon }, { from, to, length: minutes, now, busy: taken, booked: [] }).map((at) => ({
		from: at,
		to: at + minutes * MINUTE,
	}));
}

/**
 * What takes time of whoever has these events, the way there and what is kept free after it included. What takes days does not: one works on
 * birthdays and on trips.
 *
 * @param rows events and changes of single occurrences, in any order
 */
export function takenBy(rows: readonly Event[], from: number, to: number, zone: string): Span[] {
	return occurrencesOf(rows, from, to, zone).flatMap(({ event, wholeDay, ...span }) =>
		wholeDay || event.shows === 'free' || event.status === 'cancelled'
			? []
			: [{ from: span.from - event.travel * MINUTE, to: span.to + event.buffer * MINUTE }],
	);
}

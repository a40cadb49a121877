import { isRecordId, type RecordId } from '@mana/model';
import type { Event, Guest } from './model.ts';
import { type Occurrence, occurrencesOf } from './occurrences.ts';

const SCHEME = 'urn:mana:room:';

/** The calendar address of a room: it is invited as people are, and has no mailbox. */
export function roomAddress(room: RecordId): string {
	return SCHEME + room;
}

/** The room that is invited; `null`: somebody else is, or a room of another place that a program named. */
export function roomIn({ address }: Pick<Guest, 'address'>): RecordId | null {
	const id = address.toLowerCase().startsWith(SCHEME) ? address.slice(SCHEME.length) : '';
	return isRecordId(id) ? id : null;
}

/**
 * What takes place in a room in [from, to), earliest first. An occurrence that was changed has the guests that it names, or those of its series.
 *
 * @param guestsOf who is invited by the record of an event
 * @param from ms since 1970
 * @param viewer zone of whoever looks (IANA)
 */
export function bookingsOf(
	room: RecordId,
	events: readonly Event[],
	guestsOf: (event: RecordId) => readonly Guest[],
	from: number,
	to: number,
	viewer: string,
): Occurrence[] {
	const has = (event: RecordId) => guestsOf(event).some((guest) => roomIn(guest) === room);
	const booked = ({ event, series }: Pick<Occurrence, 'event' | 'series'>) =>
		has(guestsOf(event.id).length > 0 || !series ? event.id : series.id);
	// Of a series all that was changed of it is looked at, so that nothing stands there twice.
	const near = new Set(events.filter(({ id }) => has(id)).map(({ id, series }) => series ?? id));
	const rows = events.filter(({ id, series }) => near.has(series ?? id));
	return occurrencesOf(rows, from, to, viewer).filter((one) => one.event.status !== 'cancelled' && booked(one));
}

/** Two events that have a room at once. */
export interface Clash {
	readonly own: Occurrence;
	readonly other: Occurrence;
}

/**
 * Where an event has a room that another one has then, too: the first time.
 *
 * @param event its record, of a series that of the series
 * @param bookings of the room, earliest first
 */
export function clashOf(event: RecordId, bookings: readonly Occurrence[]): Clash | null {
	const isOwn = (one: Occurrence) => (one.series?.id ?? one.event.id) === event;
	for (const own of bookings.filter(isOwn)) {
		const other = bookings.find((one) => !isOwn(one) && one.from < own.to && one.to > own.from);
		if (other) return { own, other };
	}
	return null;
}

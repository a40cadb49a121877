import { differences } from '@mana/dav/records/index';
import type { Draft, RecordId } from '@mana/model';
import type { ServiceWriter } from '@mana/service/projection/index';
import { EventIndex } from './event-index.ts';
import { changedOccurrenceId, events, type Guest, guestId, guests } from './model.ts';
import { occurrenceCalled } from './occurrences.ts';
import { copyOf } from './series.ts';
import type { Whole } from './whole.server.ts';

/** Whether a series has an occurrence that is called so. @param zone in which times are that name none */
export function takesPlace({ event, occurrences }: Whole, occurrence: string, zone: string): boolean {
	const rows = [event, ...occurrences.map((one) => one.event)];
	return occurrenceCalled(`${event.id} ${occurrence}`, new EventIndex(rows), zone)?.occurrence === occurrence;
}

/** Who is invited to one occurrence: whom its own record names, and everybody of the series where it names nobody. */
export function guestsOn({ guests: all, occurrences }: Whole, occurrence: string): readonly Guest[] {
	const own = occurrences.find(({ event }) => event.deletedAt === null && event.occurrence === occurrence);
	const named = own?.guests.filter(({ deletedAt }) => deletedAt === null) ?? [];
	return named.length > 0 ? named : all.filter(({ deletedAt }) => deletedAt === null);
}

/** Whether somebody who is invited took an occurrence out of their own event: it is in the trash, left out, and declined. */
export function isTakenOut(
	{ event: series }: Whole,
	{ event, guests: all }: Whole['occurrences'][number],
	isThem: (guest: Guest) => boolean,
): boolean {
	if (event.deletedAt === null || event.occurrence === null || !series.except.has(event.occurrence)) return false;
	return all.some((one) => one.answer === 'declined' && isThem(one));
}

/** Writes that a guest takes occurrences out of their own event: a no to each, which stays in the trash. @param at ms since 1970 */
export function takeOut(tx: ServiceWriter, whole: Whole, days: readonly string[], address: string, at: number): void {
	for (const day of days) {
		sayOfDay(tx, whole, day, new Map([[address.toLowerCase(), { answer: 'declined', answeredAt: at }]]));
		const own = whole.occurrences.find(({ event }) => event.occurrence === day);
		tx.trash(events, own?.event.id ?? changedOccurrenceId(whole.event.id, day));
	}
}

/**
 * Writes what guests say about one occurrence alone. One that nobody changed yet becomes a record of its own for that, as it is, with
 * everybody who is invited (RFC 5546 §3.2.3: RECURRENCE-ID).
 *
 * @param said by addresses in small letters
 */
export function sayOfDay(
	tx: ServiceWriter,
	whole: Whole,
	occurrence: string,
	said: ReadonlyMap<string, Draft<typeof guests>>,
): void {
	const { event: series, occurrences } = whole;
	const own = occurrences.find(({ event }) => event.occurrence === occurrence);
	const id = own?.event.id ?? changedOccurrenceId(series.id, occurrence);
	const once = { repeat: null, extra: [], except: [] };
	const draft = { ...copyOf(series), ...once, start: occurrence, series: series.id as RecordId, occurrence };
	if (!own) tx.create(events, id, draft);
	else if (own.event.deletedAt !== null) {
		tx.restore(events, id);
		tx.update(events, id, differences<typeof events>(draft, own.event), own.event);
	}
	for (const guest of guestsOn(whole, occurrence)) {
		const { address, name, person, kind, role, answer, comment } = guest;
		const words = said.get(address.toLowerCase());
		if (guest.event === id) {
			if (words) tx.update(guests, guest.id, words);
			continue;
		}
		const key = guestId(id, address);
		const before = own?.guests.find((one) => one.id === key);
		// Whoever is invited to the series was told of it with the series.
		const theirs = { event: id, address, name, person, kind, role, answer, comment, ...words };
		if (!before) tx.create(guests, key, theirs);
		else {
			if (before.deletedAt !== null) tx.restore(guests, key);
			tx.update(guests, key, differences<typeof guests>(theirs, before));
		}
	}
}

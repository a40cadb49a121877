import { addDays, type Day, dayAt } from '@mana/time';
import type { RecordId } from '@mana/model';
import type { Contact, Encounter } from './model.ts';

/** When each contact was last met, called or written to: the last day of their encounters. */
export function lastContacted(encounters: readonly Pick<Encounter, 'people' | 'day'>[]): ReadonlyMap<RecordId, Day> {
	const last = new Map<RecordId, Day>();
	for (const { people, day } of encounters) {
		if (day === null) continue;
		for (const id of people as ReadonlySet<RecordId>) if ((last.get(id) ?? '') < day) last.set(id, day);
	}
	return last;
}

/**
 * The day on which to be in touch again; `null` where nobody wants to be reminded. Without an encounter it is counted from the day on which
 * the contact was made.
 *
 * @param last day of the last encounter
 */
export function inTouchBy(
	contact: Pick<Contact, 'keepInTouchDays' | 'createdAt'>,
	last: Day | undefined,
	today: Day,
): Day | null {
	if (contact.keepInTouchDays === null) return null;
	const from = last ?? (contact.createdAt === null ? today : dayAt(contact.createdAt, 'UTC'));
	return addDays(from, contact.keepInTouchDays);
}

/** Those whom it is time to be in touch with, the longest overdue first. */
export function toContact(
	contacts: readonly Contact[],
	last: ReadonlyMap<RecordId, Day>,
	today: Day,
): { readonly contact: Contact; readonly by: Day }[] {
	return contacts
		.flatMap((contact) => {
			const by = inTouchBy(contact, last.get(contact.id), today);
			return by !== null && by <= today ? [{ contact, by }] : [];
		})
		.toSorted((a, b) => (a.by < b.by ? -1 : a.by > b.by ? 1 : a.contact.id < b.contact.id ? -1 : 1));
}

/** Notes of encounters with somebody that are to stand above everything else, in the order that is given. What has no note any more has nothing to say. */
export function pinnedOf<E extends Pick<Encounter, 'people' | 'pinned' | 'note'>>(
	contact: string,
	encounters: readonly E[],
): E[] {
	return encounters.filter(({ people, pinned, note }) => pinned && people.has(contact) && note.trim() !== '');
}

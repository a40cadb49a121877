import type { RecordId } from '@mana/model';
import { type Point, pointOf } from '@mana/ui/map/view';
import type { Contact, Detail } from '../model.ts';
import { type Place, readPlace } from '../places.ts';

/** Somebody at one of their places. */
export interface Located {
	/** Of the detail. */
	readonly id: RecordId;
	readonly contact: Contact;
	/** What the place is to them, a word of `labels.ts` or one of their own. */
	readonly label: string;
	readonly place: Place;
	readonly point: Point;
}

/** Where the contacts of a list are, as far as that is known: by the places that they have. Somebody may be in several. */
export function located(contacts: ReadonlyMap<RecordId, Contact>, details: readonly Detail[]): Located[] {
	return details.flatMap(({ id, kind, contact, label, value }) => {
		const of = kind === 'place' && contact !== null ? contacts.get(contact) : undefined;
		const place = of ? readPlace(value) : null;
		return of && place ? [{ id, contact: of, label, place, point: pointOf(place) }] : [];
	});
}

/** How many of them have an address and no place. */
export function withoutPlace(details: readonly Detail[], there: readonly Located[]): number {
	const known = new Set(there.map(({ contact }) => contact.id));
	return new Set(details.flatMap(({ kind, contact }) => (kind === 'address' && contact !== null && !known.has(contact) ? [contact] : []))).size; // prettier-ignore
}

import type { RecordId } from '@mana/model';
import type { Contact, Detail, Group } from '../model.ts';
import type { SaidDetail } from './detail-lines.ts';
import type { SaidPhoto } from './read.ts';
import type { ContactState } from './write.ts';

/** What stands elsewhere and belongs on the card of a contact. */
export interface Beside {
	readonly details: readonly Detail[];
	readonly groups: readonly Group[];
	readonly photo: SaidPhoto | null;
	/** UID of somebody who is related; `null` when there is nobody of that id any more. */
	uidOf(contact: RecordId): string | null;
	readonly changedAt: number;
}

/** A contact as its card says it. */
export function stateOf(contact: Contact, { details, groups, photo, uidOf, changedAt }: Beside): ContactState {
	return {
		uid: contact.uid || contact.id,
		fields: contact,
		details: details.toSorted(byPlace).map((detail) => saidOf(detail, uidOf)),
		// Two groups may have one name; a card says it once.
		groups: [...new Map(groups.map(({ name }) => [name.toLowerCase(), name])).values()].toSorted(),
		photo,
		changedAt,
	};
}

/** A detail as a card says it. */
export function saidOf(detail: Detail, uidOf: (contact: RecordId) => string | null): SaidDetail {
	const targetUid = detail.kind === 'relation' && detail.target !== null ? uidOf(detail.target as RecordId) : null;
	const { kind, label, value, service, day, street, extended, postBox, locality, region, postcode, country, preferred } = detail;
	return { kind, label, value: targetUid === null ? value : '', service, day, street, extended, postBox, locality, region, postcode, country, preferred, targetUid }; // prettier-ignore
}

function byPlace(a: Detail, b: Detail): number {
	if (a.position === b.position) return a.id < b.id ? -1 : 1;
	return (a.position ?? '') < (b.position ?? '') ? -1 : 1;
}

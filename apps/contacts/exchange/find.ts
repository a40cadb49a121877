import type { RecordId } from '@mana/model';
import type { Contact, Detail } from '../model.ts';
import { nameOf } from '../name.ts';
import type { FoundContact } from './found-contact.ts';

/** What is here already. */
export interface Here {
	readonly people: readonly Contact[];
	readonly details: readonly Detail[];
}

/**
 * Finds the contact that one of a file is: of the same UID; else of the same name and an address or number in common; else of the same name where
 * one of both has neither. Two of one name with different addresses are two.
 */
export function finder({ people, details }: Here): (found: FoundContact) => RecordId | null {
	const byUid = new Map(people.map((one) => [one.uid || one.id, one.id]));
	const byName = new Map<string, RecordId[]>();
	for (const one of people) {
		const name = fold(nameOf(one));
		if (name !== '') byName.set(name, [...(byName.get(name) ?? []), one.id]);
	}
	const reaches = new Map<RecordId, Set<string>>();
	for (const { contact, kind, value } of details) {
		const key = reachOf(kind, value);
		if (contact === null || key === null) continue;
		const of = reaches.get(contact);
		if (of) of.add(key);
		else reaches.set(contact, new Set([key]));
	}
	return (found) => {
		const known = found.uid === '' ? undefined : byUid.get(found.uid);
		if (known !== undefined) return known;
		const named = byName.get(fold(nameOf(found.fields))) ?? [];
		const own = found.details.flatMap(({ kind, value }) => reachOf(kind, value) ?? []);
		const shared = named.find((id) => own.some((key) => reaches.get(id)?.has(key)));
		return shared ?? named.find((id) => own.length === 0 || !reaches.has(id)) ?? null;
	};
}

/** By what somebody is reached, as it is compared: e-mail addresses in small letters, of numbers the last nine digits. */
function reachOf(kind: Detail['kind'], value: string): string | null {
	if (kind === 'email') return value.trim().toLowerCase();
	const digits = kind === 'phone' ? value.replaceAll(/\D/g, '').slice(-9) : '';
	return digits.length >= 5 ? digits : null;
}

function fold(name: string): string {
	return name.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase().trim();
}

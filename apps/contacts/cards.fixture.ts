import { namedRecordId, readRow, type Draft, writeDraft } from '@mana/model';
import type { WholeCard } from './merge.ts';
import { type Contact, details, type Detail, encounters, type Encounter, people } from './model.ts';

/** A contact as its record reads, without a store. */
export function contact(name: string, draft: Draft<typeof people> = {}): Contact {
	const id = namedRecordId(`test/contacts/${name}`);
	return { ...readRow(people, id, [...writeDraft(people, { shownAs: name, ...draft })])!, createdAt: 0 };
}

/** One detail of a contact. */
export function detail(of: Contact, draft: Draft<typeof details>): Detail {
	const id = namedRecordId(`test/details/${of.id}/${JSON.stringify(draft)}`);
	return readRow(details, id, writeDraft(details, { contact: of.id, ...draft }))!;
}

/** A contact with addresses and numbers. */
export function card(
	name: string,
	{ emails = [], phones = [], ...draft }: Draft<typeof people> & { emails?: readonly string[]; phones?: readonly string[] } = {},
): WholeCard {
	const of = contact(name, draft);
	return {
		contact: of,
		details: [
			...emails.map((value) => detail(of, { kind: 'email', value })),
			...phones.map((value) => detail(of, { kind: 'phone', value })),
		],
	};
}

/** When some were met. */
export function met(day: string, ...whom: readonly Contact[]): Encounter {
	const id = namedRecordId(`test/encounters/${day}/${whom.map(({ id }) => id).join()}`);
	return readRow(encounters, id, writeDraft(encounters, { day, people: whom.map(({ id }) => id) }))!;
}

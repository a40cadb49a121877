import type { RecordId } from '@mana/model';
import type { OfferedPeople, OfferedPerson } from '@mana/ui/shell/manifest';
import { byPlace } from './actions.ts';
import { people as collection } from './model.ts';
import { fitFor, ownedIn } from './search.ts';
import { nameOrWord } from './words.ts';

/** The people of the address book for other apps: whom to invite, to assign, to write to. Favourites and good fits first. */
export const people: OfferedPeople = (mana, words, limit) => {
	const owned = ownedIn(mana);
	const fitOf = fitFor(words);
	return mana
		.query(collection, { where: ({ archived, deletedAt }) => !archived && deletedAt === null })
		.rows.map((contact) => ({ contact, fit: fitOf(contact, owned.get(contact.id)) }))
		.filter(({ fit }) => fit > 0)
		.toSorted((a, b) => b.fit - a.fit || Number(b.contact.starred) - Number(a.contact.starred))
		.slice(0, limit)
		.map(({ contact }): OfferedPerson => {
			const own = (owned.get(contact.id) ?? []).toSorted(byPlace);
			const values = (kind: 'email' | 'phone') =>
				own.flatMap((one) => (one.kind === kind && one.value.trim() !== '' ? [one.value.trim()] : []));
			return {
				id: contact.id satisfies RecordId,
				name: nameOrWord(contact),
				emails: values('email'),
				phones: values('phone'),
				href: `/contacts?contact=${contact.id}`,
			};
		});
};

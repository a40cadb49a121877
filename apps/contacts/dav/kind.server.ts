import { naming, type ObjectKind, objectsOf, part, type Placed, type RecordDb, rowsOf } from '@mana/dav/records/index';
import type { RecordId } from '@mana/model';
import type { SpaceId } from '@mana/sync';
import { membersKept } from '../cards/group-card.ts';
import { type Book, books, contactIdOf, details, groups, people } from '../model.ts';

/** A contact is a card in its address book, with its addresses and numbers in it, the names of its groups, and the UIDs of those it is related to. */
export const contactKind: ObjectKind<typeof people> = {
	collection: people,
	place: placeIn,
	ties: ({ groups }) => [...groups] as RecordId[],
	parts: [part(details, ({ contact }) => contact as RecordId | null)],
	namings: [
		naming(details, ({ contact, kind, target, deletedAt }) =>
			deletedAt === null && kind === 'relation' && contact !== null && target !== null
				? [{ object: contact as RecordId, names: target as RecordId }]
				: [],
		),
	],
};

/** A group is a card too, unless it was made by a category, with the UIDs of those who are in it. */
export const groupKind: ObjectKind<typeof groups> = {
	collection: groups,
	place: (row) => (row.ofCategories ? null : placeIn(row)),
	ties: () => [],
	parts: [],
	namings: [
		naming(people, ({ id, groups, deletedAt }) =>
			deletedAt === null ? [...groups].map((group) => ({ object: group as RecordId, names: id })) : [],
		),
		// Whom a program named before they were there.
		naming(groups, ({ id, cardObject }) => membersKept(cardObject).map((uid) => ({ object: id, names: contactIdOf(uid) }))),
	],
};

/** A contact with the name under which it is in its address book. */
export type PlacedContact = Placed<typeof people>;
/** A group with the name under which it is in its address book. */
export type PlacedGroup = Placed<typeof groups>;
/** What is in address books. */
export type CardCollection = typeof people | typeof groups;

/** Contacts that are in address books. */
export function contactsOf(db: RecordDb, space: SpaceId, wanted: Parameters<typeof objectsOf>[3]): Promise<PlacedContact[]> {
	return objectsOf(db, contactKind, space, wanted);
}

/** Groups that are in address books. */
export function groupsOf(db: RecordDb, space: SpaceId, wanted: Parameters<typeof objectsOf>[3]): Promise<PlacedGroup[]> {
	return objectsOf(db, groupKind, space, wanted);
}

/** The address books of spaces that programs made. */
export async function booksOf(db: RecordDb, spaces: readonly SpaceId[]): Promise<{ space: SpaceId; book: Book }[]> {
	return (await rowsOf(db, spaces, books)).map(({ space, row }) => ({ space, book: row }));
}

/** What is not in the trash lies in its book, under the name that a program gave it, or under its UID. */
function placeIn({
	id,
	deletedAt,
	book,
	uid: known,
	cardName,
}: {
	readonly id: RecordId;
	readonly deletedAt: number | null;
	readonly book: string | null;
	readonly uid: string;
	readonly cardName: string;
}) {
	if (deletedAt !== null) return null;
	const uid = known || id;
	return { home: book ?? '', uid, name: cardName || `${uid}.vcf` };
}

import { type ObjectKind, objectsOf, part, type Placed, type RecordDb, rowsOf } from '@mana/dav/records/index';
import type { RecordId } from '@mana/model';
import type { SpaceId } from '@mana/sync';
import { type Book, books, details, people } from '../model.ts';

/** A contact is a card in its address book, with its addresses and numbers in it and the names of its groups. */
export const contactKind: ObjectKind<typeof people> = {
	collection: people,
	place({ id, deletedAt, book, uid: known, cardName }) {
		if (deletedAt !== null) return null;
		const uid = known || id;
		return { home: book ?? '', uid, name: cardName || `${uid}.vcf` };
	},
	ties: ({ groups }) => [...groups] as RecordId[],
	parts: [part(details, ({ contact }) => contact as RecordId | null)],
};

/** A contact with the name under which it is in its address book. */
export type PlacedContact = Placed<typeof people>;

/** Contacts that are in address books. */
export function contactsOf(db: RecordDb, space: SpaceId, wanted: Parameters<typeof objectsOf>[3]): Promise<PlacedContact[]> {
	return objectsOf(db, contactKind, space, wanted);
}

/** The address books of spaces that programs made. */
export async function booksOf(db: RecordDb, spaces: readonly SpaceId[]): Promise<{ space: SpaceId; book: Book }[]> {
	return (await rowsOf(db, spaces, books)).map(({ space, row }) => ({ space, book: row }));
}

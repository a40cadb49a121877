import { type DavAccountParts, davAccounts } from '@mana/dav/client/accounts';
import { type Connections } from '@mana/dav/client/connections';
import { addressBooksElsewhere } from '@mana/dav/client/discover';
import { cardsElsewhere } from '@mana/dav/client/folder';
import { googleAccounts } from '@mana/dav/client/google';
import { cardTexts, type MirrorApp, type Service } from '@mana/dav/mirror/index';
import { foldersHere, type RecordDb, type RecordTables } from '@mana/dav/records/index';
import { namedRecordId, type RecordId } from '@mana/model';
import type { SpaceWriter } from '@mana/service/projection/index';
import type { SpaceId } from '@mana/sync';
import { contactsOf, groupsOf } from '../dav/kind.server.ts';
import type { Photos } from '../dav/photos.server.ts';
import { books } from '../model.ts';
import { CardsThere } from './cards-there.server.ts';
import { ContactsHere } from './contacts-here.server.ts';

export interface AddressBooksParts extends DavAccountParts {
	readonly db: RecordDb;
	readonly writer: Pick<SpaceWriter<RecordTables>, 'write' | 'wake'>;
	readonly photos: Pick<Photos, 'read' | 'keep'>;
	readonly connections: Connections;
	/** Where Google's CardDAV is looked for. */
	readonly google: string;
	ownSpace(person: string): SpaceId | null;
}

/** What an address book here says of the one elsewhere. */
const kinds = { written: 'elsewhere', read: 'shown', own: 'own' } as const;

/** Address books of accounts elsewhere, each kept the same as one of ours. */
export function addressBooksOfAccounts(parts: AddressBooksParts): MirrorApp {
	const { db, writer, photos, ownSpace } = parts;
	const withPhotos = (service: Service): Service => ({
		...service,
		open: (login, folder) => new CardsThere(service.open(login, folder), photos, folder.space),
	});
	return {
		texts: cardTexts,
		services: {
			dav: withPhotos(davAccounts(parts, addressBooksElsewhere, cardsElsewhere)),
			google: withPhotos(googleAccounts(parts, addressBooksElsewhere, cardsElsewhere, () => parts.google)),
		},
		ownSpace,
		here: (space, home) => new ContactsHere(parts, space, home as RecordId),
		...foldersHere({
			db,
			writer,
			collection: books,
			idOf: (key) => namedRecordId(`contacts/books/elsewhere/${key}`),
			create: (tx, id, { name }) => tx.create(books, id, { name }),
			mark: (tx, id, as) => tx.update(books, id, { kind: kinds[as] }),
			inside: async (records, space, home) => [
				...(await contactsOf(records, space, { home })),
				...(await groupsOf(records, space, { home })),
			],
		}),
	};
}

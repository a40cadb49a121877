import { type DavAccountParts, davAccounts } from '@mana/dav/client/accounts';
import { addressBooksElsewhere } from '@mana/dav/client/discover';
import { cardsElsewhere } from '@mana/dav/client/folder';
import { cardTexts, type MirrorApp } from '@mana/dav/mirror/index';
import { type RecordDb, recordOf, type RecordTables } from '@mana/dav/records/index';
import { namedRecordId, type RecordId } from '@mana/model';
import type { SpaceWriter } from '@mana/service/projection/index';
import type { SpaceId } from '@mana/sync';
import { contactsOf, groupsOf } from '../dav/kind.server.ts';
import type { Photos } from '../dav/photos.server.ts';
import { books } from '../model.ts';
import { CardsThere } from './cards-there.server.ts';
import { ContactsHere, recordsIn } from './contacts-here.server.ts';

export interface AddressBooksParts extends DavAccountParts {
	readonly db: RecordDb;
	readonly writer: Pick<SpaceWriter<RecordTables>, 'write' | 'wake'>;
	readonly photos: Pick<Photos, 'read' | 'keep'>;
	ownSpace(person: string): SpaceId | null;
}

/** Cards that go in one step. */
const AT_ONCE = 40;

/** Address books of accounts elsewhere, each kept the same as one of ours. */
export function addressBooksOfAccounts(parts: AddressBooksParts): MirrorApp {
	const { db, writer, photos, ownSpace } = parts;
	const dav = davAccounts(parts, addressBooksElsewhere, cardsElsewhere);
	return {
		texts: cardTexts,
		services: { dav: { ...dav, open: (login, folder) => new CardsThere(dav.open(login, folder), photos, folder.space) } },
		ownSpace,
		here: (space, home) => new ContactsHere(parts, space, home as RecordId),
		async stands(space, home) {
			const held = await recordOf(db, space, books, home as RecordId);
			return held?.row?.deletedAt === null;
		},
		async makeFolder(within, space, key, { name, mayWrite }) {
			const id = namedRecordId(`contacts/books/elsewhere/${key}`);
			const records = recordsIn(within);
			const before = (await recordOf(records, space, books, id))?.row;
			const kind = mayWrite ? 'elsewhere' : 'shown';
			await writer.write(records, space, (tx) => {
				if (!before) return tx.create(books, id, { name, kind });
				if (before.deletedAt !== null) tx.restore(books, id);
				tx.update(books, id, { kind });
			});
			return id;
		},
		async endFolder(within, space, home, what) {
			const [id, records] = [home as RecordId, recordsIn(within)];
			const before = (await recordOf(records, space, books, id))?.row;
			const inside = what === 'trash' ? [...(await contactsOf(records, space, { home })), ...(await groupsOf(records, space, { home }))] : []; // prettier-ignore
			for (let at = 0; at < inside.length; at += AT_ONCE)
				await writer.write(records, space, (tx) => {
					for (const { collection, row } of inside.slice(at, at + AT_ONCE)) tx.trash(collection, row.id);
				});
			if (before)
				await writer.write(records, space, (tx) => {
					tx.update(books, id, { kind: 'own' });
					if (what === 'trash') tx.trash(books, id);
				});
		},
		wake: () => writer.wake(),
	};
}

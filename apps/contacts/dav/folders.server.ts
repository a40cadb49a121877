import {
	addressData,
	bookConditions,
	bookPerson,
	bookProperties,
	bookReports,
	carddav,
	quietBookNames,
	type ServedVersion,
} from '@mana/dav/carddav/index';
import { type FolderApp, isOf, recordOf, type RecordTreeParts } from '@mana/dav/records/index';
import { appOf, type RecordId } from '@mana/model';
import type { SpaceId } from '@mana/sync';
import { groups, people, settings, settingsId } from '../model.ts';
import { type BookFolder, BOOKS, foldersOf, LIMITS, segmentOf } from './books.server.ts';
import { type CardSayings, contactTexts } from './contact-texts.server.ts';
import { groupTexts } from './group-texts.server.ts';
import { booksOf, type CardCollection, contactKind, contactsOf, groupKind } from './kind.server.ts';
import type { Photos } from './photos.server.ts';
import { Writes, type WriteParts } from './writes.server.ts';

/**
 * Contacts by CardDAV: every space is an address book, and those that programs made are more (RFC 6352).
 *
 * @param accepted the version that a request wants its card in; `null`: as it is
 */
export function contactsApp(
	parts: RecordTreeParts,
	write: Pick<WriteParts, 'writer' | 'groupsElsewhere'> & { readonly photos: Photos },
	accepted: ServedVersion | null,
): FolderApp<CardCollection, BookFolder> {
	const { db, grant } = parts;
	const sayings = (space: SpaceId): CardSayings => ({
		photos: (wanted) => write.photos.read(grant, space, wanted),
		// Programs that know groups by their names only are told all of them.
		namesGroup: () => true,
	});
	return {
		app: appOf(people.number),
		top: BOOKS,
		urn: 'urn:mana:contacts',
		kinds: [contactKind, groupKind],
		data: addressData,
		type: carddav('addressbook'),
		conditions: bookConditions,
		quiet: quietBookNames,
		writes: new Writes({ ...parts, ...write }),
		reports: bookReports,
		person: async (_, hrefOf) => bookPerson([hrefOf([BOOKS])], await ownCard(parts)),
		properties: ({ book }) => bookProperties(LIMITS.sent, book?.notes ?? ''),
		typeOf: () => 'text/vcard; charset=utf-8',
		async folders(spaces, language) {
			const all = await booksOf(
				db,
				spaces.map(({ id }) => id),
			);
			return spaces.flatMap((space) =>
				foldersOf(
					space,
					all.filter((one) => one.space === space.id).map(({ book }) => book),
					language,
				),
			);
		},
		async texts({ space }, placed) {
			const contacts = placed.filter((one) => isOf(one, people));
			const sets = placed.filter((one) => isOf(one, groups));
			const texts = new Map<RecordId, string>();
			const [said, inGroups] = [
				await contactTexts(db, sayings(space), space, contacts, accepted),
				await groupTexts(db, space, sets, accepted),
			];
			for (const [at, { row }] of contacts.entries()) texts.set(row.id, said[at]!);
			for (const [at, { row }] of sets.entries()) texts.set(row.id, inGroups[at]!);
			return placed.map(({ row }) => texts.get(row.id)!);
		},
	};
}

/** Where the card is that somebody said is themselves (RFC 6352 §7.1.2); `null`: they said so of none. */
async function ownCard({ db, memberships, grant, hrefOf }: RecordTreeParts): Promise<string | null> {
	const space = memberships.personalSpace(grant.person.id) as SpaceId | null;
	const said = space === null ? null : await recordOf(db, space, settings, settingsId);
	const [card] = space === null || !said?.row?.me ? [] : await contactsOf(db, space, { ids: [said.row.me as RecordId] });
	if (space === null || !card) return null;
	const found = (await booksOf(db, [space])).find(({ book }) => book.id === card.home);
	return hrefOf([BOOKS, segmentOf(space, found?.book ?? null), card.name]);
}

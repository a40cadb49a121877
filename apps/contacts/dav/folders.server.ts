import {
	addressData,
	bookConditions,
	bookPerson,
	bookProperties,
	bookReports,
	carddav,
	formed,
	quietBookNames,
	type ServedVersion,
} from '@mana/dav/carddav/index';
import { type FolderApp, objectsOf, partsOf, type RecordTreeParts, rowsOf } from '@mana/dav/records/index';
import { toVersion, writeCard } from '@mana/dav/vcard/index';
import { appOf, type BlobReference, type RecordId } from '@mana/model';
import { cardKept } from '../cards/kept.ts';
import { stateOf } from '../cards/state.ts';
import { cardOf } from '../cards/write.ts';
import { details, groups, people } from '../model.ts';
import { type BookFolder, BOOKS, foldersOf, LIMITS } from './books.server.ts';
import { booksOf, contactKind } from './kind.server.ts';
import type { Photos } from './photos.server.ts';
import { Writes, type WriteParts } from './writes.server.ts';

/**
 * Contacts by CardDAV: every space is an address book, and those that programs made are more (RFC 6352).
 *
 * @param accepted the version that a request wants its card in; `null`: as it is
 */
export function contactsApp(
	parts: RecordTreeParts,
	write: Pick<WriteParts, 'writer'> & { readonly photos: Photos },
	accepted: ServedVersion | null,
): FolderApp<typeof people, BookFolder> {
	const { db, grant } = parts;
	return {
		app: appOf(people.number),
		top: BOOKS,
		urn: 'urn:mana:contacts',
		kind: contactKind,
		data: addressData,
		type: carddav('addressbook'),
		conditions: bookConditions,
		quiet: quietBookNames,
		writes: new Writes({ ...parts, ...write }),
		reports: bookReports,
		person: (_, hrefOf) => bookPerson([hrefOf([BOOKS])], null),
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
			const own = await partsOf(
				db,
				details,
				space,
				placed.map(({ row }) => row.id),
			);
			const inGroups = placed.some(({ row }) => row.groups.size > 0);
			const sets = new Map((inGroups ? await rowsOf(db, [space], groups) : []).map(({ row }) => [row.id as string, row]));
			const photos = await write.photos.read(
				grant,
				space,
				placed.flatMap(({ row }): BlobReference[] => (row.photo ? [row.photo] : [])),
			);
			const uids = new Map(placed.map(({ row, uid }) => [row.id, uid]));
			const targets = [...own.values()].flat().flatMap(({ target }) => (target === null || uids.has(target as RecordId) ? [] : [target as RecordId])); // prettier-ignore
			for (const { row, uid } of targets.length === 0 ? [] : await objectsOf(db, contactKind, space, { ids: targets }))
				uids.set(row.id, uid);
			return placed.map(({ row, changedAt }) => {
				const state = stateOf(row, {
					details: (own.get(row.id) ?? []).filter(({ deletedAt }) => deletedAt === null),
					groups: [...row.groups].flatMap((id) => {
						const group = sets.get(id);
						return group && group.deletedAt === null ? [group] : [];
					}),
					photo: row.photo ? (photos.get(row.photo.hash) ?? null) : null,
					uidOf: (id) => uids.get(id) ?? null,
					changedAt,
				});
				const kept = cardKept(row.cardObject);
				const card = cardOf(state, kept);
				// To the letter where nothing is different; otherwise in the version that it came in, and 3.0 where it came in none.
				if (card === kept)
					return accepted === null ? row.cardObject : formed(row.cardObject, { version: accepted, properties: null });
				return writeCard(toVersion(card, accepted ?? (kept?.version === '4.0' ? '4.0' : '3.0')));
			});
		},
	};
}

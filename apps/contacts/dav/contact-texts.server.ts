import { formed, type ServedVersion } from '@mana/dav/carddav/index';
import { objectsOf, partsOf, type RecordDb, rowsOf } from '@mana/dav/records/index';
import { type Card, toVersion, writeCard } from '@mana/dav/vcard/index';
import type { BlobReference, RecordId } from '@mana/model';
import type { SpaceId } from '@mana/sync';
import { cardKept } from '../cards/kept.ts';
import type { SaidPhoto } from '../cards/read.ts';
import { stateOf } from '../cards/state.ts';
import { cardOf } from '../cards/write.ts';
import { details, type Group, groups } from '../model.ts';
import { contactKind, type PlacedContact } from './kind.server.ts';

/** What cards say of what stands beside a contact. */
export interface CardSayings {
	/** Photos by their hashes, as far as they can be had now. */
	photos(wanted: readonly BlobReference[]): Promise<ReadonlyMap<string, SaidPhoto>>;
	/** Whether the card of a contact names a group that it is in. @param kept the card as it was kept */
	namesGroup(group: Group, kept: Card | null): boolean;
}

/**
 * The cards of contacts.
 *
 * @param accepted the version that a request wants them in; `null`: as they are
 */
export async function contactTexts(
	db: RecordDb,
	sayings: CardSayings,
	space: SpaceId,
	placed: readonly PlacedContact[],
	accepted: ServedVersion | null,
): Promise<string[]> {
	const own = await partsOf(
		db,
		details,
		space,
		placed.map(({ row }) => row.id),
	);
	const inGroups = placed.some(({ row }) => row.groups.size > 0);
	const sets = new Map((inGroups ? await rowsOf(db, [space], groups) : []).map(({ row }) => [row.id as string, row]));
	const photos = await sayings.photos(placed.flatMap(({ row }): BlobReference[] => (row.photo ? [row.photo] : [])));
	const uids = new Map(placed.map(({ row, uid }) => [row.id, uid]));
	const targets = [...own.values()].flat().flatMap(({ target }) => (target === null || uids.has(target as RecordId) ? [] : [target as RecordId])); // prettier-ignore
	for (const { row, uid } of targets.length === 0 ? [] : await objectsOf(db, contactKind, space, { ids: targets }))
		uids.set(row.id, uid);
	return placed.map(({ row, changedAt }) => {
		const kept = cardKept(row.cardObject);
		const state = stateOf(row, {
			details: (own.get(row.id) ?? []).filter(({ deletedAt }) => deletedAt === null),
			groups: [...row.groups].flatMap((id) => {
				const group = sets.get(id);
				return group && group.deletedAt === null && sayings.namesGroup(group, kept) ? [group] : [];
			}),
			photo: row.photo ? (photos.get(row.photo.hash) ?? null) : null,
			uidOf: (id) => uids.get(id) ?? null,
			changedAt,
		});
		const card = cardOf(state, kept);
		// To the letter where nothing is different; otherwise in the version that it came in, and 3.0 where it came in none.
		if (card === kept)
			return accepted === null ? row.cardObject : formed(row.cardObject, { version: accepted, properties: null });
		return writeCard(toVersion(card, accepted ?? (kept?.version === '4.0' ? '4.0' : '3.0')));
	});
}

import { formed, type ServedVersion } from '@mana/dav/carddav/index';
import { namingsOf, type RecordDb, rowsOf } from '@mana/dav/records/index';
import { toVersion, writeCard } from '@mana/dav/vcard/index';
import type { RecordId } from '@mana/model';
import type { SpaceId } from '@mana/sync';
import { groupCardOf, membersKept } from '../cards/group-card.ts';
import { cardKept } from '../cards/kept.ts';
import { contactIdOf, people } from '../model.ts';
import { contactsOf, type PlacedContact, type PlacedGroup } from './kind.server.ts';

/**
 * The cards of groups.
 *
 * @param accepted the version that a request wants them in; `null`: as they are
 */
export async function groupTexts(
	db: RecordDb,
	space: SpaceId,
	placed: readonly PlacedGroup[],
	accepted: ServedVersion | null,
): Promise<string[]> {
	const members = await membersIn(db, space, placed);
	const unknown = await unknownIn(db, space, placed);
	return placed.map((group) => {
		const uids = members.get(group.row.id)!.flatMap((one) => (isShown(group, one) ? [one.uid] : []));
		const state = { uid: group.uid, name: group.row.name, members: uids, isUnknown: (uid: string) => unknown.has(uid) };
		const kept = cardKept(group.row.cardObject);
		const card = groupCardOf(state, kept);
		// To the letter where nothing is different.
		if (card === kept)
			return accepted === null ? group.row.cardObject : formed(group.row.cardObject, { version: accepted, properties: null });
		return writeCard(toVersion(card, accepted ?? (card.version === '4.0' ? '4.0' : '3.0')));
	});
}

/** Who is in groups, by the group. */
export async function membersIn(
	db: RecordDb,
	space: SpaceId,
	placed: readonly PlacedGroup[],
): Promise<Map<RecordId, PlacedContact[]>> {
	const ids = placed.map(({ row }) => row.id);
	// Those who are in a group say so themselves.
	const said = (await namingsOf(db, space, ids)).filter(({ by, names }) => by === names);
	const everybody = said.length === 0 ? [] : await contactsOf(db, space, { ids: [...new Set(said.map(({ names }) => names))] });
	const byId = new Map(everybody.map((one) => [one.row.id, one]));
	const members = new Map<RecordId, PlacedContact[]>(ids.map((id) => [id, []]));
	for (const { object, names } of said) {
		const member = byId.get(names);
		if (member) members.get(object)!.push(member);
	}
	for (const all of members.values()) all.sort((a, b) => (a.uid < b.uid ? -1 : 1));
	return members;
}

/** A group names those in its own address book, and whom a program named: one that knows a single book would take the others out. */
export function isShown({ home, row }: PlacedGroup, member: PlacedContact): boolean {
	return member.home === home || membersKept(row.cardObject).includes(member.uid);
}

/** UIDs that groups name and nobody here ever had. */
async function unknownIn(db: RecordDb, space: SpaceId, placed: readonly PlacedGroup[]): Promise<ReadonlySet<string>> {
	const named = [...new Set(placed.flatMap(({ row }) => membersKept(row.cardObject)))];
	if (named.length === 0) return new Set();
	const here = new Set((await contactsOf(db, space, { uids: named })).map(({ uid }) => uid));
	const left = named.filter((uid) => !here.has(uid));
	const ever = left.length === 0 ? new Set() : new Set((await rowsOf(db, [space], people)).map(({ row }) => row.id as string));
	return new Set(left.filter((uid) => !ever.has(contactIdOf(uid))));
}

import { differences, partsOf, type RecordDb, recordOf, rowsOf } from '@mana/dav/records/index';
import { type Draft, field, namedRecordId, ordering, type RecordId } from '@mana/model';
import type { ServiceWriter } from '@mana/service/projection/index';
import type { SpaceId } from '@mana/sync';
import type { SaidDetail } from '../cards/detail-lines.ts';
import { matchDetails, sameDetail } from '../cards/match.ts';
import type { SaidContact } from '../cards/read.ts';
import { saidOf } from '../cards/state.ts';
import { type Contact, contactIdOf, type Detail, details, type Group, groupIdNamed, groups, people } from '../model.ts';
import { contactsOf } from './kind.server.ts';

/** What has to be known of a group to find it by its name, or by whom its card names. */
export type KnownGroup = Pick<Group, 'id' | 'name' | 'deletedAt' | 'book' | 'ofCategories' | 'cardObject'>;

/** A contact with everything that belongs to it, in the trash or not, and whom a card that was sent names. */
export interface KnownContact {
	readonly id: RecordId;
	/** `null`: there was never one. */
	readonly before: Contact | null;
	/** The space's counter when its record changed last; 0: there is none. */
	readonly seq: number;
	/** Whether it was deleted for good: nothing can be written under its id any more. */
	readonly isGone: boolean;
	/** Those in the trash too. */
	readonly details: readonly Detail[];
	/** All groups of the space, those in the trash too. */
	readonly groups: readonly KnownGroup[];
	/** UIDs of those whom its details name. */
	readonly uids: ReadonlyMap<RecordId, string>;
	/** Those whom the card names by their UIDs; of one who is not there yet, the id that it will have. */
	readonly targets: ReadonlyMap<string, RecordId>;
}

export async function knownContact(db: RecordDb, space: SpaceId, id: RecordId, said: SaidContact): Promise<KnownContact> {
	const held = await recordOf(db, space, people, id);
	const own = ((await partsOf(db, details, space, [id])).get(id) ?? []).toSorted((a, b) => (a.id < b.id ? -1 : 1));
	const ids = own.flatMap(({ target }) => (target === null ? [] : [target as RecordId]));
	const uids = said.details.flatMap(({ targetUid }) => targetUid ?? []);
	const named = ids.length === 0 ? [] : await contactsOf(db, space, { ids });
	const wanted = uids.length === 0 ? [] : await contactsOf(db, space, { uids });
	return {
		id,
		before: held?.row ?? null,
		seq: held?.seq ?? 0,
		isGone: held !== null && !held.row,
		details: own,
		groups: (await rowsOf(db, [space], groups)).map(({ row }) => row),
		uids: new Map(named.map(({ row, uid }) => [row.id, uid])),
		targets: new Map([
			...uids.map((uid) => [uid, contactIdOf(uid)] as const),
			...wanted.map(({ row, uid }) => [uid, row.id] as const),
		]),
	};
}

/** Where a contact lies, and what is kept of its card as it came. */
export type ContactPlace = Pick<Draft<typeof people>, 'book' | 'uid' | 'cardName' | 'cardObject' | 'photo'>;

/**
 * Writes what a card that was sent says otherwise than the records: the contact, its addresses and numbers, its groups by their names.
 *
 * @param among groups that it is in whatever the card says; `null`: it stays in those that it is in
 * @param seen the counter of the version that whoever sends it saw: whoever wrote since wins; `null`: both changes hold, field by field
 */
export function keepContact(
	tx: ServiceWriter,
	known: KnownContact,
	said: SaidContact,
	place: ContactPlace,
	among: readonly RecordId[] | null,
	seen: number | null,
): void {
	const { id, before, groups: sets } = known;
	const inGroups = among && { groups: [...new Set([...groupsNamed(tx, said.groups, sets, before?.groups), ...among])] };
	const wanted: Draft<typeof people> = { ...said.fields, ...inGroups, ...place };
	if (!before) tx.create(people, id, wanted);
	else {
		if (seen !== null) tx.expect(id, seen);
		if (before.deletedAt !== null) tx.restore(people, id);
		tx.update(people, id, differences<typeof people>(wanted, before), before);
	}
	keepDetails(tx, known, said.details);
}

/** Addresses and numbers as the card has them by now: the same ones changed where they are, others made or put in the trash. */
function keepDetails(
	tx: ServiceWriter,
	{ id: contact, details: all, uids, targets }: KnownContact,
	said: readonly SaidDetail[],
): void {
	const own = all.filter(({ deletedAt }) => deletedAt === null);
	const before = own.map((row) => ({ ...saidOf(row, (one) => uids.get(one) ?? null), row }));
	const { pairs, gone, added } = matchDetails(before, said);
	const draftOf = ({ targetUid, ...one }: SaidDetail): Draft<typeof details> => ({
		...one,
		day: one.day !== null && field.isPartialDay(one.day) ? one.day : null,
		target: targetUid === null ? null : (targets.get(targetUid) ?? null),
	});
	for (const [old, now] of pairs)
		if (!sameDetail(old, now)) tx.update(details, old.row.id, differences<typeof details>(draftOf(now), old.row), old.row);
	for (const { row } of gone) tx.trash(details, row.id);
	const between = ordering(Math.random);
	let last = own.reduce<string | null>(
		(most, { position }) => (position !== null && (most === null || position > most) ? position : most),
		null,
	);
	const live = new Set(own.map(({ id }) => id));
	const trashed = new Map(all.filter(({ deletedAt }) => deletedAt !== null).map((row) => [row.id, row]));
	for (const [at, one] of added.entries()) {
		// A name of its own for each, so that the same card sent twice at once makes it once.
		let id = namedRecordId(`contacts/details/${contact}/${JSON.stringify(one)}/${at}`);
		if (live.has(id)) id = namedRecordId(`contacts/details/${contact}/${JSON.stringify(one)}/${at}/${own.length}`);
		last = between(last, null);
		const draft = { ...draftOf(one), contact, position: last };
		const before = trashed.get(id);
		if (!before) tx.create(details, id, draft);
		else {
			// It was there before, and comes back.
			tx.restore(details, id);
			tx.update(details, id, differences<typeof details>(draft, before), before);
		}
	}
}

/** Ids of groups by their names: of several with one name those that somebody is in already; those that nobody has yet are made. */
function groupsNamed(
	tx: ServiceWriter,
	wanted: readonly string[],
	known: readonly KnownGroup[],
	before: ReadonlySet<string> = new Set(),
): RecordId[] {
	return wanted.flatMap((name): RecordId[] => {
		const there = known.filter((group) => group.deletedAt === null && group.name.toLowerCase() === name.toLowerCase());
		const own = there.filter((group) => before.has(group.id));
		if (there.length > 0) return (own.length > 0 ? own : there.slice(0, 1)).map((group) => group.id);
		const id = groupIdNamed(name);
		if (known.some((group) => group.id === id)) {
			tx.restore(groups, id);
			tx.update(groups, id, { name });
		} else tx.create(groups, id, { name, ofCategories: true });
		return [id];
	});
}

import { carddav, type SentCard } from '@mana/dav/carddav/index';
import { DavFailure } from '@mana/dav/index';
import { differences, type RecordDb, recordOf, rowsOf } from '@mana/dav/records/index';
import { writeCard } from '@mana/dav/vcard/index';
import type { Draft, RecordId } from '@mana/model';
import type { ServiceWriter } from '@mana/service/projection/index';
import type { SpaceId } from '@mana/sync';
import { membersKept, readGroup, withoutMembers } from '../cards/group-card.ts';
import { groupIdOf, groups, people } from '../model.ts';
import { type BookFolder, LIMITS } from './books.server.ts';
import { isShown, membersIn } from './group-texts.server.ts';
import type { KnownGroup } from './keep-contact.server.ts';
import { contactsOf, type PlacedContact, type PlacedGroup } from './kind.server.ts';

/** Contacts that are put into a group or taken out in one step. */
const AT_ONCE = 500;

/** A group as a card says it, with what it replaces. */
export interface GroupPut {
	readonly folder: Pick<BookFolder, 'space' | 'book'>;
	/** Name of its file. */
	readonly name: string;
	/** As whoever sends it saw it; `null`: they saw none. */
	readonly current: PlacedGroup | null;
	readonly sent: SentCard;
	/** Of the group that it is or becomes. */
	readonly id: RecordId;
	/** Contacts by their UIDs that were written and cannot be read yet. */
	readonly coming?: ReadonlyMap<string, RecordId>;
}

/**
 * Writes a group as a card says it: its name, and who came and went since the card was read. Whom it names that is not here yet is in it
 * when they come.
 *
 * @param write one transaction; of a group that somebody wrote since it was seen none is kept
 * @returns what the last one answered: the space's counter after it
 */
export async function putGroup<Seq>(
	db: RecordDb,
	write: (action: (tx: ServiceWriter) => void) => Promise<Seq>,
	{ folder, name, current, sent, id, coming: awaited = new Map() }: GroupPut,
): Promise<Seq> {
	const { space, book } = folder;
	const held = await recordOf(db, space, groups, id);
	const before = held?.row ?? null;
	const said = readGroup(sent.card);
	const wanted = said.members.length === 0 ? [] : await contactsOf(db, space, { uids: said.members });
	const shown = current ? (await membersIn(db, space, [current])).get(id)!.filter((one) => isShown(current, one)) : [];
	const known = new Set(wanted.map(({ uid }) => uid));
	const [coming, going] = [without(wanted, shown), without(shown, wanted)];
	const draft: Draft<typeof groups> = {
		name: said.name,
		ofCategories: false,
		book: book?.id ?? null,
		uid: sent.uid === id ? '' : sent.uid,
		cardName: name === `${sent.uid}.vcf` ? '' : name,
		cardObject: keptText(sent, known),
	};
	const steps = [
		...coming.map(
			({ row }) =>
				(tx: ServiceWriter) =>
					tx.update(people, row.id, { groups: { add: [id] } }, row),
		),
		...going.map(
			({ row }) =>
				(tx: ServiceWriter) =>
					tx.update(people, row.id, { groups: { remove: [id] } }, row),
		),
		...said.members.flatMap((uid) => {
			const contact = known.has(uid) ? undefined : awaited.get(uid);
			return contact ? [(tx: ServiceWriter) => tx.update(people, contact, { groups: { add: [id] } })] : [];
		}),
	];
	let last = await write((tx) => {
		if (!before || !held) tx.create(groups, id, draft);
		else {
			// Against what was seen: members stand with the contacts, where both sides' changes hold.
			tx.expect(id, current?.seq ?? held.seq);
			if (before.deletedAt !== null) tx.restore(groups, id);
			tx.update(groups, id, differences<typeof groups>(draft, before), before);
		}
		for (const step of steps.slice(0, AT_ONCE)) step(tx);
	});
	for (let at = AT_ONCE; at < steps.length; at += AT_ONCE)
		last = await write((tx) => {
			for (const step of steps.slice(at, at + AT_ONCE)) step(tx);
		});
	return last;
}

/** The group that a card is of which nobody has yet: the one of that name where categories made it, otherwise one of its own. */
export async function groupFor(db: RecordDb, space: SpaceId, { uid, card }: SentCard): Promise<RecordId> {
	const name = readGroup(card).name.toLowerCase();
	const own = groupIdOf(uid);
	if (await recordOf(db, space, groups, own)) return own;
	const all = (await rowsOf(db, [space], groups)).map(({ row }) => row);
	return all.find((one) => one.ofCategories && one.deletedAt === null && one.name.toLowerCase() === name)?.id ?? own;
}

/** Groups that named a contact before it was there: it is in them now. */
export function groupsAwaiting(uid: string, known: readonly KnownGroup[]): RecordId[] {
	return known.filter((one) => one.deletedAt === null && membersKept(one.cardObject).includes(uid)).map(({ id }) => id);
}

/** Whole, so that it comes back to the letter; a very large group without those who stand with the contacts. @throws DavFailure 403 */
function keptText({ card, text }: SentCard, known: ReadonlySet<string>): string {
	if (Buffer.byteLength(text) <= LIMITS.kept) return text;
	const small = writeCard(withoutMembers(card, known));
	if (Buffer.byteLength(small) <= LIMITS.kept) return small;
	throw new DavFailure(403, `A group has at most ${LIMITS.kept} bytes besides its members.`, carddav('max-resource-size'));
}

function without(some: readonly PlacedContact[], others: readonly PlacedContact[]): PlacedContact[] {
	const ids = new Set(others.map(({ row }) => row.id));
	return some.filter(({ row }) => !ids.has(row.id));
}

import { bookConditions, carddav, parseSentCard, type SentCard } from '@mana/dav/carddav/index';
import { type Content, dav, DavFailure, type DavPath, element, type PropertyChange, textOf } from '@mana/dav/index';
import {
	differences,
	type FolderWrites,
	isOf,
	Member,
	partsOf,
	type RecordDb,
	recordOf,
	refusing,
	type RecordTables,
	rowsOf,
} from '@mana/dav/records/index';
import { isGroup, withProperty, writeCard } from '@mana/dav/vcard/index';
import { type Draft, field, namedRecordId, ordering, type RecordId } from '@mana/model';
import type { AppGrant } from '@mana/service/app-passwords';
import type { MemberWriter, ServiceWriter } from '@mana/service/projection/index';
import type { SpaceId } from '@mana/sync';
import type { SaidDetail } from '../cards/detail-lines.ts';
import { matchDetails, sameDetail } from '../cards/match.ts';
import { readContact } from '../cards/read.ts';
import { saidOf } from '../cards/state.ts';
import { books, contactIdOf, type Detail, details, type Group, groupIdNamed, groups, people } from '../model.ts';
import { type BookFolder, BOOKS, LIMITS, segmentOf } from './books.server.ts';
import { groupFor, groupsAwaiting, putGroup } from './group-writes.server.ts';
import { booksOf, type CardCollection, contactsOf, groupsOf, type PlacedContact, type PlacedGroup } from './kind.server.ts';
import type { Photos } from './photos.server.ts';

export interface WriteParts {
	readonly db: RecordDb;
	readonly writer: MemberWriter<RecordTables>;
	readonly grant: AppGrant;
	readonly photos: Photos;
	/** Whether the program says only in cards of groups who is in them (`programs.server.ts`). */
	readonly groupsElsewhere: boolean;
	/** The address of a resource of this tree, as a client sees it. */
	hrefOf(path: DavPath): string;
}

type Placed = PlacedContact | PlacedGroup;

/** Cards that go in one step. */
const AT_ONCE = 500;

/** What a program changes, as transactions of its person's device. Each answers the space's counter after it, when it is on the disk. */
export class Writes implements FolderWrites<CardCollection, BookFolder> {
	readonly #parts: WriteParts;
	readonly #member: Member;

	constructor(parts: WriteParts) {
		this.#parts = parts;
		this.#member = new Member(parts.writer, parts.grant, carddav('valid-address-data'));
	}

	async put(folder: BookFolder, name: string, current: Placed | null, content: Content): Promise<{ seq: number; text: string }> {
		const { db } = this.#parts;
		const { space } = folder;
		const sent = parseSentCard(content, LIMITS.sent);
		const { uid, text } = sent;
		if (current && current.uid !== uid) throw await this.#conflict(folder, uid, current.name);
		const taken = current ? null : ((await contactsOf(db, space, { uids: [uid] }))[0] ?? (await groupsOf(db, space, { uids: [uid] }))[0]); // prettier-ignore
		if (taken) throw await this.#conflict(folder, uid, taken.name, taken.home);
		const asGroup = isGroup(sent.card);
		const [own, other] = asGroup ? [groups, people] : [people, groups];
		const id = current?.row.id ?? (asGroup ? await groupFor(db, space, sent) : contactIdOf(uid));
		if ((current && !isOf(current, own)) || (await recordOf(db, space, other, id)))
			throw new DavFailure(
				403,
				'A contact stays a contact, a group a group. Give the other one a new UID.',
				bookConditions.taken,
			);
		const held = await recordOf(db, space, own, id);
		if (held && !held.row) throw new DavFailure(403, 'This one was deleted for good. Give it a new UID.', bookConditions.taken);
		if (!asGroup) return { seq: await this.#putContact(folder, name, current && isOf(current, people) ? current : null, sent, id), text }; // prettier-ignore
		const group = current && isOf(current, groups) ? current : null;
		return { seq: await putGroup(db, this.#member, { folder, name, current: group, sent, id }), text };
	}

	async #putContact(
		folder: BookFolder,
		name: string,
		current: PlacedContact | null,
		sent: SentCard,
		id: RecordId,
	): Promise<number> {
		const { db } = this.#parts;
		const { space } = folder;
		const { uid } = sent;
		const held = await recordOf(db, space, people, id);
		const before = held?.row ?? null;
		const said = readContact(sent.card);
		const photo = await this.#parts.photos.keep(this.#parts.grant, space, said.photo, before?.photo ?? null);
		const kept = photo === null ? sent.text : writeCard(withProperty(sent.card, 'PHOTO'));
		if (Buffer.byteLength(kept) > LIMITS.kept)
			throw new DavFailure(403, `A card has at most ${LIMITS.kept} bytes besides its photo.`, carddav('max-resource-size'));
		const sets = (await rowsOf(db, [space], groups)).map(({ row }) => row);
		const own = ((await partsOf(db, details, space, [id])).get(id) ?? []).toSorted((a, b) => (a.id < b.id ? -1 : 1));
		const known = await this.#uidsOf(space, own);
		const targets = await this.#targetsOf(space, said.details);
		// Whoever says nothing of groups on the cards of contacts takes nobody out of one.
		const stays = said.groups.length === 0 && this.#parts.groupsElsewhere;
		const awaited = held ? [] : groupsAwaiting(uid, sets);
		return this.#member.write(space, (tx) => {
			const wanted: Draft<typeof people> = {
				...said.fields,
				...(stays && before ? {} : { groups: [...new Set([...groupsNamed(tx, said.groups, sets, before?.groups), ...awaited])] }), // prettier-ignore
				book: folder.book?.id ?? null,
				uid: uid === id ? '' : uid,
				cardName: name === `${uid}.vcf` ? '' : name,
				cardObject: kept,
				...this.#photoDraft(photo, before?.photo ?? null),
			};
			if (!before || !held) tx.create(people, id, wanted);
			else {
				// Against the version that the program saw: whoever wrote since wins, and the program asks again (RFC 6352 §6.3.2).
				tx.expect(id, current?.seq ?? held.seq);
				if (before.deletedAt !== null) tx.restore(people, id);
				tx.update(people, id, differences<typeof people>(wanted, before), before);
			}
			keepDetails(tx, id, own.filter(({ deletedAt }) => deletedAt === null), said.details, (one) => known.get(one) ?? null, targets);
		}); // prettier-ignore
	}

	/** Puts a contact or a group in the trash; what belongs to it stays with it. */
	async trash({ space }: BookFolder, { collection, row, seq }: Placed): Promise<number> {
		return this.#member.write(space, (tx) => {
			tx.expect(row.id, seq);
			tx.trash(collection, row.id);
		});
	}

	/** Puts an address book with its contacts in the trash. */
	async trashFolder({ space, home, book }: BookFolder): Promise<number> {
		const { db } = this.#parts;
		const inside: Placed[] = [...(await contactsOf(db, space, { home })), ...(await groupsOf(db, space, { home }))];
		for (let at = 0; at < inside.length; at += AT_ONCE)
			await this.#member.write(space, (tx) => {
				for (const { collection, row } of inside.slice(at, at + AT_ONCE)) tx.trash(collection, row.id);
			});
		return this.#member.write(space, (tx) => {
			if (book) tx.trash(books, book.id);
		});
	}

	move(placed: Placed, { space, book }: BookFolder, name: string): Promise<number> {
		const moved = { book: book?.id ?? null, cardName: name === `${placed.uid}.vcf` ? '' : name };
		return this.#member.write(space, (tx) => {
			tx.expect(placed.row.id, placed.seq);
			tx.update(placed.collection, placed.row.id, moved);
		});
	}

	async makeFolder(space: SpaceId, name: string, _: unknown, changes: readonly PropertyChange[]): Promise<number> {
		const id = namedRecordId(`contacts/books/${space}/${name}`);
		const held = await recordOf(this.#parts.db, space, books, id);
		const draft = { name, ...settingsIn(changes), cardName: name };
		return this.#member.write(space, (tx) => {
			if (!held) return tx.create(books, id, draft);
			tx.restore(books, id);
			tx.update(books, id, { notes: '', ...draft });
		});
	}

	/** @throws RefusedProperties for what an address book cannot have */
	async changeFolder({ space, book }: BookFolder, changes: readonly PropertyChange[]): Promise<number> {
		// The one that every space has is called as the space is.
		if (!book) throw refusing(changes);
		const draft = settingsIn(changes);
		return this.#member.write(space, (tx) => tx.update(books, book.id, draft));
	}

	/** Who was shown a photo and sends none wants it gone; who was shown none knows nothing of it. */
	#photoDraft(
		photo: Draft<typeof people>['photo'] | null,
		before: Parameters<Photos['wasShown']>[0] | null,
	): Draft<typeof people> {
		if (photo) return before?.hash === photo.hash ? {} : { photo };
		return before && this.#parts.photos.wasShown(before) ? { photo: null } : {};
	}

	/** UIDs of those whom details name. */
	async #uidsOf(space: SpaceId, own: readonly Detail[]): Promise<ReadonlyMap<RecordId, string>> {
		const ids = own.flatMap(({ target }) => (target === null ? [] : [target as RecordId]));
		const found = ids.length === 0 ? [] : await contactsOf(this.#parts.db, space, { ids });
		return new Map(found.map(({ row, uid }) => [row.id, uid]));
	}

	/** Those whom a card names by their UIDs; of one who is not there yet, the id that it will have. */
	async #targetsOf(space: SpaceId, said: readonly SaidDetail[]): Promise<ReadonlyMap<string, RecordId>> {
		const uids = said.flatMap(({ targetUid }) => targetUid ?? []);
		const found = uids.length === 0 ? [] : await contactsOf(this.#parts.db, space, { uids });
		return new Map([
			...uids.map((uid) => [uid, contactIdOf(uid)] as const),
			...found.map(({ row, uid }) => [uid, row.id] as const),
		]);
	}

	async #conflict({ space, home: own }: BookFolder, uid: string, name: string, home = own): Promise<DavFailure> {
		const found = (await booksOf(this.#parts.db, [space])).find(({ book }) => book.id === home);
		const href = this.#parts.hrefOf([BOOKS, segmentOf(space, found?.book ?? null), name]);
		return new DavFailure(
			409,
			`The UID ${uid} belongs to another contact, or this contact has another UID.`,
			element(bookConditions.taken, element(dav('href'), href)),
		);
	}
}

/** Addresses and numbers as the card has them by now: the same ones changed where they are, others made or put in the trash. */
function keepDetails(
	tx: ServiceWriter,
	contact: RecordId,
	own: readonly Detail[],
	said: readonly SaidDetail[],
	uidOf: (id: RecordId) => string | null,
	targets: ReadonlyMap<string, RecordId>,
): void {
	const before = own.map((row) => ({ ...saidOf(row, uidOf), row }));
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
	// A name of its own for each, so that the same card sent twice at once makes it once.
	const taken = new Set(own.map(({ id }) => id));
	for (const [at, one] of added.entries()) {
		let id = namedRecordId(`contacts/details/${contact}/${JSON.stringify(one)}/${at}`);
		if (taken.has(id)) id = namedRecordId(`contacts/details/${contact}/${JSON.stringify(one)}/${at}/${own.length}`);
		last = between(last, null);
		tx.create(details, id, { ...draftOf(one), contact, position: last });
	}
}

/** Ids of groups by their names: of several with one name those that somebody is in already; those that nobody has yet are made. */
function groupsNamed(
	tx: ServiceWriter,
	wanted: readonly string[],
	known: readonly Group[],
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

/** What a program wants an address book to be called. @throws RefusedProperties */
function settingsIn(changes: readonly PropertyChange[]): { name?: string; notes?: string } {
	const draft: { name?: string; notes?: string } = {};
	const refused: PropertyChange[] = [];
	for (const change of changes) {
		const text = change.value ? textOf(change.value) : '';
		if (change.name === dav('displayname') && text !== '' && text.length <= 120) draft.name = text;
		else if (change.name === carddav('addressbook-description') && text.length <= 2_000) draft.notes = text;
		else refused.push(change);
	}
	if (refused.length > 0) throw refusing(refused);
	return draft;
}

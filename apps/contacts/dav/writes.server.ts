import { bookConditions, carddav, parseSentCard, type SentCard } from '@mana/dav/carddav/index';
import { type Content, dav, DavFailure, type DavPath, element, type PropertyChange, textOf } from '@mana/dav/index';
import { type FolderWrites, isOf, Member, type RecordDb, recordOf, refusing, type RecordTables } from '@mana/dav/records/index';
import { isGroup, withProperty, writeCard } from '@mana/dav/vcard/index';
import { type Draft, namedRecordId, type RecordId } from '@mana/model';
import type { AppGrant } from '@mana/service/app-passwords';
import type { MemberWriter } from '@mana/service/projection/index';
import type { SpaceId } from '@mana/sync';
import { readContact } from '../cards/read.ts';
import { books, contactIdOf, groups, people } from '../model.ts';
import { type BookFolder, BOOKS, LIMITS, segmentOf } from './books.server.ts';
import { groupFor, groupsAwaiting, putGroup } from './group-writes.server.ts';
import { keepContact, knownContact } from './keep-contact.server.ts';
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
		return {
			seq: await putGroup(db, (write) => this.#member.write(space, write), { folder, name, current: group, sent, id }),
			text,
		};
	}

	async #putContact(
		folder: BookFolder,
		name: string,
		current: PlacedContact | null,
		sent: SentCard,
		id: RecordId,
	): Promise<number> {
		const { db, photos, grant, groupsElsewhere } = this.#parts;
		const { space } = folder;
		const { uid } = sent;
		const said = readContact(sent.card);
		const known = await knownContact(db, space, id, said);
		const { before } = known;
		const photo = await photos.keep(grant, space, said.photo, before?.photo ?? null);
		const kept = photo === null ? sent.text : writeCard(withProperty(sent.card, 'PHOTO'));
		if (Buffer.byteLength(kept) > LIMITS.kept)
			throw new DavFailure(403, `A card has at most ${LIMITS.kept} bytes besides its photo.`, carddav('max-resource-size'));
		// Whoever says nothing of groups on the cards of contacts takes nobody out of one.
		const stays = said.groups.length === 0 && groupsElsewhere && before !== null;
		const among = stays ? null : before ? [] : groupsAwaiting(uid, known.groups);
		const place = {
			book: folder.book?.id ?? null,
			uid: uid === id ? '' : uid,
			cardName: name === `${uid}.vcf` ? '' : name,
			cardObject: kept,
			...this.#photoDraft(photo, before?.photo ?? null),
		};
		// Against the version that the program saw: whoever wrote since wins, and the program asks again (RFC 6352 §6.3.2).
		return this.#member.write(space, (tx) => keepContact(tx, known, said, place, among, current?.seq ?? known.seq));
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

import { parseSentCard, type SentCard } from '@mana/dav/carddav/index';
import { DavFailure } from '@mana/dav/index';
import type { Here, MirrorWithin } from '@mana/dav/mirror/index';
import { isOf, type RecordDb, recordOf, recordsIn, type RecordTables, versionsIn } from '@mana/dav/records/index';
import { isGroup, withProperty, writeCard } from '@mana/dav/vcard/index';
import { type BlobReference, InvalidValue, type RecordId } from '@mana/model';
import type { ServiceWriter, SpaceWriter } from '@mana/service/projection/index';
import type { SpaceId } from '@mana/sync';
import type { Transaction } from 'kysely';
import { membersKept, readGroup } from '../cards/group-card.ts';
import { cardKept } from '../cards/kept.ts';
import { photoAddress, photoAt } from '../cards/photo-address.ts';
import { readContact } from '../cards/read.ts';
import { LIMITS } from '../dav/books.server.ts';
import { contactTexts } from '../dav/contact-texts.server.ts';
import { groupTexts } from '../dav/group-texts.server.ts';
import { groupFor, putGroup } from '../dav/group-writes.server.ts';
import { keepContact, type KnownContact, knownContact, type KnownGroup } from '../dav/keep-contact.server.ts';
import { contactsOf, groupsOf, type PlacedContact, type PlacedGroup } from '../dav/kind.server.ts';
import { books, contactIdOf, groupIdNamed, groups, people } from '../model.ts';

type Taken = Awaited<ReturnType<Here<MirrorWithin>['take']>>;

export interface ContactsHereParts {
	readonly db: RecordDb;
	readonly writer: Pick<SpaceWriter<RecordTables>, 'write'>;
}

/**
 * An address book of ours, as cards that stand elsewhere, too. A group that is a card of the book says itself who is in it; all others are
 * named on the cards of those who are in them. Made for one round: what was taken in it cannot be read here before its end.
 */
export class ContactsHere implements Here<MirrorWithin> {
	readonly #parts: ContactsHereParts;
	readonly #space: SpaceId;
	readonly #book: RecordId;
	readonly #contacts = new Map<string, RecordId>();
	readonly #groups = new Map<RecordId, KnownGroup>();

	constructor(parts: ContactsHereParts, space: SpaceId, book: RecordId) {
		this.#parts = parts;
		this.#space = space;
		this.#book = book;
	}

	versions(): Promise<Map<string, string>> {
		return versionsIn(this.#parts.db, this.#space, this.#book);
	}

	async texts(uids: readonly string[]): Promise<Map<string, string>> {
		const { db } = this.#parts;
		const own = <Placed extends PlacedContact | PlacedGroup>(all: readonly Placed[]) =>
			all.filter(({ home }) => home === this.#book);
		const [contacts, sets] = [own(await contactsOf(db, this.#space, { uids })), own(await groupsOf(db, this.#space, { uids }))];
		const sayings = {
			photos: async (wanted: readonly BlobReference[]) =>
				new Map(wanted.map((one) => [one.hash, { kind: 'address', address: photoAddress(one) } as const])),
			namesGroup: (group: KnownGroup, kept: ReturnType<typeof cardKept>) =>
				!this.#isCard(group) || (kept !== null && names(readContact(kept).groups, group)),
		};
		const cards = await contactTexts(db, sayings, this.#space, contacts, null);
		const lists = await groupTexts(db, this.#space, sets, null);
		return new Map([
			...contacts.map(({ uid }, at) => [uid, cards[at]!] as const),
			...sets.map(({ uid }, at) => [uid, lists[at]!] as const),
		]);
	}

	async take(within: MirrorWithin, uid: string, text: string): Promise<Taken> {
		const db = recordsIn(within);
		const sent = parsed(text);
		if (!sent) return { unfit: 'unreadable' };
		const [contact] = await contactsOf(db, this.#space, { uids: [uid] });
		const [group] = await groupsOf(db, this.#space, { uids: [uid] });
		const there = contact ?? group;
		if (there && there.home !== this.#book) return { unfit: 'taken' };
		const asGroup = isGroup(sent.card);
		// A contact stays a contact, a group a group.
		if (there && !isOf(there, asGroup ? groups : people)) return { unfit: 'unreadable' };
		try {
			return await (asGroup ? this.#takeGroup(db, group ?? null, sent) : this.#takeContact(db, contact ?? null, sent));
		} catch (error) {
			if (error instanceof InvalidValue || error instanceof DavFailure) return { unfit: 'unreadable' };
			throw error;
		}
	}

	async trash(within: MirrorWithin, uid: string): Promise<void> {
		const db = recordsIn(within);
		const placed = [
			...(await contactsOf(db, this.#space, { uids: [uid] })),
			...(await groupsOf(db, this.#space, { uids: [uid] })),
		].filter(({ home }) => home === this.#book);
		await this.#write(db, (tx) => {
			for (const { collection, row } of placed) tx.trash(collection, row.id);
		});
	}

	async #takeContact(db: Transaction<RecordTables>, placed: PlacedContact | null, sent: SentCard): Promise<Taken> {
		const { uid, card, text } = sent;
		const id = placed?.row.id ?? contactIdOf(uid);
		const said = readContact(card);
		const read = await knownContact(db, this.#space, id, said);
		if (read.isGone) return { unfit: 'taken' };
		const known: KnownContact = { ...read, groups: [...read.groups.filter((one) => !this.#groups.has(one.id)), ...this.#groups.values()] }; // prettier-ignore
		const photo = said.photo?.kind === 'address' ? photoAt(said.photo.address) : null;
		const kept = photo === null ? text : writeCard(withProperty(card, 'PHOTO'));
		if (Buffer.byteLength(kept) > LIMITS.kept) return { unfit: 'unreadable' };
		const { before } = known;
		const place = {
			book: this.#book,
			uid: uid === id ? '' : uid,
			cardObject: kept,
			...(before?.photo?.hash === photo?.hash ? {} : { photo }),
		};
		const among = this.#among(known, uid, said.groups);
		await this.#write(db, (tx) => keepContact(tx, known, said, place, among, null));
		this.#contacts.set(uid, id);
		for (const name of said.groups)
			if (!known.groups.some((one) => one.deletedAt === null && names([name], one)))
				this.#groups.set(groupIdNamed(name), { id: groupIdNamed(name), name, deletedAt: null, book: null, ofCategories: true, cardObject: '' }); // prettier-ignore
		return { record: id };
	}

	async #takeGroup(db: Transaction<RecordTables>, current: PlacedGroup | null, sent: SentCard): Promise<Taken> {
		const id = current?.row.id ?? (await groupFor(db, this.#space, sent));
		const held = await recordOf(db, this.#space, groups, id);
		if (held && !held.row) return { unfit: 'taken' };
		const name = current?.name ?? `${sent.uid}.vcf`;
		const book = (await recordOf(db, this.#space, books, this.#book))?.row ?? null;
		const folder = { space: this.#space, book };
		const coming = this.#contacts;
		await putGroup(db, (write) => this.#write(db, write), { folder, name, current, sent, id, coming });
		const [called, cardObject] = [readGroup(sent.card).name, sent.text];
		this.#groups.set(id, { id, name: called, deletedAt: null, book: this.#book, ofCategories: false, cardObject });
		return { record: id };
	}

	/** Groups that somebody is in whatever their card says: cards of the book that name them, but not one that their own card named and does not any more. */
	#among({ before, groups: all }: KnownContact, uid: string, said: readonly string[]): RecordId[] {
		const kept = before && cardKept(before.cardObject);
		const [was, is] = [kept ? readContact(kept).groups : [], said];
		const left = (group: KnownGroup) => names(was, group) && !names(is, group);
		return all
			.filter((group) => group.deletedAt === null && this.#isCard(group))
			.filter(({ id, cardObject }) => before?.groups.has(id) || (!before && membersKept(cardObject).includes(uid)))
			.filter((group) => !left(group))
			.map(({ id }) => id);
	}

	/** Whether a group is a card of this book. */
	#isCard({ book, ofCategories }: Pick<KnownGroup, 'book' | 'ofCategories'>): boolean {
		return book === this.#book && !ofCategories;
	}

	#write(db: Transaction<RecordTables>, action: (tx: ServiceWriter) => void): Promise<void> {
		return this.#parts.writer.write(db, this.#space, action);
	}
}

function names(said: readonly string[], { name }: Pick<KnownGroup, 'name'>): boolean {
	return said.some((one) => one.toLowerCase() === name.toLowerCase());
}

function parsed(text: string): SentCard | null {
	try {
		return parseSentCard({ bytes: new TextEncoder().encode(text), type: 'text/vcard' }, LIMITS.sent);
	} catch (error) {
		if (error instanceof DavFailure) return null;
		throw error;
	}
}

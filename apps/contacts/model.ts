import { collection, field, isRecordId, namedRecordId, partOf, type RecordId, type Row } from '@mana/model';
import { viewsIn } from '@mana/shared/views';

/** The app's permanent number: collection numbers on the wire start with it. */
const app = 4;

const name = { fallback: '', max: 200 } as const;

/** People and organisations. What there may be several of (addresses, numbers, …) are `details`. */
export const people = collection(
	'contacts/people',
	{ app, number: 1 },
	{
		kind: field.choice(1, ['person', 'organisation']),
		prefix: field.text(2, name),
		given: field.text(3, name),
		/** Further given names. */
		additional: field.text(4, name),
		family: field.text(5, name),
		suffix: field.text(6, name),
		/** How the given name is spoken: what lists sort by where it is known (furigana, pinyin). */
		phoneticGiven: field.text(7, name),
		phoneticFamily: field.text(8, name),
		nickname: field.text(9, name),
		/** The name as a whole, where it is not what the parts make (`name.ts` `nameOf`); empty: that. */
		shownAs: field.text(10, { fallback: '', max: 500 }),
		/** Of a person the employer, of an organisation its name. */
		organisation: field.text(11, { fallback: '', max: 300 }),
		phoneticOrganisation: field.text(12, { fallback: '', max: 300 }),
		department: field.text(13, { fallback: '', max: 300 }),
		/** What stands on the door: head of purchasing. */
		title: field.text(14, name),
		/** What somebody is there for: programmer. */
		role: field.text(15, name),
		pronouns: field.text(16, { fallback: '', max: 60 }),
		birthday: field.partialDay(17),
		/** Of the wedding, or of what people count the years of. */
		anniversary: field.partialDay(18),
		notes: field.text(19, { fallback: '', max: 20_000 }),
		/** A square picture. */
		photo: field.blob(20),
		starred: field.flag(21),
		/** After how many days without an encounter to be reminded of them; `null`: never. */
		keepInTouchDays: field.integer(22, { from: 1, to: 3_660 }),
		/** Ids of `groups`. */
		groups: field.set(23),
		/** Ids of people who look like the same and are not: somebody said so. It is enough on one side. */
		distinctFrom: field.set(24),
		/** The contact into which this one was merged; it is in the trash then. */
		mergedInto: field.reference(25),
		/** The UID by which address book programs know it; empty: its id. */
		uid: field.text(26, { fallback: '', max: 255 }),
		/** What its file is called in CardDAV; empty: its UID and `.vcf`. */
		cardName: field.text(27, { fallback: '', max: 255 }),
		/** The card as a program or a file last had it, without its photo, with everything that we have no field for. */
		cardObject: field.text(28, { fallback: '', max: 50_000 }),
		/** Of `books`; `null`: the one that every space has. */
		book: field.reference(29),
		/** Ids of `shared/tags`. */
		tags: field.set(30),
		/** Kept, and out of the way: in no list that does not ask for it, nor among the days that come. */
		archived: field.flag(31),
	},
);

/** The kinds of what a contact may have several of. */
export const detailKinds = [
	'email',
	'phone',
	'address',
	'place',
	'link',
	'message',
	'social',
	'date',
	'relation',
	'custom',
] as const;

/** One e-mail address, one number, one address … of a contact. Each is a record, so that two people who edit different ones never collide. */
export const details = collection(
	'contacts/details',
	{ app, number: 2 },
	{
		contact: partOf(field.reference(1)),
		kind: field.choice(2, detailKinds),
		/** A word of `labels.ts` (home, work, mobile, …), or one of the person's own; of a custom field its name. */
		label: field.text(3, { fallback: '', max: 100 }),
		/**
		 * The e-mail address, the number, the URL, the handle (`message`, `social`), the name of who is related (`relation`; shown when
		 * `target` is empty or gone), the text of a custom field, the coordinates of a place (`places.ts`). Of an address, a text that could not be taken apart.
		 */
		value: field.text(4, { fallback: '', max: 2_000 }),
		/** Of `message` and `social`: what it is a handle of, in lower case (signal, mastodon). */
		service: field.text(5, { fallback: '', max: 60 }),
		/** Of `date`. */
		day: field.partialDay(6),
		/** Of `relation`: the contact meant. The label says what it is to this one: `child` is a child of this contact. */
		target: field.reference(7),
		street: field.text(8, { fallback: '', max: 500 }),
		/** Second line: apartment, c/o. */
		extended: field.text(9, { fallback: '', max: 500 }),
		postBox: field.text(10, name),
		locality: field.text(11, name),
		region: field.text(12, name),
		postcode: field.text(13, { fallback: '', max: 60 }),
		country: field.text(14, name),
		/** The one to use first among those of its kind. */
		preferred: field.flag(15),
		/** Place among those of its kind, by hand. */
		position: field.position(16),
	},
);

/** Groups of people; who is in them stands with the people. */
export const groups = collection(
	'contacts/groups',
	{ app, number: 3 },
	{
		name: field.text(1, { fallback: '', max: 120 }),
		/** Hue of its dot, in degrees. */
		hue: field.integer(2, { fallback: 300, from: 0, to: 359 }),
		position: field.position(3),
		/** As with people, where a program keeps groups as cards. */
		uid: field.text(4, { fallback: '', max: 255 }),
		cardName: field.text(5, { fallback: '', max: 255 }),
		cardObject: field.text(6, { fallback: '', max: 50_000 }),
		/** Of `books`, where a program made it; `null`: the one that every space has. */
		book: field.reference(7),
		/** A program made it by naming it on contacts: it knows groups by their names only, and is shown no card of it that it never wrote. */
		ofCategories: field.flag(8),
	},
);

/** When one met, called or wrote. The last day of them is when somebody was last contacted: that is reckoned, never stored. */
export const encounters = collection(
	'contacts/encounters',
	{ app, number: 4 },
	{
		/** Ids of `people`: a dinner with two is one encounter. */
		people: field.set(1),
		kind: field.choice(2, ['met', 'called', 'wrote', 'other']),
		day: field.day(3),
		note: field.text(4, { fallback: '', max: 5_000 }),
		/** Its note stands above everything else of the contact. */
		pinned: field.flag(5),
	},
);

/** How somebody looks at their contacts. One record, in the personal space, so it is on all devices of the person. */
export const settings = collection(
	'contacts/settings',
	{ app, number: 5 },
	{
		sortBy: field.choice(1, ['given', 'family']),
		/** Where an address is looked at; `ask`: nobody chose yet, and no map is told of it. */
		map: field.choice(2, ['ask', 'device', 'openstreetmap', 'google', 'apple']),
		/** The contact in the personal space that is oneself: programs are told which one it is (RFC 6352 §7.1.2). */
		me: field.reference(3),
		/** Of whose birthdays and other days to be reminded. */
		remindOf: field.choice(4, ['nobody', 'favourites', 'everybody']),
		/** When, in minutes before the midnight at which the day begins; empty: at nine on the day itself (`day-reminders.ts`). */
		reminders: field.set(5),
	},
);

/** Address books that programs made, or that stand elsewhere, too. Here all contacts of a space stand together. */
export const books = collection(
	'contacts/books',
	{ app, number: 6 },
	{
		name: field.text(1, { fallback: '', max: 120 }),
		notes: field.text(2, { fallback: '', max: 2_000 }),
		/** What it is called in CardDAV. */
		cardName: field.text(3, { fallback: '', max: 255 }),
		/**
		 * What is `elsewhere` is kept the same as an address book of an account, both ways; what is `shown` may only be read there, so nobody
		 * but contacts-server writes its contacts.
		 */
		kind: field.choice(4, ['own', 'elsewhere', 'shown']),
	},
);

/** Lists of whoever fits a filter, kept by name. */
export const views = viewsIn('contacts', app);

export type Contact = Row<typeof people>;
export type Detail = Row<typeof details>;
export type DetailKind = Detail['kind'];
export type Group = Row<typeof groups>;
export type Encounter = Row<typeof encounters>;
export type Book = Row<typeof books>;

export type ContactSettings = Row<typeof settings>;

/** There is one record of settings in a personal space, whichever device makes it. */
export const settingsId: RecordId = namedRecordId('contacts/settings');

/** A contact that a program or a file brought has one id wherever it comes from, so that its UID is there once in a space. */
export function contactIdOf(uid: string): RecordId {
	return isRecordId(uid) ? uid : namedRecordId(`contacts/people/${uid}`);
}

/** The same for a group that is a card. */
export function groupIdOf(uid: string): RecordId {
	return isRecordId(uid) ? uid : namedRecordId(`contacts/groups/${uid}`);
}

/** A group has one id wherever it is named first, so that two devices which meet later mean the same one. */
export function groupIdNamed(name: string): RecordId {
	return namedRecordId(`contacts/groups/named/${name.normalize('NFC').toLowerCase()}`);
}

import { fold, type RecordId } from '@mana/model';
import { DAY_VALUES, dayTest } from '@mana/shared/days';
import type { FilterKey } from '@mana/shared/filter';
import type { Tag } from '@mana/shared/model';
import { type Day, daysBetween } from '@mana/time';
import type { Contact, Detail, DetailKind, Group } from '../model.ts';
import { nextOn } from '../occasions.ts';
import { fitFor } from '../search.ts';

/** What a filter is seen from. */
export interface FilterWorld {
	readonly today: Day;
	readonly tags: readonly Tag[];
	readonly groups: readonly Group[];
	/** What belongs to a contact. */
	ownedBy(id: RecordId): readonly Detail[];
	/** The day on which each contact was last met, called or written to. */
	readonly last: ReadonlyMap<RecordId, Day>;
	/** By when to be in touch; `null` where nobody wants to be reminded. */
	inTouchBy(contact: Contact): Day | null;
	/** The day of a moment, in ms since 1970, on the clocks where one is. */
	dayOf(at: number): Day;
	/** The order of names. */
	compare(a: Contact, b: Contact): number;
}

type Key = FilterKey<Contact, FilterWorld>;

const flags: Readonly<Record<string, (contact: Contact, world: FilterWorld) => boolean>> = {
	starred: ({ starred }) => starred,
	person: ({ kind }) => kind === 'person',
	organisation: ({ kind }) => kind === 'organisation',
	archived: ({ archived }) => archived,
	due: (contact, { inTouchBy, today }) => {
		const by = inTouchBy(contact);
		return by !== null && by <= today;
	},
};

const owns = (kind: DetailKind) => (contact: Contact, world: FilterWorld) =>
	world.ownedBy(contact.id).some((one) => one.kind === kind && (one.value + one.street + one.locality !== '' || one.day !== null || one.target !== null)); // prettier-ignore

const parts: Readonly<Record<string, (contact: Contact, world: FilterWorld) => boolean>> = {
	phone: owns('phone'),
	email: owns('email'),
	address: owns('address'),
	link: owns('link'),
	message: owns('message'),
	social: owns('social'),
	date: owns('date'),
	relation: owns('relation'),
	photo: ({ photo }) => photo !== null,
	birthday: ({ birthday }) => birthday !== null,
	notes: ({ notes }) => notes.trim() !== '',
	group: ({ groups }) => groups.size > 0,
	tag: ({ tags }) => tags.size > 0,
};

const none = (value: string): boolean => ['none', 'keine', 'keiner', 'nie', 'never'].includes(fold(value));

/** One of those that people named: ids of the rows of this name. */
const member = (
	rowsOf: (world: FilterWorld) => readonly { readonly id: string; readonly name: string }[],
	idsOf: (contact: Contact) => ReadonlySet<string>,
): Key => ({
	test(value, world) {
		if (none(value)) return (contact) => idsOf(contact).size === 0;
		const wanted = rowsOf(world).filter((row) => fold(row.name) === fold(value));
		return wanted.length === 0 ? null : (contact) => wanted.some(({ id }) => idsOf(contact).has(id));
	},
	values: (world) => rowsOf(world).map(({ name }) => name),
});

const tag = member(({ tags }) => tags, (contact) => contact.tags); // prettier-ignore
const group = member(({ groups }) => groups, (contact) => contact.groups); // prettier-ignore

const words = (read: (contact: Contact, world: FilterWorld) => readonly string[]): Key => ({
	test(value, world) {
		const wanted = fold(value);
		return (contact) => read(contact, world).some((one) => fold(one).includes(wanted));
	},
	values: () => [],
});

const ofDetails = (kind: DetailKind, read: (detail: Detail) => readonly string[]): Key =>
	words((contact, { ownedBy }) => ownedBy(contact.id).filter((one) => one.kind === kind).flatMap(read)); // prettier-ignore

const oneOf = (table: Readonly<Record<string, (contact: Contact, world: FilterWorld) => boolean>>): Key => ({
	test(value, world) {
		const found = Object.hasOwn(table, value.toLowerCase()) ? table[value.toLowerCase()] : undefined;
		return found ? (contact) => found(contact, world) : null;
	},
	values: () => Object.keys(table),
});

/** How many days ago: `>90`, `<=30`, `7`, `never`. */
const ago: Key = {
	test(value, { last, today }) {
		if (none(value)) return ({ id }) => !last.has(id);
		const [, sign = '', digits] = /^(<=|>=|<|>)?(\d{1,5})$/.exec(value) ?? [];
		if (digits === undefined) return null;
		const wanted = Number(digits);
		return ({ id }) => {
			const day = last.get(id);
			// Whom one never met, one met longer ago than any number of days.
			const days = day === undefined ? Infinity : daysBetween(day, today);
			if (sign === '') return days === wanted;
			return sign.startsWith('<') ? days < wanted || (sign === '<=' && days === wanted) : days > wanted || (sign === '>=' && days === wanted); // prettier-ignore
		};
	},
	values: () => ['<=30', '>90', '>365', 'never'],
};

/** When the next birthday is; `null` where none is known. */
export function nextBirthday({ birthday }: Contact, { today }: FilterWorld): Day | null {
	return birthday === null ? null : nextOn(birthday, today);
}

const month = (value: string): number | null => (/^(1[0-2]|0?[1-9])$/.test(value) ? Number(value) : null);

/** Every key. `#` is a tag, `@` a group, '' a word. */
export const keys: Readonly<Record<string, Key>> = {
	'': textKey(),
	'#': tag,
	'@': group,
	text: textKey(),
	tag,
	group,
	is: oneOf(flags),
	has: oneOf(parts),
	org: words(({ organisation, department }) => [organisation, department]),
	title: words(({ title, role }) => [title, role]),
	email: ofDetails('email', ({ value }) => [value]),
	phone: ofDetails('phone', ({ value }) => [value, value.replaceAll(/[^\d+]/g, '')]),
	city: ofDetails('address', ({ locality, postcode }) => [locality, postcode]),
	country: ofDetails('address', ({ country }) => [country]),
	birthday: {
		test(value, world) {
			const asked = month(value);
			if (asked !== null) return ({ birthday }) => birthday !== null && Number(birthday.slice(-5, -3)) === asked;
			const test = dayTest(value, world.today);
			return test && ((contact) => test(nextBirthday(contact, world)));
		},
		values: () => ['today', 'week', 'month', 'none', ...Array.from({ length: 12 }, (_, at) => String(at + 1))],
	},
	met: ago,
	created: {
		test(value, world) {
			const test = dayTest(value, world.today);
			return test && (({ createdAt }) => test(createdAt === null ? null : world.dayOf(createdAt)));
		},
		values: () => DAY_VALUES.filter((one) => !['tomorrow', 'overdue', '>today', '+7'].includes(one)),
	},
};

/** What people who speak German may write. */
export const ALIASES: Readonly<Record<string, string>> = {
	gruppe: 'group', ist: 'is', hat: 'has', firma: 'org', titel: 'title', telefon: 'phone', mail: 'email', ort: 'city', stadt: 'city', land: 'country',
	geburtstag: 'birthday', kontakt: 'met', angelegt: 'created',
}; // prettier-ignore

/** Whether a condition speaks of the archive. Without one, those in it are not meant. */
export function saysArchived(key: string, value: string): boolean {
	return (ALIASES[key] ?? key) === 'is' && value.toLowerCase() === 'archived';
}

function textKey(): Key {
	return {
		// What only sounds like it is for those who look for somebody, not for a list that is kept.
		test(value, { ownedBy }) {
			const fitOf = fitFor(value);
			return (contact) => fitOf(contact, ownedBy(contact.id)) > 0.5;
		},
		values: () => [],
	};
}

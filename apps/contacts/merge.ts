import type { Draft, RecordId } from '@mana/model';
import { emailKey } from './duplicates.ts';
import type { Contact, Detail, people } from './model.ts';
import { nameOf } from './name.ts';
import { phoneKey } from './phone.ts';

/** A contact with everything that belongs to it. */
export interface WholeCard {
	readonly contact: Contact;
	readonly details: readonly Detail[];
}

/** What merging does: nothing of it is written yet. */
export interface Merge {
	readonly into: RecordId;
	readonly absorbed: readonly RecordId[];
	/** What the one that stays gets from the others. */
	readonly draft: Draft<typeof people>;
	/** Details that move over to it. */
	readonly moved: readonly Detail[];
	/** Details that it has already: they stay with those in the trash. */
	readonly same: readonly Detail[];
	/** Fields in which another one said something else, which stays with it in the trash. */
	readonly left: readonly { readonly field: TextField | 'birthday' | 'anniversary' | 'name' | 'photo'; readonly value: string }[];
}

const textFields = ['prefix', 'given', 'additional', 'family', 'suffix', 'phoneticGiven', 'phoneticFamily', 'nickname', 'shownAs', 'organisation', 'phoneticOrganisation', 'department', 'title', 'role', 'pronouns'] as const; // prettier-ignore
type TextField = (typeof textFields)[number];
const nameFields: ReadonlySet<TextField> = new Set(['prefix', 'given', 'additional', 'family', 'suffix', 'phoneticGiven', 'phoneticFamily', 'shownAs']); // prettier-ignore

/**
 * Makes several contacts one: the first one keeps what it has and gets what it lacks, all addresses and numbers come together once, notes are
 * put under each other. Merging in whatever order brings the same addresses, numbers, groups and notes together.
 *
 * @param region where numbers without a country are dialled, ISO 3166
 */
export function mergeOf(cards: readonly [WholeCard, ...WholeCard[]], region: string | null): Merge {
	const [first, ...others] = cards;
	const { contact } = first;
	const draft: { -readonly [K in keyof Draft<typeof people>]: Draft<typeof people>[K] } = {};
	const left: { field: Merge['left'][number]['field']; value: string }[] = [];

	// A name is taken as a whole: parts of two names make a third one.
	const named = cards.find(({ contact }) => nameOf(contact) !== '' && hasName(contact))?.contact;
	for (const field of textFields) {
		const own = contact[field].trim();
		const source = nameFields.has(field) ? (hasName(contact) ? contact : (named ?? contact)) : cards.find((card) => card.contact[field].trim() !== '')?.contact; // prettier-ignore
		const value = source?.[field].trim() ?? '';
		if (own === '' && value !== '') draft[field] = value;
		if (nameFields.has(field)) continue;
		for (const other of others) {
			const said = other.contact[field].trim();
			if (said !== '' && said !== (own || value)) left.push({ field, value: said });
		}
	}
	const name = nameOf(named ?? contact);
	for (const other of others) {
		const said = nameOf(other.contact);
		if (said !== '' && said !== name && hasName(other.contact)) left.push({ field: 'name', value: said });
	}

	for (const field of ['birthday', 'anniversary'] as const) {
		const days = cards.map((card) => card.contact[field]).filter((day) => day !== null);
		const own = contact[field] ?? days[0];
		if (own === undefined) continue;
		// The same day with its year says more.
		const best = days.find((day) => !day.startsWith('--') && day.slice(-5) === own.slice(-5)) ?? own;
		const value = own.startsWith('--') ? best : own;
		if (value !== contact[field]) draft[field] = value;
		for (const day of days) if (day !== value && day.slice(-5) !== value.slice(-5)) left.push({ field, value: day });
	}

	const notes = [...new Set(cards.map((card) => card.contact.notes.trim()).filter(Boolean))].join('\n\n');
	if (notes !== contact.notes && others.some((card) => card.contact.notes.trim() !== ''))
		draft.notes = notes.slice(0, NOTES_MOST);
	const photo = cards.find((card) => card.contact.photo !== null)?.contact.photo;
	if (contact.photo === null && photo) draft.photo = photo;
	for (const other of others)
		if (contact.photo !== null && other.contact.photo !== null && other.contact.photo.hash !== contact.photo.hash)
			left.push({ field: 'photo', value: other.contact.photo.name });
	if (!contact.starred && others.some((card) => card.contact.starred)) draft.starred = true;
	const intervals = cards.map((card) => card.contact.keepInTouchDays).filter((days) => days !== null);
	if (intervals.length > 0 && Math.min(...intervals) !== contact.keepInTouchDays) draft.keepInTouchDays = Math.min(...intervals);
	const ids = new Set<string>(cards.map((card) => card.contact.id));
	draft.tags = { add: others.flatMap((card) => [...card.contact.tags]) };
	if (contact.archived && others.some((card) => !card.contact.archived)) draft.archived = false;
	draft.groups = { add: others.flatMap((card) => [...card.contact.groups]) };
	draft.distinctFrom = { add: others.flatMap((card) => [...card.contact.distinctFrom]).filter((id) => !ids.has(id)) };

	const known = new Set(first.details.map((detail) => keyOf(detail, region)));
	const [moved, same]: [Detail[], Detail[]] = [[], []];
	for (const { details } of others)
		for (const detail of details) {
			const key = keyOf(detail, region);
			(known.has(key) || (detail.kind === 'relation' && detail.target !== null && ids.has(detail.target)) ? same : moved).push(
				detail,
			);
			known.add(key);
		}
	return { into: contact.id, absorbed: others.map((card) => card.contact.id), draft, moved, same, left };
}

/** Longest notes of a contact, as its model has it. */
const NOTES_MOST = 20_000;

function hasName({ given, family, shownAs }: Contact): boolean {
	return given.trim() !== '' || family.trim() !== '' || shownAs.trim() !== '';
}

/** What two details that are the same have in common. The label does not count. */
function keyOf(detail: Detail, region: string | null): string {
	const { kind, value } = detail;
	switch (kind) {
		case 'email':
			return `email ${emailKey(value)}`;
		case 'phone':
			return `phone ${phoneKey(value, region) || value}`;
		case 'address':
			return `address ${[value, detail.street, detail.extended, detail.postBox, detail.locality, detail.region, detail.postcode, detail.country].map((part) => part.trim().toLowerCase()).join('\n')}`; // prettier-ignore
		case 'date':
			return `date ${detail.label} ${detail.day}`;
		case 'relation':
			return `relation ${detail.label} ${detail.target ?? value.trim()}`;
		case 'custom':
			return `custom ${detail.label} ${value.trim()}`;
		default:
			return `${kind} ${detail.service} ${value.trim().replace(/\/$/, '').toLowerCase()}`;
	}
}

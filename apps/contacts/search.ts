import { fold, type RecordId } from '@mana/model';
import type { Mana } from '@mana/sync/client/api';
import type { Search } from '@mana/ui/shell/manifest';
import { type Contact, type Detail, details, people } from './model.ts';
import { nameOf } from './name.ts';
import { soundOf } from './sound.ts';
import { nameOrWord } from './words.ts';

/** Rows never change: a new state of a record is a new row, so what was made of one holds as long as it. */
/** `name` begins with a blank, as each of its words does. */
const textOfContact = new WeakMap<Contact, { readonly name: string; readonly all: string; readonly sounds: readonly string[] }>();
const nothing: readonly Detail[] = [];
/** Of all details of a contact together: most contacts have several, and one look is enough. */
const textOfOwn = new WeakMap<readonly Detail[], { readonly all: string; readonly phones: string }>();

function contactText(contact: Contact) {
	let text = textOfContact.get(contact);
	if (!text) {
		const spoken = [contact.phoneticGiven, contact.phoneticFamily, contact.phoneticOrganisation];
		// Before each word stands a blank, so that one sees where words begin.
		const name = ` ${fold([nameOf(contact), contact.nickname, ...spoken].join(' ').trim())}`;
		const rest = [
			contact.given,
			contact.family,
			contact.organisation,
			contact.department,
			contact.title,
			contact.role,
			contact.notes,
		];
		const sounds = name
			.split(/[^\p{L}]+/u)
			.map(soundOf)
			.filter((sound) => sound.length > 1);
		text = { name, all: `${name}\n${fold(rest.join('\n'))}`, sounds };
		textOfContact.set(contact, text);
	}
	return text;
}

function ownText(own: readonly Detail[]) {
	let text = textOfOwn.get(own);
	if (!text) {
		const lines = own.flatMap(({ value, service, street, extended, locality, region, postcode, country }) =>
			[value, service, street, extended, locality, region, postcode, country].filter(Boolean),
		);
		// A number is found however it was written.
		const phones = own
			.filter(({ kind }) => kind === 'phone')
			.map(({ value }) => value.replaceAll(/[^\d+]/g, ''))
			.join('\n');
		text = { all: `${fold(lines.join('\n'))}\n${phones}`, phones };
		textOfOwn.set(own, text);
	}
	return text;
}

/**
 * How well contacts fit what was typed, 0 to 1; 0: not at all. Every word must stand somewhere in one (case and accents do not matter); a name
 * that only sounds like it comes last.
 */
export function fitFor(query: string): (contact: Contact, own?: readonly Detail[]) => number {
	const wanted = fold(query).trim();
	const words = wanted.split(/\s+/).filter(Boolean);
	if (words.length === 0) return () => 0;
	const typedNumber = wanted.replaceAll(/[\s()./-]/g, '');
	const number = /^\+?\d{3,}$/.test(typedNumber) ? typedNumber.replace(/^\+?0*/, '') : null;
	const heard = words.every((word) => /^\p{L}{3,}$/u.test(word)) ? words.map(soundOf) : null;
	return (contact, own = nothing) => {
		const { name, all, sounds } = contactText(contact);
		if (name.startsWith(wanted, 1)) return 1;
		if (words.every((word) => name.includes(` ${word}`))) return 0.9;
		if (words.every((word) => name.includes(word))) return 0.7;
		if (number !== null && ownText(own).phones.includes(number)) return 0.8;
		if (words.every((word) => all.includes(word) || ownText(own).all.includes(word))) return 0.6;
		return heard?.every((sound) => sounds.includes(sound)) ? 0.3 : 0;
	};
}

/** Contacts whose texts are got ready between two breaths. */
const AT_ONCE = 32;

/** Gets ready, step by step, what is looked through: who types the first letter waits for nothing then. */
export function* readAhead(contacts: readonly Contact[], ownedNow: () => OwnedDetails): Generator<void, void> {
	const owned = ownedNow();
	yield;
	for (const [at, contact] of contacts.entries()) {
		contactText(contact);
		ownText(owned.get(contact.id) ?? nothing);
		if (at % AT_ONCE === AT_ONCE - 1) yield;
	}
}

/** Those who fit what was typed, best first; who fit equally well stay in their order. */
export function fitting(contacts: readonly Contact[], owned: OwnedDetails, query: string): readonly Contact[] {
	const fitOf = fitFor(query);
	const byFit = new Map<number, Contact[]>();
	for (const contact of contacts) {
		const fit = fitOf(contact, owned.get(contact.id));
		if (fit === 0) continue;
		const equals = byFit.get(fit);
		if (equals) equals.push(contact);
		else byFit.set(fit, [contact]);
	}
	return [...byFit].toSorted(([a], [b]) => b - a).flatMap(([, equals]) => equals);
}

/** What belongs to contacts, by their ids. */
export type OwnedDetails = ReadonlyMap<RecordId, readonly Detail[]>;

/** What belongs to each contact, by its id. @param before as it was: of whom nothing changed keeps the same list, by which what was made of it is found again */
export function byContact(all: readonly Detail[], before?: OwnedDetails): OwnedDetails {
	const map = new Map<RecordId, Detail[]>();
	for (const detail of all) {
		if (detail.contact === null) continue;
		const own = map.get(detail.contact);
		if (own) own.push(detail);
		else map.set(detail.contact, [detail]);
	}
	if (!before) return map;
	const kept = new Map<RecordId, readonly Detail[]>(map);
	for (const [id, own] of map) {
		const old = before.get(id);
		if (old?.length === own.length && old.every((detail, at) => detail === own[at])) kept.set(id, old);
	}
	return kept;
}

const lastOwned = new WeakMap<Mana, OwnedDetails>();

/** What belongs to each contact of a space, as it is now. */
export function ownedIn(mana: Mana): OwnedDetails {
	const owned = byContact(mana.query(details).rows, lastOwned.get(mana));
	lastOwned.set(mana, owned);
	return owned;
}

/** Finds contacts for the palette, favourites first among those that fit as well. */
export const search: Search = (mana: Mana, words, limit) => {
	const owned = ownedIn(mana);
	const fitOf = fitFor(words);
	return mana
		.query(people)
		.rows.map((contact) => ({ contact, fit: fitOf(contact, owned.get(contact.id)) * (contact.archived ? 0.5 : 1) }))
		.filter(({ fit }) => fit > 0)
		.toSorted((a, b) => b.fit - a.fit || Number(b.contact.starred) - Number(a.contact.starred))
		.slice(0, limit)
		.map(({ contact, fit }) => ({
			id: contact.id,
			title: nameOrWord(contact),
			...(contact.organisation !== '' && contact.kind === 'person' && { detail: contact.organisation }),
			href: `/contacts?contact=${contact.id}`,
			end: { collection: people.number, record: contact.id },
			score: fit,
		}));
};

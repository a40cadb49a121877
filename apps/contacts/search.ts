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
const textOfDetail = new WeakMap<Detail, string>();

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

function detailText(detail: Detail): string {
	let text = textOfDetail.get(detail);
	if (text === undefined) {
		const { kind, value, service, street, extended, locality, region, postcode, country } = detail;
		text = fold([value, service, street, extended, locality, region, postcode, country].filter(Boolean).join('\n'));
		// A number is found however it was written.
		if (kind === 'phone') text += `\n${value.replaceAll(/[^\d+]/g, '')}\n${value.replaceAll(/\D/g, '')}`;
		textOfDetail.set(detail, text);
	}
	return text;
}

/**
 * How well contacts fit what was typed, 0 to 1; 0: not at all. Every word must stand somewhere in one (case and accents do not matter); a name
 * that only sounds like it comes last.
 */
export function fitFor(query: string): (contact: Contact, own: readonly Detail[]) => number {
	const wanted = fold(query).trim();
	const words = wanted.split(/\s+/).filter(Boolean);
	if (words.length === 0) return () => 0;
	const typedNumber = wanted.replaceAll(/[\s()./-]/g, '');
	const number = /^\+?\d{3,}$/.test(typedNumber) ? typedNumber.replace(/^\+?0*/, '') : null;
	const heard = words.every((word) => /^\p{L}{3,}$/u.test(word)) ? words.map(soundOf) : null;
	return (contact, own) => {
		const { name, all, sounds } = contactText(contact);
		if (name.startsWith(wanted, 1)) return 1;
		if (words.every((word) => name.includes(` ${word}`))) return 0.9;
		if (words.every((word) => name.includes(word))) return 0.7;
		if (number !== null && own.some((detail) => detail.kind === 'phone' && detailText(detail).includes(number))) return 0.8;
		if (words.every((word) => all.includes(word) || own.some((detail) => detailText(detail).includes(word)))) return 0.6;
		return heard?.every((sound) => sounds.includes(sound)) ? 0.3 : 0;
	};
}

/** Contacts whose texts are got ready between two breaths. */
const AT_ONCE = 32;

/** Gets ready, step by step, what is looked through: who types the first letter waits for nothing then. */
export function* readAhead(contacts: readonly Contact[], ownedBy: (id: RecordId) => readonly Detail[]): Generator<void, void> {
	for (const [at, contact] of contacts.entries()) {
		contactText(contact);
		for (const detail of ownedBy(contact.id)) detailText(detail);
		if (at % AT_ONCE === AT_ONCE - 1) yield;
	}
}

/** Those who fit what was typed, best first; who fit equally well stay in their order. */
export function fitting(
	contacts: readonly Contact[],
	ownedBy: (id: RecordId) => readonly Detail[],
	query: string,
): readonly Contact[] {
	const fitOf = fitFor(query);
	const byFit = new Map<number, Contact[]>();
	for (const contact of contacts) {
		const fit = fitOf(contact, ownedBy(contact.id));
		if (fit === 0) continue;
		const equals = byFit.get(fit);
		if (equals) equals.push(contact);
		else byFit.set(fit, [contact]);
	}
	return [...byFit].toSorted(([a], [b]) => b - a).flatMap(([, equals]) => equals);
}

/** What belongs to each contact, by its id. */
export function byContact(all: readonly Detail[]): Map<RecordId, Detail[]> {
	const map = new Map<RecordId, Detail[]>();
	for (const detail of all) {
		if (detail.contact === null) continue;
		const own = map.get(detail.contact);
		if (own) own.push(detail);
		else map.set(detail.contact, [detail]);
	}
	return map;
}

/** Finds contacts for the palette, favourites first among those that fit as well. */
export const search: Search = (mana: Mana, words, limit) => {
	const owned = byContact(mana.query(details).rows);
	const fitOf = fitFor(words);
	return mana
		.query(people)
		.rows.map((contact) => ({ contact, fit: fitOf(contact, owned.get(contact.id) ?? []) * (contact.archived ? 0.5 : 1) }))
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

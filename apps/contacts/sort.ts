import { fold } from '@mana/model';
import type { Contact } from './model.ts';
import { nameOf, type NameParts } from './name.ts';

/** By which part of their names people are sorted. */
export type SortBy = 'given' | 'family';

type Sorted = NameParts & Pick<Contact, 'phoneticGiven' | 'phoneticFamily' | 'phoneticOrganisation'>;

/** The section of what begins with no letter. */
export const rest = '#';

/**
 * The order of a list of contacts in one language, and its sections. A section is what the first letter is taken for in that language: Ä is
 * an A in German and a letter of its own in Swedish. Sections never mix, also where letters contract (Czech Ch).
 */
export class NameOrder {
	readonly by: SortBy;
	readonly #collator: Intl.Collator;
	readonly #letters: readonly string[];
	readonly #sameLetter: Intl.Collator;
	readonly #sectionOfLetter = new Map<string, string>();
	readonly #heads = new Map<string, Head>();
	/** Rows never change: a new state of a contact is a new row. */
	readonly #keys = new WeakMap<Sorted, Key>();

	/** @param locale BCP 47 tag of the interface */
	constructor(locale: string, by: SortBy) {
		this.by = by;
		this.#collator = new Intl.Collator(locale, { numeric: true });
		this.#sameLetter = new Intl.Collator(locale, { sensitivity: 'base' });
		const own = [...FURTHER].filter((letter) => this.#sameLetter.compare(letter, fold(letter)) !== 0);
		this.#letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ', ...own].sort(this.#collator.compare);
	}

	/** For `Array.sort` and the order of a query. */
	readonly compare = (a: Sorted, b: Sorted): number => {
		const [left, right] = [this.#keyOf(a), this.#keyOf(b)];
		if (left.section === right.section) return left.text === right.text ? 0 : this.#collator.compare(left.text, right.text);
		return left.rank - right.rank || this.#compareSections(left.section, right.section);
	};

	/** The section in which a contact stands: a letter, or `#`. */
	section(contact: Sorted): string {
		return this.#keyOf(contact).section;
	}

	/** The heading of a section, always the same one: lists tell by it what has changed. */
	head(section: string): Head {
		let head = this.#heads.get(section);
		if (!head) this.#heads.set(section, (head = { kind: 'head', section }));
		return head;
	}

	/** The letters of the language, for an index beside the list; sections of other scripts come on top where there are any. */
	get letters(): readonly string[] {
		return this.#letters;
	}

	#keyOf(contact: Sorted): Key {
		const known = this.#keys.get(contact);
		if (known) return known;
		const text = sortText(contact, this.by);
		const section = this.#sectionOf(text);
		const key = { text, section, rank: rank(section, this.#letters) };
		this.#keys.set(contact, key);
		return key;
	}

	#sectionOf(text: string): string {
		// A mark may follow a letter that is not written with it as one.
		const first = /^[a-z][\0-\x7f]/i.test(text) ? text.charAt(0) : (/^[\p{L}\p{N}]/u.exec(text.normalize('NFC'))?.[0] ?? '');
		let section = this.#sectionOfLetter.get(first);
		if (section === undefined) this.#sectionOfLetter.set(first, (section = this.#sectionOfFirst(first)));
		return section;
	}

	#sectionOfFirst(first: string): string {
		if (!/\p{L}/u.test(first) || /\p{sc=Han}/u.test(first)) return rest;
		const plain = first.normalize('NFKC');
		const letter = this.#letters.find((one) => this.#sameLetter.compare(one, plain) === 0);
		if (letter) return letter;
		const folded = fold(plain);
		const foldedLetter = this.#letters.find((one) => this.#sameLetter.compare(one, folded.charAt(0)) === 0);
		return foldedLetter ?? hangulInitial(plain) ?? kanaRow(folded) ?? folded.toUpperCase().charAt(0);
	}

	/** Of letters that are not of this language. */
	#compareSections(a: string, b: string): number {
		return this.#collator.compare(a, b) || (a < b ? -1 : 1);
	}
}

interface Key {
	readonly text: string;
	readonly section: string;
	/** Where the section stands among the letters of the language. */
	readonly rank: number;
}

/** Letters with marks that are letters of their own in some alphabets. */
const FURTHER = 'ÅÄÆÇÐĐÉĞÍİŁÑÓÖØŚŠŞÞÚÜÝŹŻŽČĆÁ';

function rank(section: string, letters: readonly string[]): number {
	if (section === rest) return letters.length + 1;
	const at = letters.indexOf(section);
	return at < 0 ? letters.length : at;
}

/** What of a contact is compared: how it is spoken where that is known, the chosen part of the name first. */
function sortText(contact: Sorted, by: SortBy): string {
	if (contact.kind === 'organisation')
		return contact.phoneticOrganisation.trim() || contact.organisation.trim() || nameOf(contact).trim();
	const given = contact.phoneticGiven.trim() || contact.given.trim();
	const family = contact.phoneticFamily.trim() || contact.family.trim();
	if (given === '' && family === '') return nameOf(contact).trim();
	const parts = by === 'family' ? [family, given, contact.additional.trim()] : [given, contact.additional.trim(), family];
	return parts.filter(Boolean).join(' ');
}

/** The consonant that a Hangul syllable begins with, by which Korean lists are divided (Unicode, chapter 3.12). */
function hangulInitial(letter: string): string | null {
	const at = (letter.codePointAt(0) ?? 0) - 0xac00;
	return at >= 0 && at < 11_172 ? (INITIALS[Math.floor(at / 588)] ?? null) : null;
}

/** Doubled consonants stand with the single ones. */
const INITIALS = 'ㄱㄱㄴㄷㄷㄹㅁㅂㅂㅅㅅㅇㅈㅈㅊㅋㅌㅍㅎ';

/** The row of the kana table, by which Japanese lists are divided. */
function kanaRow(folded: string): string | null {
	const code = folded.codePointAt(0) ?? 0;
	const hiragana = code >= 0x30a1 && code <= 0x30f6 ? code - 0x60 : code;
	if (hiragana < 0x3041 || hiragana > 0x3096) return null;
	return [...ROWS].findLast((row) => (row.codePointAt(0) ?? 0) <= hiragana) ?? 'あ';
}

const ROWS = 'あかさたなはまやらわ';

/** The heading above a section. */
export interface Head {
	readonly kind: 'head';
	readonly section: string;
}

/** Sorted contacts with a heading wherever another section begins. */
export function inSections<C extends Sorted>(sorted: readonly C[], order: NameOrder): (C | Head)[] {
	const lines: (C | Head)[] = [];
	let last: string | null = null;
	for (const row of sorted) {
		const section = order.section(row);
		if (section !== last) lines.push(order.head(section));
		lines.push(row);
		last = section;
	}
	return lines;
}

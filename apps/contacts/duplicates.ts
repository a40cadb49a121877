import { fold, type RecordId } from '@mana/model';
import type { Contact, Detail } from './model.ts';
import { nameOf } from './name.ts';
import { phoneKey, samePhone } from './phone.ts';
import { soundOf } from './sound.ts';

/** A contact with what belongs to it. */
export interface Card {
	readonly contact: Contact;
	readonly details: readonly Pick<Detail, 'kind' | 'value'>[];
}

/** Why two contacts look like one. */
export type Reason = 'email' | 'phone' | 'name' | 'similar-name' | 'organisation' | 'birthday';

/** Two contacts that look like one. */
export interface Pair {
	readonly a: RecordId;
	readonly b: RecordId;
	/** [0,1]: how sure that is. */
	readonly score: number;
	/** The strongest first. */
	readonly reasons: readonly Reason[];
}

/** What speaks for two being one, and against it. */
const weight = {
	email: 0.6,
	phone: 0.45,
	name: 0.55,
	'similar-name': 0.35,
	organisation: 0.1,
	birthday: 0.25,
	otherName: -0.4,
	otherBirthday: -0.6,
	otherKind: -0.3,
} as const;

/** From which score on two are shown. */
const enough = 0.5;

/** A word or a number that more contacts than this share says nothing of any two of them: a switchboard, a family name. */
const mostOfOneKey = 40;

/**
 * Which contacts look like the same, the surest first. Only those that share an address, a number or a name as it is written or spoken are
 * compared, so ten thousand contacts take a moment. Nobody is paired whom somebody called different (`distinctFrom`).
 *
 * @param region where numbers without a country are dialled, ISO 3166
 */
export function duplicatePairs(cards: readonly Card[], region: string | null): Pair[] {
	const traits = cards.map((card) => traitsOf(card, region));
	const byKey = new Map<string, Traits[]>();
	for (const one of traits)
		for (const key of one.keys) {
			const sharing = byKey.get(key);
			if (sharing) sharing.push(one);
			else byKey.set(key, [one]);
		}
	const pairs: Pair[] = [];
	const seen = new Set<string>();
	for (const sharing of byKey.values()) {
		if (sharing.length > mostOfOneKey) continue;
		for (const [at, one] of sharing.entries())
			for (const other of sharing.slice(at + 1)) {
				const [left, right] = one.id < other.id ? [one, other] : [other, one];
				const key = `${left.id}/${right.id}`;
				if (left.id === right.id || seen.has(key)) continue;
				seen.add(key);
				const pair = compared(left, right);
				if (pair) pairs.push(pair);
			}
	}
	return pairs.sort((a, b) => b.score - a.score || (a.a < b.a ? -1 : a.a > b.a ? 1 : a.b < b.b ? -1 : 1));
}

/** Contacts that hang together by pairs, each set in the order of its ids, the surest set first. */
export function duplicateSets(pairs: readonly Pair[]): RecordId[][] {
	const setOf = new Map<RecordId, Set<RecordId>>();
	for (const { a, b } of pairs) {
		const [one, other] = [setOf.get(a) ?? new Set([a]), setOf.get(b) ?? new Set([b])];
		for (const id of other) one.add(id);
		for (const id of one) setOf.set(id, one);
	}
	return [...new Set(pairs.map(({ a }) => setOf.get(a)!))].map((set) => [...set].sort());
}

/**
 * How sure it is that two contacts are one; `null` when it is not, or somebody said that they are not.
 *
 * @param region as in `duplicatePairs`
 */
export function compareCards(one: Card, other: Card, region: string | null): Pair | null {
	const [a, b] = [traitsOf(one, region), traitsOf(other, region)];
	return a.id < b.id ? compared(a, b) : compared(b, a);
}

/**
 * Who among all looks like a contact that somebody is writing, the surest first.
 *
 * @param fits how well each of the others fits its name, 0 to 1 (`search.ts`): only those are compared who fit, or share an address or a number
 */
export function twinsOf(
	card: Card,
	all: readonly Card[],
	fits: (contact: Contact) => number,
	region: string | null,
): { readonly contact: Contact; readonly reasons: readonly Reason[] }[] {
	const own = new Set(card.details.map((detail) => reachKey(detail, region)).filter((key) => key !== ''));
	const near = all.filter(
		(other) =>
			other.contact.id !== card.contact.id &&
			(fits(other.contact) > 0 || (own.size > 0 && other.details.some((detail) => own.has(reachKey(detail, region))))),
	);
	return near
		.flatMap((other) => {
			const pair = compareCards(card, other, region);
			return pair ? [{ contact: other.contact, reasons: pair.reasons, score: pair.score }] : [];
		})
		.toSorted((a, b) => b.score - a.score);
}

/** What an address or a number is compared by; empty: it is neither. */
function reachKey({ kind, value }: Pick<Detail, 'kind' | 'value'>, region: string | null): string {
	if (value.trim() === '') return '';
	return kind === 'email' ? emailKey(value) : kind === 'phone' ? phoneKey(value, region) : '';
}

interface Traits {
	readonly id: RecordId;
	readonly contact: Contact;
	/** Words of the name, folded, in the order of the alphabet. */
	readonly words: readonly Word[];
	/** All of them, as names are compared that are the same. */
	readonly name: string;
	readonly emails: ReadonlySet<string>;
	readonly phones: readonly string[];
	readonly organisation: string;
	/** What duplicates share at least one of. */
	readonly keys: ReadonlySet<string>;
}

/** A word of a name, and what it sounds like. */
interface Word {
	readonly text: string;
	readonly sound: string;
}

/** Words that are no part of a name. */
const titles = new Set([
	'dr',
	'prof',
	'mr',
	'mrs',
	'ms',
	'herr',
	'frau',
	'dipl',
	'ing',
	'med',
	'jr',
	'sr',
	'gmbh',
	'ag',
	'ltd',
	'inc',
	'llc',
]);

function traitsOf({ contact, details }: Card, region: string | null): Traits {
	const words = nameWords(nameOf(contact));
	const name = words.map(({ text }) => text).join(' ');
	const emails = new Set(details.filter(({ kind }) => kind === 'email').map(({ value }) => emailKey(value)).filter(Boolean)); // prettier-ignore
	const phones = details
		.filter(({ kind }) => kind === 'phone')
		.map(({ value }) => phoneKey(value, region))
		.filter((key) => key.length >= 5);
	const keys = new Set<string>();
	for (const email of emails) keys.add(`e:${email}`);
	for (const phone of phones) keys.add(`p:${phone.slice(-7)}`);
	if (words.length > 0) {
		keys.add(`n:${name}`);
		const sounds = words.map(({ text, sound }) => sound || text).sort();
		keys.add(`s:${sounds.join(' ')}`);
		// One of three words may be missing, and a first name may be an initial.
		if (words.length > 2) for (const at of sounds.keys()) keys.add(`s:${sounds.toSpliced(at, 1).join(' ')}`);
		for (const [at, { text }] of words.entries())
			if (text.length > 1) for (const rest of words.toSpliced(at, 1)) keys.add(`i:${text} ${rest.text.charAt(0)}`);
	}
	return { id: contact.id, contact, words, name, emails, phones, organisation: fold(contact.organisation.trim()), keys };
}

function nameWords(name: string): Word[] {
	return fold(name)
		.split(/[^\p{L}\p{N}]+/u)
		.filter((word) => word !== '' && !titles.has(word))
		.sort()
		.map((text) => ({ text, sound: soundOf(text) }));
}

/** An e-mail address as it is compared: capitals do not matter, as hardly a server makes a difference. */
export function emailKey(value: string): string {
	return value
		.trim()
		.replace(/^mailto:/i, '')
		.toLowerCase();
}

function compared(a: Traits, b: Traits): Pair | null {
	if (a.contact.distinctFrom.has(b.id) || b.contact.distinctFrom.has(a.id)) return null;
	const reasons: Reason[] = [];
	let score = 0;
	const speaks = (reason: Reason): void => {
		reasons.push(reason);
		score += weight[reason];
	};
	if ([...a.emails].some((email) => b.emails.has(email))) speaks('email');
	if (a.phones.some((one) => b.phones.some((other) => samePhone(one, other)))) speaks('phone');
	const named = a.words.length > 0 && b.words.length > 0;
	if (named && a.name === b.name) speaks('name');
	else if (named && areSimilar(a.words, b.words)) speaks('similar-name');
	else if (named) score += weight.otherName;
	if (a.organisation !== '' && a.organisation === b.organisation && a.contact.kind === 'person') speaks('organisation');
	const birthdays = compareDays(a.contact.birthday, b.contact.birthday);
	if (birthdays === 'same') speaks('birthday');
	else if (birthdays === 'other') score += weight.otherBirthday;
	if (a.contact.kind !== b.contact.kind) score += weight.otherKind;
	if (score < enough - 1e-9) return null;
	return { a: a.id, b: b.id, score: Math.min(1, score), reasons: reasons.sort((x, y) => weight[y] - weight[x]) };
}

function compareDays(a: string | null, b: string | null): 'same' | 'other' | 'unknown' {
	if (a === null || b === null) return 'unknown';
	if (a.slice(-5) !== b.slice(-5)) return 'other';
	return a.startsWith('--') || b.startsWith('--') || a === b ? 'same' : 'other';
}

/** Names of which each word of the shorter one stands in the other as well, spelled alike, as an initial, or sounding the same. */
function areSimilar(one: readonly Word[], other: readonly Word[]): boolean {
	const [short, long] = one.length <= other.length ? [one, other] : [other, one];
	if (long.length - short.length > 1) return false;
	const left = [...long];
	let whole = 0;
	for (const word of short.toSorted((a, b) => b.text.length - a.text.length)) {
		const at = left.findIndex((candidate) => isLike(word, candidate));
		if (at < 0) return false;
		if (Math.min(word.text.length, left[at]!.text.length) > 1) whole++;
		left.splice(at, 1);
	}
	// "A. L." is like too much, and so is one name alone.
	return whole > 0 && (short.length > 1 || long.length === 1);
}

function isLike({ text: a, sound }: Word, { text: b, sound: other }: Word): boolean {
	if (a === b) return true;
	if (a.charAt(0) !== b.charAt(0) && Math.min(a.length, b.length) < 4) return false;
	if (a.length === 1 || b.length === 1) return true;
	if (sound.length > 1 && sound === other && a.charAt(0) === b.charAt(0)) return true;
	const most = Math.min(a.length, b.length) >= 8 ? 2 : Math.min(a.length, b.length) >= 4 ? 1 : 0;
	return distance(a, b, most) <= most;
}

/** Edit distance with neighbours that changed places counted once (optimal string alignment); `most + 1` when it is more. */
export function distance(a: string, b: string, most: number): number {
	if (Math.abs(a.length - b.length) > most) return most + 1;
	let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, at) => at)];
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		for (let j = 1; j <= b.length; j++) {
			const same = a[i - 1] === b[j - 1];
			row[j] = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j]!, before[j - 2]! + 1);
		}
		// Two letters that changed places count from the row before this one.
		if (Math.min(...row) > most && Math.min(...last) >= most) return most + 1;
		[before, last] = [last, row];
	}
	return Math.min(last[b.length]!, most + 1);
}

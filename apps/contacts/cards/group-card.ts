import { type ContentLine, escapeText } from '@mana/dav/ical/lines';
import { type Card, lineOf, membersOf, plainText, propertyName, structured, withProperty } from '@mana/dav/vcard/index';
import { cardKept } from './kept.ts';

/** What a card says of a group (RFC 6350 §6.1.4 `KIND:group`, or Apple's words for it in vCard 3). */
export interface SaidGroup {
	readonly name: string;
	/** UIDs. */
	readonly members: readonly string[];
}

/** A group as its card says it. */
export interface GroupState extends SaidGroup {
	readonly uid: string;
	/** Whether a UID that the card names is of nobody here: it stays, since they may come later. */
	isUnknown(uid: string): boolean;
}

/** Longest name of a group; see `model.ts`. */
const LONGEST_NAME = 120;

const memberNames: ReadonlySet<string> = new Set(['MEMBER', 'X-ADDRESSBOOKSERVER-MEMBER']);

/** Reads what a card says of a group. */
export function readGroup(card: Card): SaidGroup {
	const called = lineOf(card, 'FN');
	const name = called ? plainText(called) : '';
	return { name: name.slice(0, LONGEST_NAME).toWellFormed().trim(), members: [...new Set(membersOf(card))] };
}

/** UIDs that a card names which was kept with a group; none where it is none, or cannot be read any more. */
export function membersKept(text: string): string[] {
	const card = cardKept(text);
	return card ? membersOf(card) : [];
}

/**
 * The card of a group: as a program last had it, to the letter, as long as it says the same; otherwise with the lines changed that say
 * something else by now. One that no program has made yet is vCard 3 with Apple's words, which most of them read.
 *
 * @param before the card as it was kept
 */
export function groupCardOf(state: GroupState, before: Card | null): Card {
	let card: Card = before ?? {
		version: '3.0',
		lines: [
			line('UID', escapeText(state.uid)),
			line('FN', escapeText(state.name)),
			line('N', structured([state.name, '', '', '', ''])),
			line('X-ADDRESSBOOKSERVER-KIND', 'group'),
		],
	};
	if (readGroup(card).name !== state.name) {
		card = withProperty(card, 'FN', line('FN', escapeText(state.name)));
		if (lineOf(card, 'N')) card = withProperty(card, 'N', line('N', structured([state.name, '', '', '', ''])));
	}
	const wanted = new Set(state.members);
	const lines = card.lines.filter((one) => {
		if (!memberNames.has(propertyName(one))) return true;
		return membersOf({ ...card, lines: [one] }).every((uid) => wanted.has(uid) || state.isUnknown(uid));
	});
	const there = new Set(membersOf({ ...card, lines }));
	const added = state.members.filter((uid) => !there.has(uid)).map((uid) => memberLine(card, uid));
	return lines.length === card.lines.length && added.length === 0 ? card : { ...card, lines: [...lines, ...added] };
}

/** The card of a group without the members that are known, who stand with the contacts themselves. */
export function withoutMembers(card: Card, known: ReadonlySet<string>): Card {
	const lines = card.lines.filter(
		(one) => !memberNames.has(propertyName(one)) || membersOf({ ...card, lines: [one] }).some((uid) => !known.has(uid)),
	);
	return { ...card, lines };
}

/** A UID that is an address by itself stands as it is (RFC 6350 §6.6.5). */
function memberLine({ version }: Card, uid: string): ContentLine {
	const name = version === '4.0' ? 'MEMBER' : 'X-ADDRESSBOOKSERVER-MEMBER';
	return line(name, /^[a-z][a-z0-9+.-]*:/i.test(uid) ? uid : `urn:uuid:${uid}`);
}

function line(name: string, value: string): ContentLine {
	return { name, parameters: [], value };
}

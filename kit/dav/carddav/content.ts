import { DavFailure } from '../failure.ts';
import { BadCard, type Card, lineOf, parseCard, plainText } from '../vcard/index.ts';
import type { Content } from '../tree.ts';
import { carddav } from './names.ts';

/** A card as a program sent it. */
export interface SentCard {
	readonly card: Card;
	/** Without `urn:uuid:`. */
	readonly uid: string;
	/** To the letter. */
	readonly text: string;
}

/** Longest UID that is kept, in characters. */
const LONGEST_UID = 255;

/**
 * Reads what a program wants to be kept as a card.
 *
 * @param most bytes
 * @throws DavFailure with the condition of RFC 6352 §6.3.2.1 that does not hold
 */
export function parseSentCard({ bytes, type }: Content, most: number): SentCard {
	const media = (type ?? 'text/vcard').split(';')[0]!.trim().toLowerCase();
	if (media !== 'text/vcard' && media !== 'text/x-vcard')
		throw new DavFailure(415, 'Send cards as text/vcard.', carddav('supported-address-data'));
	if (bytes.length > most) throw new DavFailure(403, `A card has at most ${most} bytes.`, carddav('max-resource-size'));
	const card = parsed(bytes);
	if (card.version === '2.1')
		throw new DavFailure(403, 'Cards are kept as vCard 3.0 and 4.0.', carddav('supported-address-data'));
	// Both standards want it (RFC 2426 §3.1.1, RFC 6350 §6.2.1).
	if (!lineOf(card, 'FN')) throw invalidCard('A card has a name as a whole (FN).');
	const uid = plainText(lineOf(card, 'UID') ?? { value: '' }).replace(/^urn:uuid:/i, '');
	if (uid === '') throw invalidCard('A card in an address book has a UID.');
	if (uid.length > LONGEST_UID) throw invalidCard(`A UID has at most ${LONGEST_UID} characters.`);
	return { card, uid, text: new TextDecoder().decode(bytes) };
}

/** What was sent is no card that can be kept, and why. */
export function invalidCard(why: string): DavFailure {
	return new DavFailure(403, why, carddav('valid-address-data'));
}

function parsed(bytes: Uint8Array): Card {
	try {
		return parseCard(bytes);
	} catch (error) {
		if (error instanceof BadCard) throw invalidCard(error.message);
		throw error;
	}
}

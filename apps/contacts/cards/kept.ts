import { BadCard, type Card, parseCard } from '@mana/dav/vcard/index';

/** The card as it was kept with a contact; `null` where there is none, or it cannot be read any more. */
export function cardKept(text: string): Card | null {
	if (text === '') return null;
	try {
		return parseCard(new TextEncoder().encode(text));
	} catch (error) {
		if (error instanceof BadCard) return null;
		throw error;
	}
}

import { type Card, toVersion, withProperty, writeCard } from '@mana/dav/vcard/index';
import { stateOf } from './cards/state.ts';
import { cardOf } from './cards/write.ts';
import type { WholeCard } from './merge.ts';

/**
 * The card of a contact for somebody else, in vCard 3, which every phone reads: without notes, groups, relations and what only the person's own
 * programs keep with it.
 */
export function cardToShare({ contact, details }: WholeCard): Card {
	const state = stateOf(contact, {
		details: details.filter(({ kind }) => kind !== 'relation'),
		groups: [],
		photo: null,
		uidOf: () => null,
		changedAt: 0,
	});
	const card = cardOf({ ...state, fields: { ...state.fields, notes: '' } }, null);
	// Whoever gets it makes a contact of their own of it.
	return toVersion(withProperty(withProperty(card, 'REV'), 'UID'), '3.0');
}

/** Bytes of a code that a phone's camera still reads from a screen. */
const MOST_BYTES = 1_200;

/** The text of a code with a card: all of it or, where that is too much, how to reach somebody; `null` where that is too much as well. */
export function codeText(whole: WholeCard): string | null {
	const reach = whole.details.filter(({ kind }) => kind === 'phone' || kind === 'email').slice(0, 4);
	for (const details of [whole.details, reach]) {
		const text = writeCard(cardToShare({ ...whole, details }));
		if (new TextEncoder().encode(text).length <= MOST_BYTES) return text;
	}
	return null;
}

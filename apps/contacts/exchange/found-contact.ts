import { type Card, propertyName, toVersion, writeCard } from '@mana/dav/vcard/index';
import type { SaidContact } from '../cards/read.ts';
import { readContact } from '../cards/read.ts';

/** A contact as a file has it. */
export interface FoundContact extends SaidContact {
	/** The card as it stands in the file, without its photo; empty where there was none. */
	readonly card: string;
	readonly starred: boolean;
}

/** The longest card that is kept, in letters; see `cardObject` in `model.ts`. */
const LONGEST = 50_000;

/** A card of a file as a contact. What is too big to be kept with it (sounds, keys) goes, the biggest first. */
export function fromCard(card: Card): FoundContact {
	const said = readContact(card);
	const stars = card.lines
		.filter((line) => propertyName(line) === 'CATEGORIES')
		.some(({ value }) => /(^|,)(\* )?starred(,|$)/i.test(value));
	let kept: Card = {
		...card,
		lines: card.lines.filter((line) => propertyName(line) !== 'PHOTO' || said.photo?.kind === 'address'),
	};
	// Lines of 2.1 have no place in what is kept for all programs.
	if (kept.version === '2.1') kept = toVersion(kept, '3.0');
	let text = writeCard(kept);
	while (text.length > LONGEST) {
		const biggest = kept.lines.toSorted((a, b) => b.value.length - a.value.length)[0];
		kept = { ...kept, lines: kept.lines.filter((line) => line !== biggest) };
		text = writeCard(kept);
	}
	return { ...said, card: text, starred: stars };
}

/** Whether there is nothing of anybody in it: no name, no address, no number. */
export function isEmpty({ fields, details }: SaidContact): boolean {
	return (
		details.length === 0 &&
		[fields.given, fields.family, fields.shownAs, fields.organisation, fields.nickname].every((text) => text === '')
	);
}

import type { Contact } from './model.ts';

/** The parts of a contact that its name is made of. */
export type NameParts = Pick<
	Contact,
	'kind' | 'prefix' | 'given' | 'additional' | 'family' | 'suffix' | 'nickname' | 'shownAs' | 'organisation'
>;

/**
 * What a contact is called: as somebody said, or made of its parts; a person without a name by the nickname, then the employer. Empty when
 * there is nothing of all that.
 */
export function nameOf(contact: NameParts): string {
	return contact.shownAs.trim() || nameOfParts(contact);
}

/** The same, whatever it is to be shown as: what stands in the field for that while nobody filled it. */
export function nameOfParts(contact: NameParts): string {
	const [organisation, nickname] = [contact.organisation.trim(), contact.nickname.trim()];
	const person = personalName(contact);
	return contact.kind === 'organisation' ? organisation || person || nickname : person || nickname || organisation;
}

/** Scripts in which the family name comes first, without a blank between. */
const familyFirst = /^[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}ー々・]+$/u;

function personalName({ prefix, given, additional, family, suffix }: NameParts): string {
	if (familyFirst.test(family.trim()) && familyFirst.test(given.trim()))
		return joined([prefix, family.trim() + given.trim(), suffix]);
	return joined([prefix, given, additional, family, suffix]);
}

function joined(parts: readonly string[]): string {
	return parts
		.map((part) => part.trim())
		.filter(Boolean)
		.join(' ');
}

import { fold } from '@mana/model';

/** Somebody of a space: who can be spoken to, or given something to do. */
export interface Named {
	readonly person: string;
	readonly name: string;
}

/**
 * Those whose name has a word that begins with each word typed; case and accents do not matter. Whose name begins with what was typed comes
 * first, else the order stays. Nothing typed fits everybody.
 */
export function peopleFitting<Person extends { readonly name: string }>(
	people: readonly Person[],
	typed: string,
): readonly Person[] {
	const wanted = wordsOf(typed);
	const fitting = people
		.map((person) => ({ person, words: wordsOf(person.name) }))
		.filter(({ words }) => wanted.every((begin) => words.some((word) => word.startsWith(begin))));
	const begins = ({ words }: { readonly words: readonly string[] }): boolean => words.join(' ').startsWith(wanted.join(' '));
	return [...fitting.filter(begins), ...fitting.filter((one) => !begins(one))].map(({ person }) => person);
}

/** Apostrophes and hyphens are written in several ways, so what is between words does not count. */
function wordsOf(text: string): readonly string[] {
	return fold(text).match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}

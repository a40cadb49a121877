import type { Contact } from './model.ts';

/** What a typed name is taken for. */
export type TypedName = Pick<Contact, 'prefix' | 'given' | 'additional' | 'family' | 'suffix'>;

const titles = /^(?:(?:dr|prof|mr|mrs|ms|mx|sir|dame|herr|frau|ing|dipl|mag|med|jur|rer|nat|phil|h\.?c)\.?|dipl\.-ing\.?)$/i;
const suffixes = /^(?:jr|sr|ii|iii|iv|phd|md|esq|mba|msc|bsc)\.?$/i;
/** Small words that a family name begins with. */
const particles = new Set(['von', 'van', 'de', 'der', 'den', 'del', 'della', 'di', 'da', 'do', 'dos', 'das', 'du', 'la', 'le', 'el', 'al', 'bin', 'ben', 'ter', 'ten', 'zu', 'zur', 'zum', 'vom', 'y', 'e', "d'", 'st.']); // prettier-ignore

/**
 * Takes a name apart as people write it: “Dr. Ana Maria de Souza”, “Lima, Ana”. The last word is the family name, with the small words before it;
 * a single word is a given name.
 */
export function nameParts(typed: string): TypedName {
	const empty: TypedName = { prefix: '', given: '', additional: '', family: '', suffix: '' };
	const text = typed.trim().replaceAll(/\s+/g, ' ');
	const comma = /^([^,]+),\s*([^,]+)$/.exec(text);
	if (comma && !suffixes.test(comma[2]!)) {
		const rest = nameParts(comma[2]!);
		const given = [rest.given, rest.additional, rest.family].filter(Boolean).join(' ');
		return { ...empty, prefix: rest.prefix, given, family: comma[1]!.trim() };
	}
	const words = text.replaceAll(',', '').split(' ').filter(Boolean);
	const prefix: string[] = [];
	while (words.length > 1 && titles.test(words[0]!)) prefix.push(words.shift()!);
	const suffix: string[] = [];
	while (words.length > 2 && suffixes.test(words.at(-1)!)) suffix.unshift(words.pop()!);
	const [given = '', ...rest] = words;
	// A single word after a title is how one is addressed: Frau Lima.
	if (rest.length === 0 && prefix.length > 0) return { ...empty, prefix: prefix.join(' '), family: given };
	let at = rest.length - 1;
	while (at > 0 && particles.has(rest[at - 1]!.toLowerCase())) at--;
	return {
		prefix: prefix.join(' '),
		given,
		additional: rest.slice(0, Math.max(0, at)).join(' '),
		family: rest.slice(Math.max(0, at)).join(' '),
		suffix: suffix.join(' '),
	};
}

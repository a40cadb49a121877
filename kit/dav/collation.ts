import { DavFailure } from './failure.ts';
import { attribute, textOf, type XmlElement, type XmlName } from './xml.ts';

/** How texts are compared (RFC 4790), by the name of the collation. */
const collations: Readonly<Record<string, (text: string) => string>> = {
	'i;ascii-casemap': (text) => text.replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase()),
	'i;octet': (text) => text,
	'i;unicode-casemap': (text) => text.normalize('NFKD').toUpperCase(),
};

/** Names of the collations that texts are compared by. */
export const collationNames: readonly string[] = Object.keys(collations);

const kinds: Readonly<Record<string, (text: string, wanted: string) => boolean>> = {
	equals: (text, wanted) => text === wanted,
	contains: (text, wanted) => text.includes(wanted),
	'starts-with': (text, wanted) => text.startsWith(wanted),
	'ends-with': (text, wanted) => text.endsWith(wanted),
};

export interface TextMatchWords {
	/** The collation where none is named. */
	readonly usual: string;
	/** The condition that does not hold where it is another one. */
	readonly unsupported: XmlName;
	/** The same for a way to match that there is not. */
	readonly invalid: XmlName;
}

/** A `text-match` (RFC 4791 §9.7.5, RFC 6352 §10.5.4). @throws DavFailure 400, 403 */
export function textMatch(match: XmlElement, { usual, unsupported, invalid }: TextMatchWords): (text: string) => boolean {
	const named = attribute(match, 'collation') ?? usual;
	const fold = collations[named === 'default' ? usual : named];
	if (!fold) throw new DavFailure(403, 'Texts are not compared like that here.', unsupported);
	const holds = kinds[attribute(match, 'match-type') ?? 'contains'];
	if (!holds) throw new DavFailure(400, 'Texts match as equals, contains, starts-with or ends-with.', invalid);
	const wanted = fold(textOf(match));
	const negated = attribute(match, 'negate-condition') === 'yes';
	return (text) => holds(fold(text), wanted) !== negated;
}

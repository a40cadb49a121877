/**
 * Values of vCard 2.1 and how the later standards write the same. In 2.1 only semicolons are escaped, ends of lines come from
 * quoted-printable, and a comma is a comma; later a comma divides, and backslash, comma and the end of a line are escaped.
 */

/** Properties whose commas divided values before there was a standard that said so. */
const lists: ReadonlySet<string> = new Set(['CATEGORIES', 'NICKNAME', 'X-CATEGORIES']);
/** Properties that are no text: nothing in them is escaped. */
const plain: ReadonlySet<string> = new Set([
	'URL', 'UID', 'REV', 'BDAY', 'TZ', 'GEO', 'VERSION', 'TEL', 'EMAIL', 'KEY', 'PHOTO', 'LOGO', 'SOUND', 'SOURCE',
]); // prettier-ignore

/** Properties that are one text: a semicolon in them divides nothing. */
const texts: ReadonlySet<string> = new Set(['FN', 'NOTE', 'TITLE', 'ROLE', 'LABEL', 'MAILER', 'X-ABLABEL']);

/** A value of 2.1 as the later standards write it. @param name of the property, in capitals, without its group */
export function fromOldValue(name: string, value: string): string {
	if (plain.has(name)) return value.replaceAll(/\r\n|\r|\n/g, '\\n');
	const comma = lists.has(name) ? ',' : '\\,';
	const semicolon = texts.has(name) ? '\\;' : ';';
	return value.replaceAll(/\\([\\;,:nN])|\r\n|[\r\n;,\\]/g, (found, escaped: string | undefined) => {
		if (escaped !== undefined) return escaped === ':' ? ':' : escaped === 'N' ? '\\n' : found;
		if (found === ';') return semicolon;
		return found === ',' ? comma : found === '\\' ? '\\\\' : '\\n';
	});
}

/** The other way round. Ends of lines are letters again: they need quoted-printable. */
export function toOldValue(name: string, value: string): string {
	if (plain.has(name)) return value.replaceAll(/\\[nN]/g, '\r\n');
	// Several given names stand side by side: there is no other way to write them.
	return value.replaceAll(name === 'N' ? /\\([\\;,nN])|,/g : /\\([\\;,nN])/g, (found, escaped: string | undefined) => {
		if (escaped === undefined) return ' ';
		if (escaped === ',') return lists.has(name) ? found : ',';
		return escaped === 'n' || escaped === 'N' ? '\r\n' : found;
	});
}

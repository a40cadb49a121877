import { errors } from 'jose';

/** Longer is none of ours, and is not even read: whoever is not known yet may not have much work done. */
const longest = 8_192;

/**
 * Refuses a token that is not written exactly as ours are, before anything in it is believed: three parts of canonical base64url (RFC 7515
 * §2; a stray bit at the end of one would make a second text of the same token), a header that names each of the given members once
 * and no other, so no `crit`, no key or address of a key (RFC 8725 §3.10), and claims of which none stands twice (RFC 7519 §4).
 *
 * @param members of the header, in the order in which we write them
 * @throws JOSEError, as the library does for what it refuses
 */
export function requirePlain(token: string, members: readonly string[]): void {
	if (token.length > longest) throw new errors.JWSInvalid('too long');
	const parts = token.split('.');
	if (parts.length !== 3 || !parts.every((part) => part !== '' && isCanonical(part))) throw new errors.JWSInvalid('not compact');
	const header = plainObject(parts[0] ?? '');
	if (Object.keys(header).join() !== members.join()) throw new errors.JWSInvalid('another header than ours');
	plainObject(parts[1] ?? '');
}

/** The object that a part holds, when it is written as we write: a member that stands twice is in the text and not in what was read. */
function plainObject(part: string): object {
	const text = Buffer.from(part, 'base64url').toString();
	const value = parse(text);
	if (JSON.stringify(value) !== text) throw new errors.JWSInvalid('not written as ours are');
	return value;
}

function isCanonical(part: string): boolean {
	return Buffer.from(part, 'base64url').toString('base64url') === part;
}

function parse(text: string): object {
	try {
		const value: unknown = JSON.parse(text);
		if (typeof value === 'object' && value !== null) return value;
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
	}
	throw new errors.JWSInvalid('no object');
}

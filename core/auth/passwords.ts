import { hash as argon2, verify as argon2Verify } from '@node-rs/argon2';
import { isCommonPassword } from './common-passwords.ts';
import { refuse } from './problems.ts';

/** In characters (code points). */
const shortest = 10;
const longest = 128;
/** OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

let decoy: Promise<string> | undefined;

/**
 * @param email whose password it is to be; the address itself is no password
 * @throws Problem `weak-password` that says which rule is broken; `common-password`
 */
export async function checkPassword(password: string, email: string): Promise<void> {
	const length = [...password].length;
	if (length < shortest)
		throw refuse('weak-password', { detail: `A password needs at least ${shortest} characters; this has ${length}.` });
	if (length > longest)
		throw refuse('weak-password', { detail: `A password has at most ${longest} characters; this has ${length}.` });
	if (new Set(password).size < 4)
		throw refuse('weak-password', { detail: 'A password needs at least four different characters.' });
	if (password.trim().toLowerCase() === email)
		throw refuse('weak-password', { detail: 'A password must not be the e-mail address.' });
	if (await isCommonPassword(password)) throw refuse('common-password');
}

/** Argon2id in PHC string form, with a salt of its own. */
export function hashPassword(password: string): Promise<string> {
	return argon2(composed(password), cost);
}

/**
 * Whether the password belongs to the hash. Without a hash (nobody has this address) it takes as long and answers `false`, so that the
 * time tells nobody who has an account.
 */
export async function verifyPassword(hash: string | null | undefined, password: string): Promise<boolean> {
	if (typeof hash === 'string') return argon2Verify(hash, composed(password));
	decoy ??= hashPassword('nobody has this password');
	await argon2Verify(await decoy, composed(password));
	return false;
}

/** One form for what different keyboards send (RFC 8265 §4.2). */
function composed(password: string): string {
	return password.normalize('NFC');
}

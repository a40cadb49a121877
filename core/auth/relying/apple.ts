import { createPrivateKey, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { z } from 'zod';

/** How long what we sign counts, in seconds. Apple takes half a year; it is made anew for each question. */
const lifeSeconds = 300;

/** The key that Apple makes for a developer, and what it is called there. */
export const signingKey = z.object({
	team: z
		.string()
		.trim()
		.regex(/^[A-Z0-9]{10}$/, 'The team ID has ten capital letters and digits.'),
	id: z
		.string()
		.trim()
		.regex(/^[A-Z0-9]{10}$/, 'The key ID has ten capital letters and digits.'),
	/** The text of the `.p8` file: PKCS #8, P-256. */
	pem: z.string().trim().max(2_000).refine(isKey, 'Give the whole text of the .p8 file, from -----BEGIN PRIVATE KEY----- on.'),
});

/**
 * What Apple takes in the place of a client's secret: a JWT that we sign with the developer's key (ES256), for Apple alone
 * (developer.apple.com, "Creating a client secret").
 *
 * @param key as it was sealed: the JSON of a `signingKey` @param now milliseconds since 1970
 */
export async function appleSecret(key: string, clientId: string, issuer: string, now: number): Promise<string> {
	const { team, id, pem } = signingKey.parse(JSON.parse(key));
	const seconds = Math.floor(now / 1000);
	return new SignJWT()
		.setProtectedHeader({ alg: 'ES256', kid: id })
		.setIssuer(team)
		.setSubject(clientId)
		.setAudience(issuer)
		.setIssuedAt(seconds)
		.setExpirationTime(seconds + lifeSeconds)
		.sign(createPrivateKey(pem));
}

function isKey(pem: string): boolean {
	const key = privateKey(pem);
	return key?.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
}

/** OpenSSL is the judge of keys: it throws on what is none. */
function privateKey(pem: string): KeyObject | null {
	try {
		return createPrivateKey(pem);
	} catch (error) {
		if (error instanceof Error) return null;
		throw error;
	}
}

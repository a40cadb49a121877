import { type Sealing, sealingWith } from '@mana/service';
import { createHash, createHmac, hkdfSync } from 'node:crypto';

/** What is derived from the one secret of this Mana: each purpose has a key of its own (HKDF, RFC 5869). */
export interface InstanceKeys extends Sealing {
	/** Signs the session cookie. */
	readonly cookie: string;
	/** Stands for an e-mail address where addresses of strangers must not be collected. */
	pseudonym(text: string): string;
	/** Proves that a text was written by this Mana (HMAC-SHA-256, base64url). */
	mark(text: string): string;
}

/** @param secret at least 32 characters of randomness */
export function instanceKeys(secret: string): InstanceKeys {
	const naming = derive(secret, 'pseudonyms');
	const marking = derive(secret, 'audit log');
	return {
		cookie: derive(secret, 'cookie').toString('base64url'),
		...sealingWith(derive(secret, 'signing-keys')),
		pseudonym: (text) => createHmac('sha256', naming).update(text).digest('base64url').slice(0, 22),
		mark: (text) => createHmac('sha256', marking).update(text).digest('base64url'),
	};
}

/** SHA-256 as base64url: how one-time secrets and old tokens are stored. */
export function digest(text: string): string {
	return createHash('sha256').update(text).digest('base64url');
}

function derive(secret: string, purpose: string): Buffer {
	return Buffer.from(hkdfSync('sha256', secret, '', `mana-auth ${purpose}`, 32));
}

import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** What is derived from the one secret of this Mana: each purpose has a key of its own (HKDF, RFC 5869). */
export interface InstanceKeys {
	/** Signs the session cookie. */
	readonly cookie: string;
	/** Encrypts a signing key for the database; `label` binds the result to its row. */
	seal(plain: Uint8Array, label: string): Uint8Array;
	/** @throws when the secret or the label is another one, or a bit was changed */
	open(sealed: Uint8Array, label: string): Uint8Array;
	/** Stands for an e-mail address where addresses of strangers must not be collected. */
	pseudonym(text: string): string;
	/** Proves that a text was written by this Mana (HMAC-SHA-256, base64url). */
	mark(text: string): string;
}

const nonceBytes = 12;
const tagBytes = 16;

/** @param secret at least 32 characters of randomness */
export function instanceKeys(secret: string): InstanceKeys {
	const sealing = derive(secret, 'signing-keys');
	const naming = derive(secret, 'pseudonyms');
	const marking = derive(secret, 'audit log');
	return {
		cookie: derive(secret, 'cookie').toString('base64url'),
		seal(plain, label) {
			const nonce = randomBytes(nonceBytes);
			const cipher = createCipheriv('aes-256-gcm', sealing, nonce).setAAD(Buffer.from(label));
			return new Uint8Array(Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]));
		},
		open(sealed, label) {
			const nonce = sealed.subarray(0, nonceBytes);
			const tag = sealed.subarray(sealed.length - tagBytes);
			const decipher = createDecipheriv('aes-256-gcm', sealing, nonce).setAAD(Buffer.from(label)).setAuthTag(tag);
			return new Uint8Array(Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]));
		},
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

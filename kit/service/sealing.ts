import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Keeps secrets that have to be read again, in a database that may be copied. */
export interface Sealing {
	/** Encrypts; `label` binds the result to its row, so that it opens nowhere else. */
	seal(plain: Uint8Array, label: string): Uint8Array;
	/** @throws SealBroken when the secret or the label is another one, or a bit was changed */
	open(sealed: Uint8Array, label: string): Uint8Array;
}

/** What was sealed does not open: with another secret, under another label, or it was changed. */
export class SealBroken extends Error {
	override readonly name = 'SealBroken';
}

const nonceBytes = 12;
const tagBytes = 16;

/** AES-256-GCM (NIST SP 800-38D) with a fresh nonce each time: nonce, what was encrypted, tag. @param key 32 bytes */
export function sealingWith(key: Uint8Array): Sealing {
	return {
		seal(plain, label) {
			const nonce = randomBytes(nonceBytes);
			const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(label));
			return new Uint8Array(Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]));
		},
		open(sealed, label) {
			try {
				const nonce = sealed.subarray(0, nonceBytes);
				const tag = sealed.subarray(sealed.length - tagBytes);
				const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(label)).setAuthTag(tag);
				return new Uint8Array(Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]));
			} catch (error) {
				throw new SealBroken('This was sealed with another secret or for another place, or it was changed.', { cause: error });
			}
		},
	};
}

/**
 * The sealing of one service: its key is derived (HKDF, RFC 5869) from the secret of this Mana, so no other service opens what it sealed.
 *
 * @param secret read when something is sealed or opened for the first time
 */
export function serviceSealing(secret: () => string, service: string): Sealing {
	let made: Sealing | null = null;
	const own = () => (made ??= sealingWith(new Uint8Array(hkdfSync('sha256', secret(), '', `${service} sealed`, 32))));
	return { seal: (plain, label) => own().seal(plain, label), open: (sealed, label) => own().open(sealed, label) };
}

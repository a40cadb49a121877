import { createCipheriv, createECDH, createHmac, createPrivateKey, ECDH, hkdfSync, sign } from 'node:crypto';

/** The keys of a push subscription, in Base64url: `getKey('p256dh')` and `getKey('auth')` of the browser. */
export interface SubscriptionKeys {
	readonly p256dh: string;
	readonly auth: string;
}

/** The instance's own key pair on P-256, by which push services know that it is the same sender (RFC 8292). */
export interface VapidKeys {
	/** 65 bytes, uncompressed, in Base64url: what a page subscribes with. */
	readonly publicKey: string;
	/** 32 bytes in Base64url. */
	readonly privateKey: string;
}

/** One record: the payload, the delimiter and the tag have to fit in. */
const RECORD_SIZE = 4_096;
/** The longest payload, in bytes: push services take a body of 4096 (RFC 8030 §7.2), of which 103 are not payload. */
export const MOST_PAYLOAD_BYTES = 3_993;

/** Whether it is a point of P-256 (SEC 1 §2.3.4), in Base64url: nothing can be encrypted for any other. */
export function isPublicKey(p256dh: string): boolean {
	try {
		return ECDH.convertKey(p256dh, 'prime256v1', 'base64url').length > 0;
	} catch (error) {
		// OpenSSL is the judge of points: it throws on what is none.
		if (error instanceof Error) return false;
		throw error;
	}
}

/**
 * Encrypts a payload for one subscription (RFC 8291, with aes128gcm of RFC 8188), so that the push service in between cannot read it.
 *
 * @param privateKey of the one-time key pair, 32 bytes; @param salt 16 bytes; both random and never used again
 * @throws RangeError when the payload is too long; Error when the subscription's keys are no keys
 */
export function encryptPayload(
	payload: Uint8Array,
	{ p256dh, auth }: SubscriptionKeys,
	{ privateKey, salt }: { readonly privateKey: Uint8Array; readonly salt: Uint8Array },
): Uint8Array<ArrayBuffer> {
	if (payload.byteLength > MOST_PAYLOAD_BYTES) throw new RangeError(`A push carries ${MOST_PAYLOAD_BYTES} bytes at most.`);
	const theirs = Buffer.from(p256dh, 'base64url');
	const own = createECDH('prime256v1');
	own.setPrivateKey(privateKey);
	const ours = own.getPublicKey();
	const info = Buffer.concat([Buffer.from('WebPush: info\0'), theirs, ours]);
	const ikm = Buffer.from(hkdfSync('sha256', own.computeSecret(theirs), Buffer.from(auth, 'base64url'), info, 32));
	const prk = createHmac('sha256', salt).update(ikm).digest();
	const key = expand(prk, 'Content-Encoding: aes128gcm\0', 16);
	const nonce = expand(prk, 'Content-Encoding: nonce\0', 12);
	const cipher = createCipheriv('aes-128-gcm', key, nonce);
	// 2 marks the last record, which here is the only one.
	const sealed = [cipher.update(payload), cipher.update(Uint8Array.of(2)), cipher.final(), cipher.getAuthTag()];
	const size = Buffer.alloc(4);
	size.writeUInt32BE(RECORD_SIZE);
	return new Uint8Array(Buffer.concat([salt, size, Uint8Array.of(ours.byteLength), ours, ...sealed]));
}

/** The second half of HKDF (RFC 5869) for up to 32 bytes. */
function expand(prk: Buffer, info: string, length: number): Buffer {
	return createHmac('sha256', prk).update(`${info}\u0001`).digest().subarray(0, length);
}

/** Makes an instance's key pair. @param random 32 bytes */
export function vapidKeysFrom(random: Uint8Array): VapidKeys {
	const pair = createECDH('prime256v1');
	pair.setPrivateKey(random);
	return { publicKey: pair.getPublicKey('base64url'), privateKey: Buffer.from(random).toString('base64url') };
}

/**
 * What proves to a push service who sends (RFC 8292): a token for its origin, signed with ES256.
 *
 * @param subject how the operator is reached: `mailto:…` or an https address; @param expiresAt in seconds since 1970, a day ahead at most
 */
export function vapidHeader({ publicKey, privateKey }: VapidKeys, endpoint: string, subject: string, expiresAt: number): string {
	const point = Buffer.from(publicKey, 'base64url');
	const coordinate = (from: number) => point.subarray(from, from + 32).toString('base64url');
	const jwk = { kty: 'EC', crv: 'P-256', d: privateKey, x: coordinate(1), y: coordinate(33) };
	const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
	const claims = { aud: new URL(endpoint).origin, exp: expiresAt, sub: subject };
	const signed = `${part({ typ: 'JWT', alg: 'ES256' })}.${part(claims)}`;
	const key = createPrivateKey({ key: jwk, format: 'jwk' });
	const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
	return `vapid t=${signed}.${signature.toString('base64url')}, k=${publicKey}`;
}

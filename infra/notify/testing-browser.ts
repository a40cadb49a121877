// For tests: the browser's side of a push subscription.
import { createDecipheriv, createECDH, createHmac, hkdfSync } from 'node:crypto';

/** The browser's side, written from RFC 8188 and RFC 8291 once more. */
export function decrypt(body: Uint8Array, privateKey: Uint8Array, auth: Uint8Array): Buffer {
	const whole = Buffer.from(body);
	const [salt, idLength] = [whole.subarray(0, 16), whole[20]!];
	const sender = whole.subarray(21, 21 + idLength);
	const own = createECDH('prime256v1');
	own.setPrivateKey(privateKey);
	const info = Buffer.concat([Buffer.from('WebPush: info\0'), own.getPublicKey(), sender]);
	const ikm = Buffer.from(hkdfSync('sha256', own.computeSecret(sender), auth, info, 32));
	const prk = createHmac('sha256', salt).update(ikm).digest();
	const derive = (label: string, length: number) =>
		createHmac('sha256', prk).update(`${label}\0\u0001`).digest().subarray(0, length);
	const sealed = whole.subarray(21 + idLength);
	const decipher = createDecipheriv(
		'aes-128-gcm',
		derive('Content-Encoding: aes128gcm', 16),
		derive('Content-Encoding: nonce', 12),
	);
	decipher.setAuthTag(sealed.subarray(-16));
	const padded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
	const end = padded.lastIndexOf(2);
	return padded.subarray(0, end);
}

/** A browser that subscribed: what it tells, and how it reads what comes. */
export interface SubscribedBrowser {
	/** As `PushSubscription.toJSON()` has it. */
	readonly target: { readonly endpoint: string; readonly keys: { readonly p256dh: string; readonly auth: string } };
	/** Decrypts a push and reads its JSON. @throws when it was not meant for this browser */
	read(body: Uint8Array): unknown;
}

export function subscribedBrowser(endpoint: string): SubscribedBrowser {
	const pair = createECDH('prime256v1');
	pair.generateKeys();
	const auth = crypto.getRandomValues(new Uint8Array(16));
	return {
		target: { endpoint, keys: { p256dh: pair.getPublicKey('base64url'), auth: Buffer.from(auth).toString('base64url') } },
		read: (body) => JSON.parse(decrypt(body, pair.getPrivateKey(), auth).toString()),
	};
}

import { describe, expect, test } from 'bun:test';
import { createECDH, createPublicKey, verify } from 'node:crypto';
import fc from 'fast-check';
import { decrypt } from '../testing-browser.ts';
import { encryptPayload, MOST_PAYLOAD_BYTES, vapidHeader, vapidKeysFrom } from './push-encryption.ts';

const bytes = (text: string) => Buffer.from(text, 'base64url');

/** RFC 8291, appendix A. */
const vector = {
	plaintext: 'When I grow up, I want to be a watermelon',
	asPrivate: 'yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw',
	uaPublic: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
	uaPrivate: 'q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94',
	salt: 'DGv6ra1nlYgDCS1FRnbzlw',
	auth: 'BTBZMqHH6r4Tts7J_aSIgg',
	message:
		'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
};

describe('the encryption of pushes', () => {
	test('makes what the appendix of RFC 8291 makes', () => {
		const body = encryptPayload(
			Buffer.from(vector.plaintext),
			{ p256dh: vector.uaPublic, auth: vector.auth },
			{ privateKey: bytes(vector.asPrivate), salt: bytes(vector.salt) },
		);
		expect(Buffer.from(body).toString('base64url')).toBe(vector.message);
		expect(decrypt(body, bytes(vector.uaPrivate), bytes(vector.auth)).toString()).toBe(vector.plaintext);
	});

	test('carries any payload up to the limit, and only to the browser whose keys they are', () => {
		fc.assert(
			fc.property(
				fc.uint8Array({ maxLength: MOST_PAYLOAD_BYTES }),
				fc.uint8Array({ minLength: 16, maxLength: 16 }),
				(payload, salt) => {
					const browser = createECDH('prime256v1');
					browser.generateKeys();
					const keys = { p256dh: browser.getPublicKey('base64url'), auth: vector.auth };
					const body = encryptPayload(payload, keys, { privateKey: bytes(vector.asPrivate), salt });
					expect(body.byteLength).toBeLessThanOrEqual(4_096);
					expect(decrypt(body, browser.getPrivateKey(), bytes(vector.auth)).equals(payload)).toBe(true);
					expect(() => decrypt(body, bytes(vector.uaPrivate), bytes(vector.auth))).toThrow();
				},
			),
			{ numRuns: 50 },
		);
		expect(() =>
			encryptPayload(
				new Uint8Array(MOST_PAYLOAD_BYTES + 1),
				{ p256dh: vector.uaPublic, auth: vector.auth },
				{ privateKey: bytes(vector.asPrivate), salt: bytes(vector.salt) },
			),
		).toThrow(RangeError);
	});

	test('is signed for the push service alone, with the key that browsers subscribed with', () => {
		const keys = vapidKeysFrom(bytes(vector.asPrivate));
		const header = vapidHeader(keys, 'https://push.example/send/abc?x=1', 'mailto:mana@mana.example', 1_800_000_000);
		const [, signed, signature, key] = /^vapid t=([\w-]+\.[\w-]+)\.([\w-]+), k=([\w-]+)$/.exec(header)!;
		expect(key).toBe(keys.publicKey);
		const [head, claims] = signed!.split('.').map((part) => JSON.parse(bytes(part).toString()) as object);
		expect([head, claims]).toEqual([
			{ typ: 'JWT', alg: 'ES256' },
			{ aud: 'https://push.example', exp: 1_800_000_000, sub: 'mailto:mana@mana.example' },
		]);
		const point = bytes(key!);
		const jwk = {
			kty: 'EC',
			crv: 'P-256',
			x: point.subarray(1, 33).toString('base64url'),
			y: point.subarray(33).toString('base64url'),
		};
		const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
		expect(verify('sha256', Buffer.from(signed!), { key: publicKey, dsaEncoding: 'ieee-p1363' }, bytes(signature!))).toBe(true);
	});
});

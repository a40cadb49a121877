import { createHash, createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';

/** How this authenticator is to differ from an honest one. */
export interface Dishonesty {
	readonly origin?: string;
	readonly domain?: string;
	/** `webauthn.get` or `webauthn.create`. */
	readonly type?: string;
	readonly challenge?: string;
	/** Whether it leaves out asking who uses it. */
	readonly unverified?: boolean;
	readonly counter?: number;
	readonly userHandle?: string;
}

const flags = { present: 0x01, verified: 0x04, attested: 0x40 };

/** A passkey in software for tests (WebAuthn Level 3): one ES256 key that is made and then signs. */
export class TestPasskey {
	readonly id = randomBytes(16).toString('base64url');
	readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	readonly #origin: string;
	counter = 0;
	#person = '';

	constructor(origin: string) {
		this.#origin = origin;
	}

	/** Makes the key, as a browser would be asked to. */
	register(options: Record<string, unknown>, how: Dishonesty = {}) {
		this.#person = (options['user'] as { id: string }).id;
		const data = Buffer.concat([
			this.#head(how, flags.attested),
			Buffer.alloc(16),
			Buffer.from([0, 16]),
			Buffer.from(this.id, 'base64url'),
			coseOf(this.#keys.publicKey),
		]);
		const attestation = new Map<string, unknown>([
			['fmt', 'none'],
			['attStmt', new Map()],
			['authData', new Uint8Array(data)],
		]);
		return {
			...this.#credential(),
			response: {
				clientDataJSON: this.#clientData('webauthn.create', options, how),
				attestationObject: Buffer.from(isoCBOR.encode(attestation as Parameters<typeof isoCBOR.encode>[0])).toString('base64url'),
				transports: ['internal'],
			},
		};
	}

	/** Signs a challenge. */
	sign(options: Record<string, unknown>, how: Dishonesty = {}) {
		this.counter += 1;
		const authenticatorData = this.#head(how, 0);
		const clientDataJSON = this.#clientData('webauthn.get', options, how);
		const signed = Buffer.concat([authenticatorData, sha256(Buffer.from(clientDataJSON, 'base64url'))]);
		return {
			...this.#credential(),
			response: {
				clientDataJSON,
				authenticatorData: authenticatorData.toString('base64url'),
				signature: createSign('sha256').update(signed).sign(this.#keys.privateKey).toString('base64url'),
				userHandle: how.userHandle ?? this.#person,
			},
		};
	}

	#credential() {
		return { id: this.id, rawId: this.id, type: 'public-key', clientExtensionResults: {} };
	}

	#head({ domain, unverified, counter }: Dishonesty, more: number): Buffer {
		const count = Buffer.alloc(4);
		count.writeUInt32BE(counter ?? this.counter);
		const mark = flags.present | (unverified ? 0 : flags.verified) | more;
		return Buffer.concat([sha256(Buffer.from(domain ?? new URL(this.#origin).hostname)), Buffer.from([mark]), count]);
	}

	#clientData(type: string, options: Record<string, unknown>, how: Dishonesty): string {
		const challenge = how.challenge ?? options['challenge'];
		const said = { type: how.type ?? type, challenge, origin: how.origin ?? this.#origin, crossOrigin: false };
		return Buffer.from(JSON.stringify(said)).toString('base64url');
	}
}

function coseOf(key: KeyObject): Buffer {
	const { x = '', y = '' } = key.export({ format: 'jwk' });
	const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));
	const cose = new Map<number, number | Uint8Array>([
		[1, 2],
		[3, -7],
		[-1, 1],
		[-2, bytes(x)],
		[-3, bytes(y)],
	]);
	return Buffer.from(isoCBOR.encode(cose as Parameters<typeof isoCBOR.encode>[0]));
}

function sha256(bytes: Uint8Array): Buffer {
	return createHash('sha256').update(bytes).digest();
}

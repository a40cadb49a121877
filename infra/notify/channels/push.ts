import type { Egress, RandomBytes } from '@mana/service';
import type { Clock } from '@mana/store';
import { z } from 'zod';
import type { ContentAct } from '../words/content.ts';
import { type Channel, type Parcel, plainText } from './channel.ts';
import { post } from './http-outcome.ts';
import { shortened } from './ntfy.ts';
import { encryptPayload, isPublicKey, MOST_PAYLOAD_BYTES, vapidHeader, type VapidKeys } from './push-encryption.ts';

const base64url = (bytes: number) =>
	z.string().refine((text) => Buffer.from(text, 'base64url').byteLength === bytes, `These are ${bytes} bytes in Base64url.`);

/** A browser's subscription, as `PushSubscription.toJSON()` has it. */
export const pushTarget = z.strictObject({
	endpoint: z.url({ protocol: /^https?$/ }).max(2_000),
	keys: z.strictObject({
		p256dh: base64url(65).refine(isPublicKey, 'This is no public key of P-256.'),
		auth: base64url(16),
	}),
});

/** How long a push service keeps what it cannot hand on at once, in seconds. */
const KEPT_SECONDS = 4 * 7 * 86_400;
const HALF_DAY_SECONDS = 43_200;

export interface PushParts {
	readonly reach: Egress;
	readonly clock: Clock;
	readonly random: RandomBytes;
	readonly keys: VapidKeys;
	/** How the operator is reached, for push services: `mailto:…`. */
	readonly subject: string;
}

/** What the service worker gets (`web/src/push.ts` reads it). */
export interface PushPayload {
	/** Names what it is about: a later one of the same name takes its place, and whoever handles it in the inbox takes it away. */
	readonly id: string;
	readonly title: string;
	readonly text: string;
	readonly link: string | null;
	/** Buttons, in the order in which they stand. */
	readonly acts: readonly ContentAct[];
}

/**
 * Web Push (RFC 8030), encrypted (RFC 8291) and signed (RFC 8292). The parcel's id is the `Topic`, so what the push service still holds is
 * replaced; it is also in the payload, where the service worker makes one notification of both.
 */
export function pushChannel({ reach, clock, random, keys, subject }: PushParts): Channel {
	return {
		name: 'push',
		repeatable: true,
		concurrency: 8,
		async send(parcel, attempt) {
			const { endpoint, keys: theirs } = pushTarget.parse(parcel.target);
			const seconds = Math.floor(clock.now() / 1000);
			const once = { privateKey: privateKeyFrom(random), salt: random(new Uint8Array(16)) };
			const untilSeconds = parcel.expires === null ? KEPT_SECONDS : Math.ceil((parcel.expires - clock.now()) / 1000);
			const { outcome } = await post(
				reach,
				endpoint,
				{
					headers: {
						authorization: vapidHeader(keys, endpoint, subject, seconds + HALF_DAY_SECONDS),
						'content-encoding': 'aes128gcm',
						'content-type': 'application/octet-stream',
						ttl: String(Math.max(0, Math.min(KEPT_SECONDS, untilSeconds))),
						urgency: parcel.urgent ? 'high' : 'normal',
						topic: Buffer.from(parcel.id, 'hex').toString('base64url'),
					},
					body: encryptPayload(payloadOf(parcel), theirs, once),
				},
				attempt,
				clock.now(),
			);
			return outcome;
		},
		close: () => undefined,
	};
}

function payloadOf({ about, content }: Parcel): Uint8Array {
	const { subject, action, acts = [] } = content;
	const encode = (text: string) =>
		new TextEncoder().encode(
			JSON.stringify({ id: about, title: shortened(subject, 300), text, link: action?.link ?? null, acts } satisfies PushPayload),
		);
	const text = plainText(content);
	const whole = encode(text);
	// A sign may take six bytes in JSON; half a screen is enough of a message that was too long anyway.
	return whole.byteLength <= MOST_PAYLOAD_BYTES ? whole : encode(shortened(text, 400));
}

/** A private key of P-256 is any number from 1 to the order of the curve; random bytes miss that once in four billion times. */
export function privateKeyFrom(random: RandomBytes): Uint8Array {
	for (;;) {
		const key = random(new Uint8Array(32));
		const high = new DataView(key.buffer).getUint32(0);
		if (high !== 0 && high !== 0xff_ff_ff_ff) return key;
	}
}

import { createHmac } from 'node:crypto';
import type { Egress } from '@mana/service';
import type { Clock } from '@mana/store';
import { z } from 'zod';
import { type Channel, type Parcel, plainText } from './channel.ts';
import { post } from './http-outcome.ts';

/** The receiver's address, and the secret that both know: `whsec_` and 24 to 64 bytes in Base64. */
export const webhookTarget = z.strictObject({
	url: z.url({ protocol: /^https?$/ }).max(2_000),
	secret: z.string().regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, 'A secret is whsec_ and 24 to 64 bytes in Base64.'),
});

/**
 * Webhooks, signed by the Standard Webhooks specification 1.0: a receiver tells a repetition by `webhook-id`, an old one by
 * `webhook-timestamp`, and a forged one by `webhook-signature`.
 */
export function webhookChannel(reach: Egress, clock: Clock): Channel {
	return {
		name: 'webhook',
		repeatable: true,
		concurrency: 8,
		async send(parcel, attempt) {
			const { url, secret } = webhookTarget.parse(parcel.target);
			const body = JSON.stringify(bodyOf(parcel));
			const seconds = Math.floor(clock.now() / 1000);
			const headers = {
				'content-type': 'application/json',
				'webhook-id': webhookId(parcel),
				'webhook-timestamp': String(seconds),
				'webhook-signature': signatureOf(secret, webhookId(parcel), seconds, body),
			};
			return (await post(reach, url, { headers, body }, attempt, clock.now())).outcome;
		},
		close: () => undefined,
	};
}

function webhookId({ id }: Parcel): string {
	return `msg_${id}`;
}

function bodyOf({ topic, at, content, language }: Parcel) {
	const { subject, action } = content;
	return {
		type: topic,
		timestamp: new Date(at).toISOString(),
		data: { title: subject, text: plainText(content), language, ...(action ? { link: action.link } : {}) },
	};
}

/** `v1,` and the HMAC-SHA256 of id, time and body. @param seconds since 1970 */
export function signatureOf(secret: string, id: string, seconds: number, body: string): string {
	const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
	return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
}

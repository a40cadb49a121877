import type { Egress } from '@mana/service';
import type { Clock } from '@mana/store';
import { z } from 'zod';
import { type Channel, plainText } from './channel.ts';
import { bearerToken, post } from './http-outcome.ts';

/** A topic of an ntfy server, with its access token where it asks for one. */
export const ntfyTarget = z.strictObject({
	server: z.url({ protocol: /^https?$/ }).max(500),
	topic: z.string().regex(/^[\w-]{1,64}$/, 'A topic has letters, digits, "-" and "_".'),
	accessToken: bearerToken(200).optional(),
});

/** ntfy takes no longer message without making an attachment of it, in bytes. */
const MOST_BYTES = 3_800;

/**
 * ntfy, by its JSON publishing. The parcel's id is the message's sequence id: from release 2.16 on a repetition takes the place of the
 * first one instead of standing below it; older servers show it twice.
 */
export function ntfyChannel(reach: Egress, clock: Clock): Channel {
	return {
		name: 'ntfy',
		repeatable: true,
		concurrency: 4,
		async send({ id, target, content, urgent }, attempt) {
			const { server, topic, accessToken } = ntfyTarget.parse(target);
			const { subject, action } = content;
			const { outcome } = await post(
				reach,
				server,
				{
					headers: {
						'content-type': 'application/json',
						...(accessToken ? { authorization: `Bearer ${accessToken}` } : {}),
					},
					body: JSON.stringify({
						topic,
						title: subject,
						message: shortened(plainText(content), MOST_BYTES) || subject,
						sequence_id: id,
						priority: urgent ? 4 : 3,
						...(action ? { click: action.link } : {}),
					}),
				},
				attempt,
				clock.now(),
			);
			return outcome;
		},
		close: () => undefined,
	};
}

/** As much of a text as fits into so many bytes of UTF-8, ending in "…" where it was cut. */
export function shortened(text: string, bytes: number): string {
	const encoder = new TextEncoder();
	if (encoder.encode(text).byteLength <= bytes) return text;
	const room = new Uint8Array(bytes - 3);
	const { read } = encoder.encodeInto(text, room);
	return `${text.slice(0, read)}…`;
}

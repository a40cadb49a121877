import type { Egress } from '@mana/service';
import type { Clock } from '@mana/store';
import { z } from 'zod';
import { type Channel, plainText } from './channel.ts';
import { post } from './http-outcome.ts';

/** An Apprise API server and the key under which it keeps where messages go on to. */
export const appriseTarget = z.strictObject({
	server: z.url({ protocol: /^https?$/ }).max(500),
	key: z.string().regex(/^[\w-]{1,128}$/, 'A key has letters, digits, "-" and "_".'),
});

/** Apprise, by the `/notify/{KEY}` of its API server. It cannot tell a repetition, so what is in doubt is never sent again by itself. */
export function appriseChannel(reach: Egress, clock: Clock): Channel {
	return {
		name: 'apprise',
		repeatable: false,
		concurrency: 4,
		async send({ target, content, urgent }, attempt) {
			const { server, key } = appriseTarget.parse(target);
			const { subject, action } = content;
			const { outcome } = await post(
				reach,
				new URL(`notify/${key}`, server.endsWith('/') ? server : `${server}/`).href,
				{
					headers: { 'content-type': 'application/json', accept: 'application/json' },
					body: JSON.stringify({
						title: subject,
						body: [plainText(content), ...(action ? [action.link] : [])].join('\n\n') || subject,
						type: urgent ? 'warning' : 'info',
						format: 'text',
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

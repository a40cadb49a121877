import type { Egress } from '@mana/service';
import type { Clock } from '@mana/store';
import { z } from 'zod';
import { escapeHtml } from '../letter.ts';
import { type Channel, type Outcome, plainText } from './channel.ts';
import { bearerToken, post } from './http-outcome.ts';

/** A room, and the account that writes into it. */
export const matrixTarget = z.strictObject({
	homeserver: z.url({ protocol: /^https?$/ }).max(500),
	room: z.string().regex(/^!\S{1,254}$/, 'A room id begins with "!"; see the settings of the room.'),
	accessToken: bearerToken(1_000),
});

const errorBody = z.object({ errcode: z.string(), retry_after_ms: z.number().optional() });

/**
 * Matrix, by the client-server API (v1.11, "PUT /rooms/{roomId}/send/{eventType}/{txnId}"): the same transaction id of the same access
 * token is the same event.
 */
export function matrixChannel(reach: Egress, clock: Clock): Channel {
	return {
		name: 'matrix',
		repeatable: true,
		concurrency: 4,
		async send({ id, target, content }, attempt) {
			const { homeserver, room, accessToken } = matrixTarget.parse(target);
			const { subject, action } = content;
			const words = plainText(content);
			const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/send/m.room.message/${id}`;
			const { outcome, answer } = await post(
				reach,
				new URL(path, homeserver).href,
				{
					method: 'PUT',
					headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
					body: JSON.stringify({
						msgtype: 'm.notice',
						body: [subject, words, ...(action ? [`${action.label}: ${action.link}`] : [])].join('\n\n'),
						format: 'org.matrix.custom.html',
						formatted_body: [
							`<strong>${escapeHtml(subject)}</strong>`,
							...words.split('\n\n').map((part) => `<p>${escapeHtml(part)}</p>`),
							...(action ? [`<p><a href="${escapeHtml(action.link)}">${escapeHtml(action.label)}</a></p>`] : []),
						].join(''),
					}),
				},
				attempt,
				clock.now(),
			);
			return answer === null ? outcome : asMatrixMeans(outcome, answer.body);
		},
		close: () => undefined,
	};
}

/** Matrix says in the body how long to wait; an unknown token stays unknown, and a room that is closed to us is no missing page. */
function asMatrixMeans(outcome: Outcome, body: Uint8Array): Outcome {
	const parsed = errorBody.safeParse(jsonOf(body));
	if (!parsed.success || outcome.kind === 'delivered') return outcome;
	const { errcode, retry_after_ms: afterMs } = parsed.data;
	if (errcode === 'M_LIMIT_EXCEEDED')
		return {
			kind: 'later',
			reason: 'The homeserver asks to be left alone for a while.',
			...(afterMs === undefined ? {} : { afterMs }),
		};
	if (errcode === 'M_UNKNOWN_TOKEN')
		return { kind: 'refused', reason: 'The access token is not known (any more). Give a new one.', gone: true };
	if (errcode === 'M_FORBIDDEN')
		return { kind: 'refused', reason: 'This account may not write into the room. Invite it there first.' };
	return outcome;
}

function jsonOf(body: Uint8Array): unknown {
	try {
		return JSON.parse(new TextDecoder().decode(body));
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
}

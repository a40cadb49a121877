import { answers, body, guard, type ServiceEnv, type VerifyToken } from '@mana/service';
import { limited, rateLimit } from '@mana/service/rate-limit';
import { isZone } from '@mana/time/zone';
import { Hono } from 'hono';
import { z } from 'zod';
import { DAY, isDay, momentOf } from '../moments.ts';
import { deeds } from '../outside/seen.ts';
import { answerAt, answerWords, invitationAt } from './answers.server.ts';
import { proposeAt, type ProposedParts, withdrawAt } from './proposed.server.ts';
import { type ReceivedParts, takeMessage } from './received.server.ts';

const said = z.enum(['none', ...answerWords, 'delegated']);
const invitation = z.object({
	state: z.enum(['open', 'over', 'cancelled']),
	inviter: z.string(),
	address: z.string(),
	title: z.string(),
	place: z.string(),
	meeting: z.string(),
	notes: z.string(),
	from: z.number(),
	to: z.number(),
	wholeDay: z.boolean(),
	zone: z.string().nullable(),
	repeat: z.string().nullable(),
	answer: said,
	comment: z.string(),
	days: z.array(z.object({ occurrence: z.string(), from: z.number(), to: z.number(), answer: said })),
	proposes: z.boolean(),
	proposal: z
		.object({
			from: z.number(),
			to: z.number(),
			wholeDay: z.boolean(),
			zone: z.string().nullable(),
			occurrence: z.string().nullable(),
			refused: z.boolean(),
		})
		.nullable(),
});

const comment = z.string().trim().max(2_000);
const occurrence = z.string().max(32).nullable();
const wish = z
	.strictObject({
		start: z.string().refine(isMoment, { error: 'Give a day (2026-11-26), or a time of a clock (2026-11-26T09:00).' }),
		length: z
			.int()
			.min(0)
			.max((366 * DAY) / 1_000),
		zone: z.string().refine(isZone, { error: 'Name a zone of the IANA list, as Europe/Berlin.' }).nullable(),
		comment,
		occurrence,
	})
	.refine(({ start, length }) => !isDay(start) || (length > 0 && (length * 1_000) % DAY === 0), {
		path: ['length'],
		error: 'Days last whole days of 86400 seconds, and one at least.',
	});

/** Whether that is a day, or a minute on a clock. */
function isMoment(text: string): boolean {
	if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d)?$/.test(text)) return false;
	const { wall } = momentOf(text);
	return !Number.isNaN(wall) && new Date(wall).toISOString().startsWith(text);
}

const received = z.object({
	did: z.enum(deeds),
	space: z.string().nullable(),
	event: z.string(),
	title: z.string(),
	who: z.string(),
});

/** By which people elsewhere answer what they were invited to, with the link of their mail and nothing else; and messages that came by mail are taken in. */
export function invitationRoutes(parts: ReceivedParts & ProposedParts, verifyToken: VerifyToken) {
	// Whoever guesses links is held up; whoever has one asks a few times.
	const limit = limited(rateLimit({ burst: 60, refillMs: 2_000, clock: parts.clock }));
	return new Hono<ServiceEnv>()
		.get(
			'/v1/invitations/:token',
			limit,
			answers('What a link of a mail leads to; looking changes nothing', invitation),
			async (c) => c.json(await invitationAt(parts, c.req.param('token'))),
		)
		.put(
			'/v1/invitations/:token/answer',
			limit,
			body(z.strictObject({ answer: z.enum(answerWords), comment, occurrence })),
			answers('Answers an invitation', null, 204),
			async (c) => {
				await answerAt(parts, c.req.param('token'), c.req.valid('json'));
				return c.body(null, 204);
			},
		)
		.put(
			'/v1/invitations/:token/proposal',
			limit,
			body(wish),
			answers('Asks whoever invites for another time', null, 204),
			async (c) => {
				await proposeAt(parts, c.req.param('token'), c.req.valid('json'));
				return c.body(null, 204);
			},
		)
		.delete('/v1/invitations/:token/proposal', limit, answers('Asks for no other time any more', null, 204), async (c) => {
			await withdrawAt(parts, c.req.param('token'));
			return c.body(null, 204);
		})
		.post(
			'/v1/messages',
			guard(verifyToken),
			body(z.strictObject({ message: z.string().max(100_000) })),
			answers('Takes in a message about an event that came by mail', received),
			async (c) => c.json(await takeMessage(parts, c.get('person').id, c.req.valid('json').message)),
		);
}

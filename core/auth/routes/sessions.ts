import { answers, params, type ServiceEnv } from '@mana/service';
import { Hono } from 'hono';
import { z } from 'zod';
import { listSessions, revokeOtherSessions, revokeSession } from '../sessions.ts';
import { clientOf, type Door, personSchema } from './door.ts';

const session = z.object({
	id: z.string(),
	createdAt: z.string(),
	usedAt: z.string(),
	expiresAt: z.string(),
	address: z.string(),
	agent: z.string(),
	impersonator: z.object({ id: z.string(), name: z.string() }).nullable(),
	current: z.boolean(),
});

/** Where a person is signed in. */
export function sessionRoutes({ realm, present }: Door) {
	return new Hono<ServiceEnv>()
		.get(
			'/session',
			answers(
				'Who is signed in',
				z.object({ person: personSchema, session: session.pick({ id: true, expiresAt: true, impersonator: true }) }),
			),
			async (c) => {
				const { person, session } = await present(c);
				return c.json({ person, session: { id: session.id, expiresAt: session.expiresAt, impersonator: session.impersonator } });
			},
		)
		.get('/sessions', answers('Where the person is signed in', z.object({ sessions: z.array(session) })), async (c) => {
			const { person, session } = await present(c);
			const sessions = await listSessions(realm, person.id);
			return c.json({ sessions: sessions.map((one) => ({ ...one, current: one.id === session.id })) });
		})
		.delete('/sessions', answers('Sign out everywhere else'), async (c) => {
			await revokeOtherSessions(realm, await present(c), clientOf(c));
			return c.body(null, 204);
		})
		.delete('/sessions/:id', answers('End one session'), params(z.object({ id: z.string().max(64) })), async (c) => {
			const { person } = await present(c);
			await revokeSession(realm, person.id, c.req.valid('param').id, clientOf(c));
			return c.body(null, 204);
		});
}

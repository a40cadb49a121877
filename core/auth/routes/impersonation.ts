import { answers, body, params, Problem, type ServiceEnv } from '@mana/service';
import { Hono } from 'hono';
import { z } from 'zod';
import { administrator } from '../administration/administrator.ts';
import {
	consentHours,
	consentOf,
	endImpersonation,
	giveConsent,
	impersonate,
	withdrawConsent,
} from '../administration/impersonation.ts';
import { readOwnToken, readToken, writeOwnToken, writeToken } from '../session-cookie.ts';
import { clientOf, type Door, personSchema } from './door.ts';

const consent = z.object({ until: z.string().nullable() });

/** Acting in somebody else's name, for a time and with their consent. */
export function impersonationRoutes({ realm, present, proven }: Door) {
	return new Hono<ServiceEnv>()
		.get('/impersonation-consent', answers('Until when an admin may act in my name', consent), async (c) =>
			c.json({ until: await consentOf(realm, (await present(c)).person) }),
		)
		.put(
			'/impersonation-consent',
			answers('Let an admin act in my name for a time', consent),
			body(z.object({ hours: z.union(consentHours.map((hours) => z.literal(hours))) })),
			async (c) => c.json({ until: await giveConsent(realm, await proven(c), c.req.valid('json').hours, clientOf(c)) }),
		)
		.delete('/impersonation-consent', answers('Let nobody act in my name'), async (c) => {
			await withdrawConsent(realm, await present(c), clientOf(c));
			return c.body(null, 204);
		})
		.post(
			'/people/:id/impersonation',
			answers('Act in the name of somebody who allowed it', z.object({ person: personSchema })),
			params(z.object({ id: z.string().max(64) })),
			body(z.object({ reason: z.string().trim().min(3, 'Say why: the person reads it.').max(200) })),
			async (c) => {
				const actor = administrator(await proven(c));
				const { token, presence } = await impersonate(
					realm,
					actor,
					c.req.valid('param').id,
					c.req.valid('json').reason,
					clientOf(c),
				);
				const own = await readToken(realm, c);
				await writeOwnToken(realm, c, own);
				await writeToken(realm, c, token);
				return c.json({ person: presence.person });
			},
		)
		.delete('/impersonation', answers('Be oneself again'), async (c) => {
			const own = await readOwnToken(realm, c);
			try {
				await endImpersonation(realm, await present(c), clientOf(c));
			} catch (error) {
				// It has ended by itself; the way back stays.
				if (own === null || !(error instanceof Problem) || error.code !== 'session-expired') throw error;
			}
			// Whoever came here by it is whoever they were before, as long as that session stands.
			await writeToken(realm, c, own ?? '');
			await writeOwnToken(realm, c, null);
			return c.body(null, 204);
		});
}

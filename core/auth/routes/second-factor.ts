import { answers, body, type ServiceEnv } from '@mana/service';
import { Hono } from 'hono';
import { z } from 'zod';
import { keepOwnSecondStep } from '../administration/second-step-removal.ts';
import { beginSecondFactor, confirmSecondFactor, endSecondFactor, renewRecoveryCodes, secondFactorOf } from '../second-factor.ts';
import { clientOf, codeInput, type Door } from './door.ts';

const standing = z.object({
	since: z.string().nullable(),
	recoveryCodes: z.number(),
	removal: z.object({ dueAt: z.string(), by: z.string().nullable() }).nullable(),
});
const codes = z.object({ recoveryCodes: z.array(z.string()) });

/** A second step at sign-in: codes of an authenticator app, and recovery codes for when it is lost. */
export function secondFactorRoutes({ realm, present, proven }: Door, instanceName: string | null) {
	return new Hono<ServiceEnv>()
		.get('/second-factor', answers('Whether sign-in asks for a code', standing), async (c) =>
			c.json(await secondFactorOf(realm, (await present(c)).person.id)),
		)
		.post(
			'/second-factor',
			answers('A key for an authenticator app', z.object({ secret: z.string(), uri: z.string() })),
			async (c) => c.json(await beginSecondFactor(realm, await proven(c), instanceName ?? 'Mana')),
		)
		.put(
			'/second-factor',
			answers('Switch it on with a code of the app', codes),
			body(z.object({ code: codeInput })),
			async (c) =>
				c.json({
					recoveryCodes: await confirmSecondFactor(realm, await proven(c), c.req.valid('json').code, clientOf(c)),
				}),
		)
		.delete('/second-factor', answers('Switch it off'), async (c) => {
			await endSecondFactor(realm, await proven(c), clientOf(c));
			return c.body(null, 204);
		})
		.delete('/second-factor/removal', answers('Stop that an admin takes it away'), async (c) => {
			await keepOwnSecondStep(realm, await present(c), clientOf(c));
			return c.body(null, 204);
		})
		.post('/recovery-codes', answers('New recovery codes in the place of the old', codes), async (c) =>
			c.json({ recoveryCodes: await renewRecoveryCodes(realm, await proven(c), clientOf(c)) }),
		);
}

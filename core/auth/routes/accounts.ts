import { answers, body, type ServiceEnv } from '@mana/service';
import { Hono } from 'hono';
import { z } from 'zod';
import { putAside, takeUp } from '../accounts.ts';
import { refuse } from '../problems.ts';
import { readAside, readOwnToken, readToken, writeAside, writeBeside, writeToken } from '../session-cookie.ts';
import { clientOf, type Door, personSchema } from './door.ts';

/** Several accounts in one browser: one is present, the others are put aside. */
export function accountsRoutes({ realm, present }: Door) {
	return new Hono<ServiceEnv>()
		.post('/accounts', answers('Keep this session beside the one that is opened next, within ten minutes'), async (c) => {
			await present(c);
			await writeBeside(realm, c, true);
			return c.body(null, 204);
		})
		.put(
			'/accounts/present',
			answers('Go on as somebody else who is signed in in this browser', z.object({ person: personSchema })),
			body(z.object({ person: z.string().max(64) })),
			async (c) => {
				// Whoever is here in somebody else's name is themselves again first.
				if ((await readOwnToken(realm, c)) !== null) throw refuse('impersonated');
				const client = clientOf(c);
				const { taken, rest } = await takeUp(realm, await readAside(realm, c), c.req.valid('json').person, client);
				const before = await readToken(realm, c);
				await writeAside(realm, c, before === null ? rest : await putAside(realm, rest, before, client));
				await writeToken(realm, c, taken.token);
				return c.json({ person: taken.presence.person });
			},
		);
}

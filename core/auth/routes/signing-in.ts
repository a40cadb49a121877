import { answers, body, type ServiceEnv } from '@mana/service';
import { Hono } from 'hono';
import { z } from 'zod';
import { emailSchema } from '../person.ts';
import { clearToken, readToken } from '../session-cookie.ts';
import { signOut } from '../sessions.ts';
import { signIn } from '../sign-in.ts';
import { clientOf, type Door, passwordInput, personSchema } from './door.ts';

/** In and out with a password. */
export function signingInRoutes({ realm, open }: Door) {
	return new Hono<ServiceEnv>()
		.post(
			'/sign-in',
			answers('Sign in', z.object({ person: personSchema })),
			body(z.object({ email: emailSchema, password: passwordInput })),
			async (c) => c.json(await open(c, await signIn(realm, c.req.valid('json'), clientOf(c)))),
		)
		.post('/sign-out', answers('End this session'), async (c) => {
			const token = await readToken(realm, c);
			if (token !== null) await signOut(realm, token, clientOf(c));
			await clearToken(realm, c);
			return c.body(null, 204);
		});
}

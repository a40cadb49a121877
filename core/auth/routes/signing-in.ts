import { answers, body, type ServiceEnv } from '@mana/service';
import { Hono } from 'hono';
import { z } from 'zod';
import { emailSchema } from '../person.ts';
import { clearToken, readOwnToken, readToken, writeOwnToken } from '../session-cookie.ts';
import { signOut } from '../sessions.ts';
import { signIn, takeSecondStep } from '../sign-in.ts';
import { clientOf, codeInput, type Door, passwordInput, personSchema, secretInput } from './door.ts';

const secondStep = z.object({ secondStep: z.object({ ticket: z.string(), expiresAt: z.string() }) });

/** In and out: with a password, and with a code for whom that is not enough. */
export function signingInRoutes({ realm, open }: Door) {
	return new Hono<ServiceEnv>()
		.post(
			'/sign-in',
			answers('Sign in, or what the second step needs', z.union([z.object({ person: personSchema }), secondStep])),
			body(z.object({ email: emailSchema, password: passwordInput })),
			async (c) => {
				const come = await signIn(realm, c.req.valid('json'), clientOf(c));
				return 'secondStep' in come ? c.json(come) : c.json(await open(c, come));
			},
		)
		.post(
			'/sign-in/second-step',
			answers('The second step of signing in', z.object({ person: personSchema })),
			body(z.object({ ticket: secretInput, code: codeInput })),
			async (c) => c.json(await open(c, await takeSecondStep(realm, c.req.valid('json'), clientOf(c)))),
		)
		.post('/sign-out', answers('End this session'), async (c) => {
			const token = await readToken(realm, c);
			if (token !== null) await signOut(realm, token, clientOf(c));
			const own = await readOwnToken(realm, c);
			if (own !== null) {
				await signOut(realm, own, clientOf(c));
				await writeOwnToken(realm, c, null);
			}
			await clearToken(realm, c);
			return c.body(null, 204);
		});
}

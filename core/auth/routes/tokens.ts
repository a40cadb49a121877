import { answers, type ServiceEnv } from '@mana/service';
import { Hono } from 'hono';
import { z } from 'zod';
import { readToken, writeToken } from '../session-cookie.ts';
import { recognise, renew } from '../sessions.ts';
import { accessToken, publishedKeys } from '../signing-keys.ts';
import { standingOf } from '../standing.ts';
import { clientOf, type Door, personSchema } from './door.ts';

/** The tokens by which services know people, and what they are checked with. */
export function tokenRoutes({ realm }: Door) {
	return new Hono<ServiceEnv>()
		.post(
			'/token',
			answers('A short-lived token for the services', z.object({ token: z.string(), expiresAt: z.string() })),
			async (c) => {
				const token = await readToken(realm, c);
				const presence = await recognise(realm, token, clientOf(c));
				const access = await accessToken(realm, presence);
				const renewed = token === null ? null : await renew(realm, token);
				if (renewed !== null) await writeToken(realm, c, renewed);
				return c.json(access);
			},
		)
		.get('/standing', answers('Whether the session of a token still stands', z.object({ person: personSchema })), async (c) => {
			const [scheme, token] = (c.req.header('authorization') ?? '').split(' ');
			return c.json({ person: await standingOf(realm, scheme?.toLowerCase() === 'bearer' ? token : undefined) });
		})
		.get(
			'/jwks',
			answers('The keys that check those tokens', z.object({ keys: z.array(z.looseObject({ kid: z.string() })) })),
			async (c) => c.json(await publishedKeys(realm), 200, { 'cache-control': 'public, max-age=300' }),
		);
}

import { answers, body, type ServiceEnv } from '@mana/service';
import { Hono } from 'hono';
import { z } from 'zod';
import { changePassword, changeProfile, resetPassword } from '../account.ts';
import { languageSchema, nameSchema } from '../person.ts';
import { clientOf, type Door, passwordInput, personSchema, secretInput } from './door.ts';

/** What people change about themselves. */
export function accountRoutes({ realm, present, proven }: Door) {
	return new Hono<ServiceEnv>()
		.post('/password', answers('Change the password'), body(z.object({ password: passwordInput })), async (c) => {
			await changePassword(realm, await proven(c), c.req.valid('json').password, clientOf(c));
			return c.body(null, 204);
		})
		.post(
			'/reset',
			answers('Set a password with a reset link'),
			body(z.object({ token: secretInput, password: passwordInput })),
			async (c) => {
				const { token, password } = c.req.valid('json');
				await resetPassword(realm, token, password, clientOf(c));
				return c.body(null, 204);
			},
		)
		.patch(
			'/person',
			answers('Change name or language', z.object({ person: personSchema })),
			body(z.object({ name: nameSchema.optional(), language: languageSchema.optional() })),
			async (c) => c.json({ person: await changeProfile(realm, await present(c), c.req.valid('json'), clientOf(c)) }),
		);
}

import { answers, body, type ServiceEnv } from '@mana/service';
import { Hono } from 'hono';
import { z } from 'zod';
import { askForEmail, askForVerification, confirmEmail, emailOf, forgot } from '../email.ts';
import { emailSchema } from '../person.ts';
import { clientOf, type Door, secretInput } from './door.ts';

const standing = z.object({
	address: z.string(),
	verified: z.boolean(),
	pending: z.object({ address: z.string(), until: z.string() }).nullable(),
});
const confirmation = z.object({
	did: z.enum(['verified', 'changed', 'taken-back', 'stayed']),
	address: z.string(),
	reset: z.string().nullable(),
});

/** The address of a person: proven, changed, taken back; and the way in for whoever forgot the password. */
export function emailRoutes({ realm, present, proven }: Door) {
	return new Hono<ServiceEnv>()
		.get('/email', answers("The person's address, and what is under way with it", standing), async (c) =>
			c.json(await emailOf(realm, await present(c))),
		)
		.post(
			'/email',
			answers('Change the address, once the new one answers'),
			body(z.object({ email: emailSchema })),
			async (c) => {
				await askForEmail(realm, await proven(c), c.req.valid('json').email, clientOf(c));
				return c.body(null, 204);
			},
		)
		.post('/email/verification', answers('Send the letter that proves the address once more'), async (c) => {
			await askForVerification(realm, await present(c), clientOf(c));
			return c.body(null, 204);
		})
		.post(
			'/email/confirmations',
			answers('Answer a letter by its link', confirmation),
			body(z.object({ token: secretInput })),
			async (c) => c.json(await confirmEmail(realm, c.req.valid('json').token, clientOf(c))),
		)
		.post(
			'/forgotten',
			answers('Send a reset link to whoever has the address'),
			body(z.object({ email: emailSchema })),
			async (c) => {
				await forgot(realm, c.req.valid('json').email, clientOf(c));
				return c.body(null, 204);
			},
		);
}

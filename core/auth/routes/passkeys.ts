import { answers, body, params, type ServiceEnv } from '@mana/service';
import { Hono } from 'hono';
import { z } from 'zod';
import { assertionAnswer, registrationAnswer } from '../passkey-answers.ts';
import { addPasskey, assertionOptions, listPasskeys, registrationOptions, removePasskey, renamePasskey } from '../passkeys.ts';
import { nameSchema } from '../person.ts';
import { signInWithPasskey } from '../sign-in.ts';
import { clientOf, type Door, personSchema } from './door.ts';

const passkey = z.object({
	id: z.string(),
	name: z.string(),
	createdAt: z.string(),
	usedAt: z.string().nullable(),
	synced: z.boolean(),
});
const id = params(z.object({ id: z.string().max(1400) }));
/** For `navigator.credentials`; WebAuthn says what is in it. */
const options = z.looseObject({ challenge: z.string() });

/** Signing in without a password: with a key that a device or a password manager keeps. */
export function passkeyRoutes({ realm, present, proven, open }: Door, instanceName: string | null) {
	return new Hono<ServiceEnv>()
		.get('/passkeys', answers('The passkeys of the person', z.object({ passkeys: z.array(passkey) })), async (c) =>
			c.json({ passkeys: await listPasskeys(realm, (await present(c)).person.id) }),
		)
		.post('/passkeys/options', answers('What a browser needs to make a passkey', options), async (c) =>
			c.json(await registrationOptions(realm, await proven(c), instanceName ?? 'Mana')),
		)
		.post(
			'/passkeys',
			answers('Keep a passkey that a browser made', passkey, 201),
			body(z.object({ name: nameSchema, answer: registrationAnswer })),
			async (c) => {
				const { name, answer } = c.req.valid('json');
				return c.json(await addPasskey(realm, await proven(c), name, answer, clientOf(c)), 201);
			},
		)
		.patch('/passkeys/:id', answers('Rename a passkey'), id, body(z.object({ name: nameSchema })), async (c) => {
			await renamePasskey(realm, await present(c), c.req.valid('param').id, c.req.valid('json').name);
			return c.body(null, 204);
		})
		.delete('/passkeys/:id', answers('Remove a passkey'), id, async (c) => {
			await removePasskey(realm, await proven(c), c.req.valid('param').id, clientOf(c));
			return c.body(null, 204);
		})
		.post('/sign-in/passkey-options', answers('What a browser needs to sign in with a passkey', options), async (c) =>
			c.json(await assertionOptions(realm, 'sign-in', '-')),
		)
		.post(
			'/sign-in/passkey',
			answers('Sign in with a passkey', z.object({ person: personSchema })),
			body(z.object({ answer: assertionAnswer })),
			async (c) => c.json(await open(c, await signInWithPasskey(realm, c.req.valid('json').answer, clientOf(c)))),
		);
}

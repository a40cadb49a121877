import { answers, body, guardService, params, type ServiceEnv, type ServiceIdentity } from '@mana/service';
import { Hono } from 'hono';
import { z } from 'zod';
import { appAccess, judgeAppPassword, listAppPasswords, makeAppPassword, openApps, removeAppPassword } from '../app-passwords.ts';
import { emailSchema, nameSchema } from '../person.ts';
import { clientOf, type Door, personSchema } from './door.ts';

const shown = {
	id: z.string(),
	name: z.string(),
	apps: z.array(z.string()),
	access: z.enum(appAccess),
	createdAt: z.string(),
	usedAt: z.string().nullable(),
};

/** Passwords for programs that know nothing of sessions: calendars of phones, mail programs, file managers. */
export function appPasswordRoutes({ realm, present, proven }: Door, identity: ServiceIdentity) {
	return new Hono<ServiceEnv>()
		.get(
			'/app-passwords',
			answers('The app passwords of the person', z.object({ passwords: z.array(z.object(shown)), apps: z.array(z.string()) })),
			async (c) => c.json({ passwords: await listAppPasswords(realm, (await present(c)).person.id), apps: [...openApps] }),
		)
		.post(
			'/app-passwords',
			answers('Make an app password; its secret is told this once', z.object({ ...shown, secret: z.string() }), 201),
			body(
				z.object({
					name: nameSchema,
					apps: z.array(z.enum(openApps)).min(1, 'Say which apps it opens.').max(openApps.length),
					access: z.enum(appAccess).default('write'),
				}),
			),
			async (c) => c.json(await makeAppPassword(realm, await proven(c), c.req.valid('json'), clientOf(c)), 201),
		)
		.delete('/app-passwords/:id', answers('End an app password'), params(z.object({ id: z.string().max(64) })), async (c) => {
			await removeAppPassword(realm, await present(c), c.req.valid('param').id, clientOf(c));
			return c.body(null, 204);
		})
		.post(
			'/app-password-checks',
			guardService(identity),
			answers(
				'For servers of apps: who comes with an e-mail address and an app password',
				z.object({
					password: z.object({ id: shown.id, name: shown.name, access: shown.access, apps: shown.apps }),
					person: personSchema,
					token: z.string(),
					expiresAt: z.string(),
				}),
			),
			body(
				z.object({ email: emailSchema, password: z.string().max(256), address: z.string().max(64), agent: z.string().max(200) }),
			),
			async (c) => {
				const { address, agent, ...who } = c.req.valid('json');
				return c.json(await judgeAppPassword(realm, c.get('service'), who, { address, agent }));
			},
		);
}

import { answers, body, params, type ServiceEnv } from '@mana/service';
import { Hono } from 'hono';
import { z } from 'zod';
import { administrator } from '../administration/administrator.ts';
import {
	allowedSoftware,
	changeSoftware,
	disallow,
	listSoftware,
	registerSoftware,
	removeSoftware,
	renewSecret,
	type Software,
	softwareInput,
} from '../provider/software.ts';
import { clientOf, type Door } from './door.ts';

const software = z.object({
	id: z.string(),
	name: z.string(),
	hasSecret: z.boolean(),
	redirectUris: z.array(z.string()),
	logoutUris: z.array(z.string()),
	createdAt: z.string(),
});
const allowed = z.object({ id: z.string(), name: z.string(), scope: z.array(z.string()), at: z.string() });
const id = params(z.object({ id: z.string().max(64) }));

/** The software that people sign in to from here: what admins register, and what each person allowed. */
export function softwareRoutes({ realm, present, proven }: Door) {
	return new Hono<ServiceEnv>()
		.get('/software', answers('What is registered', z.object({ software: z.array(software) })), async (c) => {
			administrator(await present(c));
			return c.json({ software: (await listSoftware(realm)).map(told) });
		})
		.post(
			'/software',
			answers('Register software; its secret is shown this once', z.object({ software, secret: z.string().nullable() })),
			body(softwareInput.extend({ keepsSecret: z.boolean() })),
			async (c) => {
				const made = await registerSoftware(realm, administrator(await proven(c)), c.req.valid('json'), clientOf(c));
				return c.json({ ...made, software: told(made.software) });
			},
		)
		.put('/software/:id', answers('Change name and addresses', z.object({ software })), id, body(softwareInput), async (c) => {
			const actor = administrator(await proven(c));
			const changed = await changeSoftware(realm, actor, c.req.valid('param').id, c.req.valid('json'), clientOf(c));
			return c.json({ software: told(changed) });
		})
		.post('/software/:id/secret', answers('Another secret', z.object({ secret: z.string() })), id, async (c) => {
			const actor = administrator(await proven(c));
			return c.json({ secret: await renewSecret(realm, actor, c.req.valid('param').id, clientOf(c)) });
		})
		.delete('/software/:id', answers('Take software out'), id, async (c) => {
			await removeSoftware(realm, administrator(await proven(c)), c.req.valid('param').id, clientOf(c));
			return c.body(null, 204);
		})
		.get('/allowed-software', answers('What the person allowed', z.object({ software: z.array(allowed) })), async (c) => {
			const { person } = await present(c);
			return c.json({ software: (await allowedSoftware(realm, person)).map((one) => ({ ...one, scope: [...one.scope] })) });
		})
		.delete('/allowed-software/:id', answers('Take it back'), id, async (c) => {
			const { person } = await present(c);
			await disallow(realm, person, c.req.valid('param').id, clientOf(c));
			return c.body(null, 204);
		});
}

function told(one: Software): z.output<typeof software> {
	return { ...one, redirectUris: [...one.redirectUris], logoutUris: [...one.logoutUris] };
}

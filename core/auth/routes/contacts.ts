import { answers, guardService, problem, type ServiceEnv, type ServiceIdentity } from '@mana/service';
import { Hono } from 'hono';
import { z } from 'zod';
import { look } from '../realm.ts';
import { personById } from '../store.ts';
import type { Door } from './door.ts';

/** The only service that writes to people. */
const reader = 'mana-notify';

/** Where people can be written to, for the service that does. */
export function contactRoutes({ realm }: Door, identity: ServiceIdentity) {
	return new Hono<ServiceEnv>().get(
		'/contacts/:id',
		guardService(identity),
		answers(
			"For mana-notify: a person's e-mail address, name and language",
			z.object({ address: z.string(), verified: z.boolean(), name: z.string(), language: z.string() }),
		),
		async (c) => {
			if (c.get('service') !== reader) throw problem(403, 'not-yours', `Addresses are for ${reader} only: send through it.`);
			const person = await look(realm, (db) => personById(db, c.req.param('id')));
			if (!person) throw problem(404, 'person-unknown', 'There is no such person here, or not any more.');
			const { email: address, email_verified, name, language } = person;
			return c.json({ address, verified: email_verified === 1, name, language });
		},
	);
}

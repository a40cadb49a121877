import { answers, body, guardService, problem, type ServiceEnv, type ServiceIdentity } from '@mana/service';
import { Hono } from 'hono';
import { z } from 'zod';
import { look } from '../realm.ts';
import { personByEmail, personById } from '../store.ts';
import type { Door } from './door.ts';

/** The only service that writes to people. */
const reader = 'mana-notify';
/** The only service that invites people. */
const inviter = 'calendar-server';
/** So many are asked for at once. */
const most = 200;

/** Where people can be written to, for the service that does. */
export function contactRoutes({ realm }: Door, identity: ServiceIdentity) {
	return new Hono<ServiceEnv>()
		.get(
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
		)
		.post(
			'/calendar-users',
			guardService(identity),
			body(
				z.object({
					addresses: z.array(z.string().max(320)).max(most),
					ids: z.array(z.string().max(64)).max(most),
				}),
			),
			answers(
				'For calendar-server: who of these is somebody here, by e-mail address or id',
				z.object({ people: z.array(z.object({ id: z.string(), address: z.string(), name: z.string(), language: z.string() })) }),
			),
			async (c) => {
				if (c.get('service') !== inviter) throw problem(403, 'not-yours', `Whoever is invited is looked up by ${inviter} only.`);
				const { addresses, ids } = c.req.valid('json');
				const found = await look(realm, async (db) => [
					...(await Promise.all(addresses.map((address) => personByEmail(db, address)))),
					...(await Promise.all(ids.map((one) => personById(db, one)))),
				]);
				const people = found.flatMap((one) =>
					one ? [{ id: one.id, address: one.email, name: one.name, language: one.language }] : [],
				);
				return c.json({ people: [...new Map(people.map((one) => [one.id, one])).values()] });
			},
		);
}

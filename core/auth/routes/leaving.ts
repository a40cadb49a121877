import { answers, params, type ServiceEnv } from '@mana/service';
import { Hono } from 'hono';
import { z } from 'zod';
import { administrator } from '../administration/administrator.ts';
import { departureOf, hasten, keepPerson, listDepartures, planDeparture, planRemoval, stay } from '../leaving/departure.ts';
import type { Neighbours } from '../leaving/neighbours.ts';
import { outcome } from '../leaving/report.ts';
import { spacesAfter, spacesPlan } from '../leaving/spaces.ts';
import type { Door } from './door.ts';
import { clientOf } from './door.ts';

const departure = z.object({
	state: z.enum(['planned', 'under-way', 'emptied', 'done']),
	byAdmin: z.boolean(),
	plannedAt: z.string(),
	dueAt: z.string(),
});
const card = departure.extend({
	id: z.string(),
	person: z.object({ id: z.string(), name: z.string() }).nullable(),
	finishedAt: z.string().nullable(),
	services: z.record(z.string(), outcome),
});
const id = params(z.object({ id: z.string().max(64) }));

/** Leaving this Mana. */
export function leavingRoutes({ realm, present, proven }: Door, neighbours: Neighbours) {
	return new Hono<ServiceEnv>()
		.get(
			'/departure',
			answers('Whether the person is leaving, and when', z.object({ departure: departure.nullable() })),
			async (c) => {
				const { person } = await present(c);
				return c.json({ departure: await departureOf(realm, person.id) });
			},
		)
		.get('/departure/spaces', answers('What leaving would mean for the spaces one is in', spacesPlan), async (c) =>
			c.json(await spacesAfter(neighbours, (await present(c)).person.id)),
		)
		.post('/departure', answers('Leave: everything goes after a time of grace', z.object({ departure }), 201), async (c) =>
			c.json({ departure: await planDeparture(realm, neighbours, await proven(c), clientOf(c)) }, 201),
		)
		.delete('/departure', answers('Stay after all'), async (c) => {
			await stay(realm, await present(c), clientOf(c));
			return c.body(null, 204);
		})
		.get('/departures', answers('Who is leaving and who has left', z.object({ departures: z.array(card) })), async (c) => {
			administrator(await present(c));
			return c.json({ departures: await listDepartures(realm) });
		})
		.post('/departures/:id/attempts', answers('Have what failed tried again at once'), id, async (c) => {
			administrator(await present(c));
			await hasten(realm, c.req.valid('param').id);
			return c.body(null, 204);
		})
		.post(
			'/people/:id/departure',
			answers('Have somebody leave after a time of grace', z.object({ departure }), 201),
			id,
			async (c) => {
				const actor = administrator(await proven(c));
				return c.json({ departure: await planRemoval(realm, actor, c.req.valid('param').id, clientOf(c)) }, 201);
			},
		)
		.delete('/people/:id/departure', answers('Let somebody stay'), id, async (c) => {
			await keepPerson(realm, administrator(await present(c)), c.req.valid('param').id, clientOf(c));
			return c.body(null, 204);
		});
}

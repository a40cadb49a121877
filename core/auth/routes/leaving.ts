import { answers, params, type ServiceEnv } from '@mana/service';
import { jsonLines } from '@mana/service/leaving';
import { Hono } from 'hono';
import { z } from 'zod';
import { administrator } from '../administration/administrator.ts';
import { archiveOf } from '../leaving/archive.ts';
import { departureOf, hasten, keepPerson, listDepartures, planDeparture, planRemoval, stay } from '../leaving/departure.ts';
import type { Neighbours } from '../leaving/neighbours.ts';
import { outcome } from '../leaving/report.ts';
import { spacesAfter, spacesPlan } from '../leaving/spaces.ts';
import { keepers } from '../leaving/keepers.ts';
import type { Door } from './door.ts';
import { transact } from '../realm.ts';
import { note } from '../security-events.ts';
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

/** Taking along what this Mana holds of one, and leaving it. */
export function leavingRoutes({ realm, present, proven }: Door, neighbours: Neighbours) {
	return new Hono<ServiceEnv>()
		.get(
			'/archive/services',
			answers(
				'Which services an archive has something of, once the person has proven themselves',
				z.object({ services: z.array(z.string()) }),
			),
			async (c) => {
				await proven(c);
				return c.json({ services: ['mana-auth', ...keepers] });
			},
		)
		.get('/archive', answers('Everything that this Mana holds of the person, line by line (NDJSON)', z.string()), async (c) => {
			const { person } = await proven(c);
			await transact(realm, (db) => note(realm, db, 'archive-taken', { person: person.id }, clientOf(c)));
			const day = new Date(realm.clock.now()).toISOString().slice(0, 10);
			return c.body(jsonLines(archiveOf(realm, neighbours, person)), 200, {
				'content-type': 'application/x-ndjson',
				'content-disposition': `attachment; filename="mana-${day}.ndjson"`,
			});
		})
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

import { answers, type ServiceEnv } from '@mana/service';
import { jsonLines } from '@mana/service/leaving';
import { Hono } from 'hono';
import { z } from 'zod';
import { archiveOf, type Neighbours } from '../leaving/archive.ts';
import { keepers } from '../leaving/keepers.ts';
import type { Door } from './door.ts';
import { transact } from '../realm.ts';
import { note } from '../security-events.ts';
import { clientOf } from './door.ts';

/** Taking along what this Mana holds of one. */
export function leavingRoutes({ realm, proven }: Door, neighbours: Neighbours) {
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
		});
}

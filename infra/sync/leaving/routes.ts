import { answers, guardService, params, problem, type ServiceEnv, type ServiceIdentity } from '@mana/service';
import { eraseRoute, exportRoute } from '@mana/service/leaving';
import type { Hono } from 'hono';
import { z } from 'zod';
import { syncLeaving } from './entries.ts';
import { type LeavingParts, letGo } from './person.ts';

const space = z.object({ id: z.string(), kind: z.string(), name: z.string() });

/** By which mana-auth asks what is held of a person, what would become of their spaces, and has them let go. */
export function leavingRoutes(app: Hono<ServiceEnv>, identity: ServiceIdentity, parts: LeavingParts) {
	const { store, directory } = parts;
	return app
		.route('/', exportRoute(store, identity, syncLeaving))
		.route(
			'/',
			eraseRoute(store, identity, syncLeaving, ({ person }) => letGo(parts, person)),
		)
		.get(
			'/v1/persons/:id/spaces',
			guardService(identity),
			answers(
				'For mana-auth: what would become of the spaces of somebody who left',
				z.object({ handOver: z.array(space), end: z.array(space), stay: z.array(space) }),
			),
			params(z.object({ id: z.string().min(1).max(64) })),
			async (c) => {
				if (c.get('service') !== 'mana-auth')
					throw problem(403, 'service-not-allowed', 'Only mana-auth asks about the spaces of a person.');
				const { id: person } = c.req.valid('param');
				const plan = {
					handOver: [] as z.infer<typeof space>[],
					end: [] as z.infer<typeof space>[],
					stay: [] as z.infer<typeof space>[],
				};
				for (const { id, kind, name, owner } of await directory.spacesOf(person)) {
					if (kind === 'personal') continue;
					const alone = (await directory.members(id)).every((member) => member.person === person);
					plan[alone ? 'end' : owner === person ? 'handOver' : 'stay'].push({ id, kind, name });
				}
				return c.json(plan);
			},
		);
}

import { answers, body, guardService, params, problem, query, type ServiceEnv, type ServiceIdentity } from '@mana/service';
import { Hono } from 'hono';
import { z } from 'zod';
import { accessTo } from '../connections/access.ts';
import { connectionOffers, departToConnect } from '../connections/connections.ts';
import { disconnect } from '../connections/disconnecting.ts';
import { type Use, useNames, useOf } from '../connections/uses.ts';
import { errandMs, errandName, sealErrand } from '../relying/errand.ts';
import { writeErrand } from '../session-cookie.ts';
import { type Door, place } from './door.ts';

const use = z.enum(useNames);
const id = params(z.object({ id: z.string().max(64) }));
const person = z.string().max(64);

/** Accounts elsewhere that a service of this Mana may work in: where they are allowed, and tokens for the one service that each is for. */
export function connectionRoutes({ realm, present }: Door, identity: ServiceIdentity) {
	const service = guardService(identity);
	return new Hono<ServiceEnv>()
		.get(
			'/connection-offers',
			query(z.object({ use })),
			answers(
				'By whom accounts can be connected for a use',
				z.object({ offers: z.array(z.object({ id: z.string(), name: z.string() })) }),
			),
			async (c) => {
				await present(c);
				return c.json({ offers: await connectionOffers(realm, c.req.valid('query').use) });
			},
		)
		.post(
			'/connections',
			answers('Where to allow a use of an account', z.object({ to: z.string() })),
			body(z.object({ provider: z.string().max(64), use, next: place })),
			async (c) => {
				const { session } = await present(c);
				const { provider, use, next } = c.req.valid('json');
				const { to, errand } = await departToConnect(realm, provider, { kind: 'connect', session: session.id, use, next });
				writeErrand(realm, c, errandName(errand.question.state), sealErrand(realm, errand), errandMs);
				return c.json({ to });
			},
		)
		.post(
			'/connections/:id/tokens',
			service,
			id,
			body(z.object({ person, refused: z.string().max(8_192).nullable().default(null) })),
			answers(
				'For the service that a connection is for: a token that is good for a minute at least',
				z.object({ token: z.string(), label: z.string(), provider: z.string() }),
			),
			async (c) => {
				const { person, refused } = c.req.valid('json');
				return c.json(await accessTo(realm, { id: c.req.valid('param').id, person, refused, use: theirs(c.get('service')) }));
			},
		)
		.delete(
			'/connections/:id',
			service,
			id,
			query(z.object({ person })),
			answers('For the service that a connection is for: ends it, here and at the provider'),
			async (c) => {
				await disconnect(realm, theirs(c.get('service')), c.req.valid('query').person, c.req.valid('param').id);
				return c.body(null, 204);
			},
		);
}

/** @throws Problem 403 `not-yours` */
function theirs(service: string): Use {
	const use = useOf(service);
	if (use === null)
		throw problem(403, 'not-yours', 'Tokens of accounts elsewhere are for the services that they were allowed for.');
	return use;
}

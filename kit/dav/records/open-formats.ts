import { answers, body, guardService, params, problem, type ServiceEnv, type ServiceIdentity } from '@mana/service';
import { type AppGrant, grantPerson } from '@mana/service/app-passwords';
import { jsonLines } from '@mana/service/leaving';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { OpenTree } from './server.ts';

/** By which mana-auth asks a server of an app for what somebody may see of it, in formats of others, for their archive. */
export function openFormatsRoute(identity: ServiceIdentity, treeOf: (grant: AppGrant, c: Pick<Context, 'req'>) => OpenTree) {
	return new Hono<ServiceEnv & { Variables: { service: string } }>().post(
		'/v1/persons/:id/open-formats',
		guardService(identity),
		answers('For mana-auth: what a person may see, in formats of others, part by part (NDJSON)', z.string()),
		params(z.object({ id: z.string().min(1).max(64) })),
		body(z.object({ person: grantPerson, token: z.string().max(4_096) })),
		(c) => {
			if (c.get('service') !== 'mana-auth')
				throw problem(403, 'service-not-allowed', 'Only mana-auth asks for what a person takes along.');
			const { person, token } = c.req.valid('json');
			if (person.id !== c.req.valid('param').id) throw problem(422, 'invalid-input', 'The person is not the one of the address.');
			const password = { id: 'archive', name: 'archive', access: 'read' as const, apps: [] };
			return c.body(jsonLines(treeOf({ person, token, password }, c).openFiles()), 200, {
				'content-type': 'application/x-ndjson',
			});
		},
	);
}

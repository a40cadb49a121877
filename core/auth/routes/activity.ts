import { answers, query, type ServiceEnv } from '@mana/service';
import { Hono } from 'hono';
import { z } from 'zod';
import { activityOf, activitySchema, allActivity } from '../audit/activity.ts';
import { administrator } from '../administration/administrator.ts';
import { breaks, checkAuditLog } from '../audit/check.ts';
import { securityEventKinds } from '../security-events.ts';
import type { Door } from './door.ts';

const before = z.coerce.number().int().positive().optional();
const instant = z.iso
	.datetime({ offset: true })
	.transform((text) => Date.parse(text))
	.optional();
const entries = z.object({ entries: z.array(activitySchema) });

/** What happened: to everybody what concerns them, to the owner and admins all of it. */
export function activityRoutes({ realm, present }: Door) {
	return new Hono<ServiceEnv>()
		.get(
			'/activity',
			answers('What happened around the person, newest first', entries),
			query(z.object({ before })),
			async (c) => {
				const { person } = await present(c);
				return c.json({ entries: await activityOf(realm, person, c.req.valid('query').before) });
			},
		)
		.get(
			'/audit',
			answers('The audit log, newest first', entries),
			query(
				z.object({
					before,
					person: z.string().max(64).optional(),
					kind: z.enum(securityEventKinds).optional(),
					from: instant,
					until: instant,
				}),
			),
			async (c) => {
				administrator(await present(c));
				return c.json({ entries: await allActivity(realm, c.req.valid('query')) });
			},
		)
		.get(
			'/audit/check',
			answers(
				'Whether the audit log is as it was written',
				z.object({
					entries: z.number(),
					first: z.number(),
					last: z.number(),
					sealedAnew: z.array(z.number()),
					broken: z.object({ seq: z.number(), why: z.enum(breaks) }).nullable(),
				}),
			),
			async (c) => {
				administrator(await present(c));
				return c.json({ ...(await checkAuditLog(realm, { signal: c.req.raw.signal })) });
			},
		);
}

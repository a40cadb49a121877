import { answers, guard, params, problem, query, type ServiceEnv, type VerifyToken } from '@mana/service';
import { isRecordId } from '@mana/model';
import { isSpaceId, type SpaceId } from '@mana/sync';
import type { RecordChanges } from '@mana/sync/record-history';
import type { Hono } from 'hono';
import { z } from 'zod';
import type { RecordHistory } from './record-history.ts';

const place = z.object({
	space: z.string().refine(isSpaceId, 'Not the id of a space.'),
	record: z.string().refine(isRecordId, 'Not the id of a record.'),
});

const value = z.union([z.null(), z.boolean(), z.number(), z.string(), z.object({ base64: z.string() })]);
const register = z.object({ value, stamp: z.number(), actor: z.number() });
const cell = register.extend({ field: z.number(), key: z.string() });

const page = z.object({
	epoch: z.number(),
	now: z.array(cell),
	changes: z.array(
		z.object({
			at: z.number(),
			writtenAt: z.number(),
			person: z.string().nullable(),
			name: z.string(),
			by: z.object({ person: z.string(), name: z.string() }).nullable(),
			cells: z.array(cell.extend({ before: register.nullable() })),
		}),
	),
	earlier: z.enum(['none', 'more', 'forgotten']),
	before: z.number().nullable(),
}) satisfies z.ZodType<RecordChanges>;

/**
 * What happened to a record, newest first, for whoever may read it. A record of another app, one that never was and one of which nothing
 * is known any more are answered alike: there is nothing to tell.
 */
export function historyRoute(app: Hono<ServiceEnv>, history: RecordHistory, verifyToken: VerifyToken) {
	return app.get(
		'/spaces/:space/records/:record/history',
		guard(verifyToken),
		params(place),
		query(
			z.object({
				collection: z.coerce.number().int().min(1).max(0xffff),
				before: z.coerce.number().int().min(1).optional(),
				epoch: z.coerce.number().int().min(0).optional(),
			}),
		),
		answers('Who changed what in a record, when, from what to what: newest first, a page at a time', page),
		async (c) => {
			const { space, record } = c.req.valid('param');
			const { collection, before, epoch } = c.req.valid('query');
			const next = before === undefined ? {} : { next: { before, epoch: epoch ?? 0 } };
			const found = await history.read(space as SpaceId, c.get('person').id, { collection, record, ...next });
			if (!found) throw problem(404, 'unknown-space', 'There is no such space, or you are not a member of it.');
			if (found === 'other-history')
				throw problem(409, 'other-history', 'The server was restored from a backup meanwhile. Ask for the newest page again.');
			c.header('cache-control', 'no-store');
			return c.json(found);
		},
	);
}

import { topicNames } from '@mana/schema';
import { answers, body, guard, params, type ServiceEnv, type VerifyToken } from '@mana/service';
import { rateLimit, spend } from '@mana/service/rate-limit';
import { Hono } from 'hono';
import { z } from 'zod';
import { plannedOf, plannedSchema, type PlanParts, planSchema, replan } from '../plans.ts';

/** A device plans anew when an alarm or a timer changes: a person at work is far below this. */
const LIMIT = { burst: 120, refillMs: 1_000 } as const;

export interface PlanRouteParts extends PlanParts {
	readonly verifyToken: VerifyToken;
	/** Something may be due now. */
	readonly wake: () => void;
}

/** What people planned for themselves, to be told while none of their pages is open: alarms, timers. Each person's own. */
export function planRoutes({ verifyToken, wake, ...parts }: PlanRouteParts) {
	const signedIn = guard(verifyToken);
	const topic = params(z.object({ topic: z.enum(topicNames) }));
	const limit = rateLimit({ ...LIMIT, clock: parts.clock });
	return new Hono<ServiceEnv>()
		.get(
			'/v1/plans/:topic',
			signedIn,
			topic,
			answers('What you planned of a kind, the next one first', plannedSchema),
			async (c) => c.json(await plannedOf(parts.store, c.get('person').id, c.req.valid('param').topic)),
		)
		.put(
			'/v1/plans/:topic',
			signedIn,
			topic,
			body(planSchema),
			answers('Puts a plan in place of what you had planned of a kind', null, 204),
			async (c) => {
				const { id } = c.get('person');
				spend(limit, id);
				await replan(parts, id, c.req.valid('param').topic, c.req.valid('json'));
				wake();
				return c.body(null, 204);
			},
		);
}

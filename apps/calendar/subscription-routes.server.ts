import { answers, guard, type Memberships, params, problem, type ServiceEnv, type VerifyToken } from '@mana/service';
import { appOf } from '@mana/model';
import type { SpaceId } from '@mana/sync';
import { Hono } from 'hono';
import { z } from 'zod';
import { calendars } from './model.ts';
import type { Subscriptions } from './subscriptions.server.ts';

const APP = appOf(calendars.number);
const space = z.string().min(1).max(128).transform((id) => id as SpaceId); // prettier-ignore
const state = z.object({
	calendar: z.string(),
	readAt: z.number().nullable().describe('when it was read last, in ms since 1970'),
	next: z.number().describe('when it is looked at next, in ms since 1970'),
	problem: z.enum(['refused', 'unreachable', 'answered', 'not-a-calendar', 'too-large']).nullable(),
	status: z.number().nullable().describe('what it answered with, where that was an error'),
});

export interface SubscriptionRoutesParts {
	readonly subscriptions: Pick<Subscriptions, 'states' | 'readNow'>;
	readonly memberships: Pick<Memberships, 'can'>;
	readonly verifyToken: VerifyToken;
}

/** How the feeds stand that a space subscribes to, and reading one at once. That there are any is in the records of the space. */
export function subscriptionRoutes({ subscriptions, memberships, verifyToken }: SubscriptionRoutesParts) {
	const signedIn = guard(verifyToken);
	return new Hono<ServiceEnv>()
		.get(
			'/v1/spaces/:space/subscriptions',
			signedIn,
			params(z.object({ space })),
			answers('How the feeds of a space stand, those that were looked at', z.object({ subscriptions: z.array(state) })),
			async (c) => {
				const { space: id } = c.req.valid('param');
				if (!memberships.can(c.get('person').id, id, 'read', APP)) throw unknownSpace();
				return c.json({ subscriptions: await subscriptions.states(id) });
			},
		)
		.post(
			'/v1/spaces/:space/subscriptions/:calendar/readings',
			signedIn,
			params(z.object({ space, calendar: z.string().min(1).max(128) })),
			answers('Reads a feed now, and tells how it stands', state),
			async (c) => {
				const { space: id, calendar } = c.req.valid('param');
				const person = c.get('person').id;
				if (!memberships.can(person, id, 'read', APP)) throw unknownSpace();
				if (!memberships.can(person, id, 'write', APP))
					throw problem(403, 'forbidden', 'You may look at this space, not change it.');
				const found = await subscriptions.readNow(id, calendar);
				if (!found) throw problem(404, 'unknown-subscription', 'This calendar shows no feed, or is gone.');
				return c.json(found);
			},
		);
}

function unknownSpace() {
	return problem(404, 'unknown-space', 'There is no such space, or you are not a member of it.');
}

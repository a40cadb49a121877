import { answers, guard, roles, type ServiceEnv, type VerifyToken } from '@mana/service';
import type { Clock } from '@mana/store';
import { Hono } from 'hono';
import { z } from 'zod';
import { deadLetter, deadLetters, tryAgain } from '../deliveries.ts';
import type { NotifyStore } from '../store.ts';

export interface DeliveryRouteParts {
	readonly store: NotifyStore;
	readonly clock: Clock;
	readonly verifyToken: VerifyToken;
	/** Something may be due now. */
	readonly wake: () => void;
}

/** What was given up, for those who run this Mana. */
export function deliveryRoutes({ store, clock, verifyToken, wake }: DeliveryRouteParts) {
	return new Hono<ServiceEnv>()
		.get(
			'/v1/deliveries/given-up',
			guard(verifyToken),
			roles('owner', 'admin'),
			answers('What failed, and what perhaps arrived, with the reason', z.object({ deliveries: z.array(deadLetter) })),
			async (c) => c.json({ deliveries: await deadLetters(store) }),
		)
		.post(
			'/v1/deliveries/:id/attempts',
			guard(verifyToken),
			roles('owner', 'admin'),
			answers('Has it tried again', null, 202),
			async (c) => {
				await tryAgain(store, c.req.param('id'), clock.now());
				wake();
				return c.body(null, 202);
			},
		);
}

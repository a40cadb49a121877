import { answers, body, guardService, type ServiceEnv, type ServiceIdentity } from '@mana/service';
import { Hono } from 'hono';
import { z } from 'zod';
import { cancelMessage, messageSchema, type SendParts, takeMessage } from '../send.ts';

export interface SendingParts extends SendParts {
	readonly identity: ServiceIdentity;
	/** Something may be due now. */
	readonly wake: () => void;
}

/** By which the other services tell people something. */
export function sendingRoutes({ identity, wake, ...parts }: SendingParts) {
	return new Hono<ServiceEnv>()
		.post(
			'/v1/send',
			guardService(identity),
			body(messageSchema),
			answers('For services: takes a message; from the answer on it is not lost', z.object({ id: z.string() }), 202),
			async (c) => {
				const { id, isNew } = await takeMessage(parts, c.get('service'), c.req.valid('json'));
				if (isNew) wake();
				return c.json({ id }, 202);
			},
		)
		.delete(
			'/v1/messages/:id',
			guardService(identity),
			answers('For services: takes back what was not told yet', z.object({ cancelled: z.boolean() })),
			async (c) => c.json({ cancelled: await cancelMessage(parts, c.get('service'), c.req.param('id')) }),
		);
}

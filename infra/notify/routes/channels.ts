import { answers, body, guard, type ServiceEnv, type VerifyToken } from '@mana/service';
import { Hono } from 'hono';
import { z } from 'zod';
import {
	addChannel,
	changeChannel,
	channelCard,
	channelChangeSchema,
	listChannels,
	newChannelSchema,
	type OwnChannelParts,
	removeChannel,
} from '../own-channels.ts';
import { trialOf, tryChannel } from '../trial.ts';

export interface ChannelRouteParts extends OwnChannelParts {
	readonly verifyToken: VerifyToken;
	/** What a page subscribes to pushes with, in Base64url. */
	readonly pushKey: string;
	/** Something may be due now. */
	readonly wake: () => void;
}

/** The ways by which a person is reached, each person's own. */
export function channelRoutes({ verifyToken, pushKey, wake, ...parts }: ChannelRouteParts) {
	const signedIn = guard(verifyToken);
	return new Hono<ServiceEnv>()
		.get('/v1/push-key', answers('The key that a browser subscribes with (RFC 8292)', z.object({ key: z.string() })), (c) =>
			c.json({ key: pushKey }),
		)
		.get('/v1/channels', signedIn, answers('Your ways', z.object({ channels: z.array(channelCard) })), async (c) =>
			c.json({ channels: await listChannels(parts, c.get('person').id) }),
		)
		.post('/v1/channels', signedIn, body(newChannelSchema), answers('Adds a way', channelCard, 201), async (c) =>
			c.json(await addChannel(parts, c.get('person').id, c.req.valid('json')), 201),
		)
		.patch(
			'/v1/channels/:id',
			signedIn,
			body(channelChangeSchema),
			answers('Renames a way, or switches it off or on', channelCard),
			async (c) => c.json(await changeChannel(parts, c.get('person').id, c.req.param('id'), c.req.valid('json'))),
		)
		.delete('/v1/channels/:id', signedIn, answers('Removes a way'), async (c) => {
			await removeChannel(parts, c.get('person').id, c.req.param('id'));
			return c.body(null, 204);
		})
		.post(
			'/v1/channels/:id/trials',
			signedIn,
			answers('Sends a word by this way', z.object({ id: z.string() }), 202),
			async (c) => {
				const id = await tryChannel(parts, c.get('person').id, c.req.param('id'));
				wake();
				return c.json({ id }, 202);
			},
		)
		.get(
			'/v1/trials/:id',
			signedIn,
			answers('How it stands with that word', z.object({ state: z.string(), reason: z.string().nullable() })),
			async (c) => c.json(await trialOf(parts.store, c.get('person').id, c.req.param('id'))),
		);
}

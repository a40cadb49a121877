import { hub } from '@mana/schema/registry/models';
import { answers, type Memberships, problem, type ServiceEnv } from '@mana/service';
import type { SpaceWriter } from '@mana/service/projection/index';
import { isSpaceId } from '@mana/sync';
import { Hono } from 'hono';
import type { NotifyStore, Tables } from '../store.ts';
import { readUnsubscribeToken } from '../unsubscribe.ts';
import { wishesOf } from '../wishes.ts';

export interface UnsubscribeParts {
	readonly store: NotifyStore;
	readonly writer: SpaceWriter<Tables>;
	readonly memberships: Pick<Memberships, 'personalSpace'>;
	readonly publicUrl: string;
	readonly linkKey: string;
}

/** Stops mails of one kind without signing in. Only POST stops: programs that look at links in mails send GET (RFC 8058 §3). */
export function unsubscribeRoutes({ store, writer, memberships, publicUrl, linkKey }: UnsubscribeParts) {
	return new Hono<ServiceEnv>()
		.get('/v1/unsubscribe/:token', answers('Leads to the settings', null, 302), (c) => {
			const { topic } = readUnsubscribeToken(linkKey, c.req.param('token'));
			return c.redirect(new URL(`/settings/notifications#${topic}`, publicUrl).href);
		})
		.post('/v1/unsubscribe/:token', answers('Stops mails of one kind to one person (RFC 8058)'), async (c) => {
			const { person, topic } = readUnsubscribeToken(linkKey, c.req.param('token'));
			const space = memberships.personalSpace(person);
			if (space === null || !isSpaceId(space))
				throw problem(503, 'spaces-unknown', 'This cannot be written down right now. Try again in a moment.', {
					retryAfterMs: 5_000,
				});
			const { notices } = await wishesOf(store, space);
			const id = hub.noticeId(topic);
			await store.db
				.transaction()
				.execute((within) =>
					writer.write(within, space, (tx) =>
						notices.has(topic)
							? tx.update(hub.notices, id, { email: 'off' })
							: tx.create(hub.notices, id, { about: topic, email: 'off' }),
					),
				);
			writer.wake();
			return c.body(null, 204);
		});
}

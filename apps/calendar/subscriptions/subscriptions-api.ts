import type { SpaceId } from '@mana/sync';
import { ask, auth } from '@mana/ui/session/auth';
import type { FeedState } from './feed-state.ts';

const door = '/api/calendar-server';

/** How the feeds of a space stand, those that were looked at. @throws AuthProblem */
export async function feedStates(space: SpaceId): Promise<readonly FeedState[]> {
	const { token } = await auth.token();
	const path = `/v1/spaces/${space}/subscriptions`;
	return (await ask<{ subscriptions: readonly FeedState[] }>('GET', path, undefined, { door, token })).subscriptions;
}

/** Has a feed read now. @returns how it stands then @throws AuthProblem */
export async function readFeed(space: SpaceId, calendar: string): Promise<FeedState> {
	const { token } = await auth.token();
	return ask<FeedState>('POST', `/v1/spaces/${space}/subscriptions/${calendar}/readings`, undefined, { door, token });
}

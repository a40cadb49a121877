import { startWorld as start, type World } from '@mana/dav/testing/world';
import { service as auth } from '../../../core/auth/index.ts';
import { service as user } from '../../../core/user/index.ts';
import { service as notify } from '../../../infra/notify/index.ts';
import { service as sync } from '../../../infra/sync/index.ts';
import { service as calendar } from '../calendar.server.ts';

export { TestPerson, until, type World } from '@mana/dav/testing/world';

/**
 * The services that an event passes through, as processes run them.
 *
 * @param clock of calendar-server @param google where Google is, for those who connect accounts there @param mailbox where mail comes in
 */
export function startWorld(
	clock: { now(): number } = { now: () => Date.now() },
	google?: string,
	mailbox?: string,
): Promise<World> {
	const env = {
		...(google !== undefined && { MANA_AUTH_PRIVATE_PROVIDERS: 'true', MANA_CALENDAR_SERVER_GOOGLE: google }),
		...(mailbox !== undefined && { MANA_NOTIFY_MAILBOX: mailbox, MANA_NOTIFY_MAIL_TO: 'mana+*@post.example' }),
		MANA_CALENDAR_SERVER_ZONE: 'Europe/Berlin',
		MANA_CALENDAR_SERVER_PRIVATE_FEEDS: 'true',
		MANA_CALENDAR_SERVER_MAIL_AFTER_SECONDS: '0',
	};
	return start({ below: [auth, sync, user, notify], served: calendar, env, app: 'calendar', clock });
}

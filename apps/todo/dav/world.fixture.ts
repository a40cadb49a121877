import { startWorld as start, type World } from '@mana/dav/testing/world';
import { service as auth } from '../../../core/auth/index.ts';
import { service as user } from '../../../core/user/index.ts';
import { service as notify } from '../../../infra/notify/index.ts';
import { service as sync } from '../../../infra/sync/index.ts';
import { service as todo } from '../todo.server.ts';

export { TestPerson, until, type World } from '@mana/dav/testing/world';

/** The services that a task passes through, as processes run them. @param mailbox where mail comes in */
export function startWorld(mailbox?: string): Promise<World> {
	const env = {
		...(mailbox !== undefined && { MANA_NOTIFY_MAILBOX: mailbox, MANA_NOTIFY_MAIL_TO: 'mana+*@post.example' }),
		MANA_TODO_SERVER_ZONE: 'Europe/Berlin',
	};
	return start({ below: [auth, sync, user, notify], served: todo, env, app: 'todo' });
}

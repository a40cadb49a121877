import { startWorld as start, type World } from '@mana/dav/testing/world';
import { service as auth } from '../../../core/auth/index.ts';
import { service as user } from '../../../core/user/index.ts';
import { service as notify } from '../../../infra/notify/index.ts';
import { service as sync } from '../../../infra/sync/index.ts';
import { service as contacts } from '../contacts.server.ts';

export { TestPerson, until, type World } from '@mana/dav/testing/world';

/**
 * The services that a contact passes through, as processes run them.
 *
 * @param clock of contacts-server @param google where Google is, for those who connect accounts there
 */
export function startWorld(clock: { now(): number } = { now: () => Date.now() }, google?: string): Promise<World> {
	const env = {
		MANA_CONTACTS_SERVER_PRIVATE_ACCOUNTS: 'true',
		...(google !== undefined && { MANA_AUTH_PRIVATE_PROVIDERS: 'true', MANA_CONTACTS_SERVER_GOOGLE: google }),
	};
	return start({ below: [auth, sync, user, notify], served: contacts, env, app: 'contacts', clock });
}

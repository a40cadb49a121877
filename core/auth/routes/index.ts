import type { ServiceEnv } from '@mana/service';
import type { Hono } from 'hono';
import type { Neighbours } from '../leaving/neighbours.ts';
import { refuse } from '../problems.ts';
import type { Realm } from '../realm.ts';
import { hasCookie } from '../session-cookie.ts';
import { activityRoutes } from './activity.ts';
import { accountsRoutes } from './accounts.ts';
import { accountRoutes } from './account.ts';
import { archiveRoutes } from './archive.ts';
import { appPasswordRoutes } from './app-passwords.ts';
import { connectionRoutes } from './connections.ts';
import { contactRoutes } from './contacts.ts';
import { administrationRoutes } from './administration.ts';
import { impersonationRoutes } from './impersonation.ts';
import { doorOf } from './door.ts';
import { emailRoutes } from './email.ts';
import { identityProviderRoutes } from './identity-providers.ts';
import { joiningRoutes } from './joining.ts';
import { leavingRoutes } from './leaving.ts';
import { passkeyRoutes } from './passkeys.ts';
import { providerRoutes } from './provider.ts';
import { proofRoutes } from './proofs.ts';
import { secondFactorRoutes } from './second-factor.ts';
import { sessionRoutes } from './sessions.ts';
import { signingInRoutes } from './signing-in.ts';
import { softwareRoutes } from './software.ts';
import { tokenRoutes } from './tokens.ts';

export type AuthRoutes = ReturnType<typeof addRoutes>;

/**
 * Every way into mana-auth, one file a feature. The library's own routes are mounted nowhere, so no check here can be walked around.
 * Each route has its line in an `.access.ts` beside it, or a test fails.
 */
export function addRoutes(app: Hono<ServiceEnv>, realm: Realm, neighbours: Neighbours, instanceName: string | null) {
	const door = doorOf(realm);
	const { identity } = neighbours;
	// Browsers name the origin of every write. One with a cookie and without an origin comes from no browser that we can judge.
	app.use(async (c, next) => {
		const writes = !['GET', 'HEAD', 'OPTIONS'].includes(c.req.method);
		if (writes && hasCookie(realm, c) && c.req.header('origin') === undefined) throw refuse('origin-missing');
		await next();
	});
	return app
		.route('/', joiningRoutes(door, instanceName))
		.route('/', signingInRoutes(door))
		.route('/', tokenRoutes(door))
		.route('/', accountRoutes(door))
		.route('/', sessionRoutes(door))
		.route('/', accountsRoutes(door))
		.route('/', activityRoutes(door))
		.route('/', proofRoutes(door))
		.route('/', emailRoutes(door))
		.route('/', passkeyRoutes(door, instanceName))
		.route('/', secondFactorRoutes(door, instanceName))
		.route('/', appPasswordRoutes(door, identity))
		.route('/', contactRoutes(door, identity))
		.route('/', administrationRoutes(door))
		.route('/', providerRoutes(door))
		.route('/', softwareRoutes(door))
		.route('/', identityProviderRoutes(door))
		.route('/', connectionRoutes(door, identity))
		.route('/', archiveRoutes(door))
		.route('/', leavingRoutes(door, neighbours))
		.route('/', impersonationRoutes(door));
}

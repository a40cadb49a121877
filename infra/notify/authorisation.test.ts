import { afterAll, beforeAll } from 'bun:test';
import { authorisationMatrix, kitAccess, type Principal } from '@mana/service/testing/authorisation';
import { channelAccess } from './routes/channels.access.ts';
import { deliveryAccess } from './routes/deliveries.access.ts';
import { mailAddressAccess } from './routes/mail-addresses.access.ts';
import { outboxAccess } from './routes/outbox.access.ts';
import { leavingAccess } from '@mana/service/testing/leaving';
import { planAccess } from './routes/plans.access.ts';
import { sendingAccess } from './routes/sending.access.ts';
import { unsubscribeAccess } from './routes/unsubscribe.access.ts';
import { identityOf, startNotify, startTestAuth, type TestAuth, type TestNotify } from './testing.ts';

let auth: TestAuth;
let notify: TestNotify;
const tokens = new Map<Principal, string>();

beforeAll(async () => {
	auth = await startTestAuth();
	notify = await startNotify({ auth });
	for (const role of ['guest', 'member', 'admin', 'owner'] as const) tokens.set(role, await auth.token(`some ${role}`, role));
	tokens.set('expired', await auth.token('late', 'owner', { seconds: -60 }));
	// What revokes a session lets its token run out; to a service both look the same.
	tokens.set('revoked', await auth.token('gone', 'owner', { seconds: -60 }));
	tokens.set('foreign service', await identityOf('mana-stranger').token('mana-notify'));
});

afterAll(async () => {
	await notify.close();
	await auth.close();
});

authorisationMatrix({
	rows: [
		...kitAccess,
		...leavingAccess,
		...sendingAccess,
		...channelAccess,
		...planAccess,
		...deliveryAccess,
		...outboxAccess,
		...mailAddressAccess,
		...unsubscribeAccess,
	],
	document: async () => (await fetch(`${notify.url}/openapi.json`)).json(),
	async ask({ method, path, body }, principal) {
		const token = tokens.get(principal);
		const { status } = await fetch(
			`${notify.url}${path.replace(':id', '0'.repeat(32)).replace(':topic', 'alarm').replace(':kind', 'task')}`,
			{
				method,
				headers: {
					'x-forwarded-for': '192.0.2.1',
					'content-type': 'application/json',
					...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
				},
				...(body === undefined ? {} : { body: JSON.stringify(body) }),
			},
		);
		return status;
	},
});

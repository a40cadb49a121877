import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { serviceIdentity } from '@mana/service';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AccessRow, authorisationMatrix, kitAccess, type Principal, principals } from '@mana/service/testing/authorisation';
import { activityAccess } from './routes/activity.access.ts';
import { archiveAccess } from './routes/archive.access.ts';
import { leavingAccess } from './routes/leaving.access.ts';
import { providerAccess } from './routes/provider.access.ts';
import { administrationAccess } from './routes/administration.access.ts';
import { accountsAccess } from './routes/accounts.access.ts';
import { accountAccess } from './routes/account.access.ts';
import { appPasswordAccess } from './routes/app-passwords.access.ts';
import { connectionAccess } from './routes/connections.access.ts';
import { contactAccess } from './routes/contacts.access.ts';
import { emailAccess } from './routes/email.access.ts';
import { identityProviderAccess } from './routes/identity-providers.access.ts';
import { joiningAccess } from './routes/joining.access.ts';
import { passkeyAccess } from './routes/passkeys.access.ts';
import { proofAccess } from './routes/proofs.access.ts';
import { secondFactorAccess } from './routes/second-factor.access.ts';
import { sessionAccess } from './routes/sessions.access.ts';
import { signingInAccess } from './routes/signing-in.access.ts';
import { tokenAccess } from './routes/tokens.access.ts';
import {
	signedInMember,
	signedInOwner,
	startAuth,
	type TestAnswer,
	type TestAuth,
	type TestBrowser,
	TestClock,
} from './testing.ts';

/** The body that everybody sends where a password is asked. */
const anybody = { name: 'Eve', email: 'eve@mana.example', password: 'not a bad password' };

let auth: TestAuth;
const browsers = new Map<Principal, TestBrowser>();
let strangersSession = '';
let foreignService = '';

beforeAll(async () => {
	const clock = new TestClock();
	auth = await startAuth({ clock });
	const owner = await signedInOwner(auth);
	browsers.set('expired', await signedInMember(auth, owner, 'expired@mana.example'));
	clock.advance(31 * 24 * 60 * 60_000);
	await owner.post('/sign-in', { email: 'ada@mana.example', password: 'first program 1843' });
	for (const role of ['guest', 'member', 'admin'] as const)
		browsers.set(role, await signedInMember(auth, owner, `${role}@mana.example`, role));
	const revoked = await signedInMember(auth, owner, 'revoked@mana.example');
	await revoked.copy().post('/sign-out');
	browsers.set('revoked', revoked).set('owner', owner);
	const secret = readFileSync(join(auth.home, 'secrets', 'instance'), 'utf8').trim();
	foreignService = await serviceIdentity(() => secret, 'mana-stranger', clock).token('mana-auth');
	const stranger = await signedInMember(auth, owner, 'stranger@mana.example');
	strangersSession = ((await stranger.get('/session')).body['session'] as { id: string }).id;
});

afterAll(() => auth.close());

/** Where 401 means something else than that nobody is signed in. */
const answersOtherwise = new Set([
	'/app-password-checks',
	'/calendar-users',
	'/connections/:id/tokens',
	'/connections/:id?person=ana',
	'/oidc/userinfo',
	'/contacts/:id',
	'/passkeys',
	'/proofs',
	'/sign-in',
	'/sign-in/passkey',
	'/standing',
]);

authorisationMatrix({
	rows: [
		...kitAccess,
		...joiningAccess,
		...signingInAccess,
		...tokenAccess,
		...accountAccess,
		...accountsAccess,
		...sessionAccess,
		...activityAccess,
		...proofAccess,
		...emailAccess,
		...passkeyAccess,
		...secondFactorAccess,
		...appPasswordAccess,
		...connectionAccess,
		...contactAccess,
		...administrationAccess,
		...providerAccess,
		...archiveAccess,
		...leavingAccess,
		...identityProviderAccess,
	],
	document: async () => (await auth.browser().get('/openapi.json')).body,
	async ask(row, principal) {
		const { status, body } = await send(row, principal);
		if (status === 401 && !answersOtherwise.has(row.path))
			expect(body['code']).toBe(browsers.has(principal) ? 'session-expired' : 'not-signed-in');
		return status;
	},
});

describe('what belongs to somebody else', () => {
	test("another person's session is neither seen nor ended", async () => {
		for (const principal of ['member', 'admin', 'owner'] as const) {
			const listed = JSON.stringify((await send({ method: 'GET', path: '/sessions', status: 200 }, principal)).body);
			expect(listed).not.toContain(strangersSession);
		}
	});
});

describe('there is one way in', () => {
	const native = [
		'/sign-in/email',
		'/sign-up/email',
		'/get-session',
		'/list-sessions',
		'/change-password',
		'/update-user',
		'/ok',
		'/error',
	];
	for (const prefix of ['', '/api/auth', '/auth', '/api/mana-auth'])
		for (const path of native)
			test(`${prefix}${path} is nothing`, async () => {
				const body = { email: 'ada@mana.example', password: 'first program 1843' };
				for (const answer of [await auth.browser().get(prefix + path), await auth.browser().post(prefix + path, body)]) {
					expect([answer.status, answer.body['code']]).toEqual([404, 'not-found']);
					expect(answer.headers.getSetCookie()).toEqual([]);
				}
			});
});

describe('a write', () => {
	const owner = (): TestBrowser => browsers.get('owner') ?? auth.browser();

	test('from a page of another origin is refused, with a cookie or without', async () => {
		for (const browser of [auth.browser(), owner()])
			for (const origin of ['https://evil.example', 'null', 'http://mana.localhost.evil.example', 'https://mana.localhost']) {
				const { status, body } = await browser.send('POST', '/token', undefined, { origin });
				expect([origin, status, body['code']]).toEqual([origin, 403, 'foreign-origin']);
			}
	});

	test('with a cookie and without an origin is refused', async () => {
		const { status, body } = await owner().send('DELETE', '/sessions', undefined, { origin: '' });
		expect([status, body['code']]).toEqual([403, 'origin-missing']);
	});

	test('that is no JSON, too large or not understood says so', async () => {
		const form = await auth.browser().send('POST', '/sign-in', anybody, { 'content-type': 'application/x-www-form-urlencoded' });
		expect([form.status, form.body['code']]).toEqual([415, 'unsupported-media-type']);
		const large = await auth.browser().post('/sign-in', { ...anybody, password: 'x'.repeat(20_000) });
		expect(large.status).toBe(413);
		const long = await auth.browser().post('/sign-in', { ...anybody, password: 'x'.repeat(2000) });
		expect([long.status, long.body['code']]).toEqual([422, 'invalid-input']);
		const odd = await auth.browser().post('/sign-in', { email: { $ne: null }, password: ['x'] });
		expect([odd.status, odd.body['code']]).toEqual([422, 'invalid-input']);
	});
});

async function send({ method, path, body }: AccessRow, principal: Principal): Promise<TestAnswer> {
	// A copy of its own: rotation and sign-out of one test are not to reach the next.
	const browser = browsers.get(principal)?.copy() ?? auth.browser();
	browser.address = `192.0.2.${principals.indexOf(principal) + 10}`;
	const headers: Record<string, string> = principal === 'foreign service' ? { authorization: `Bearer ${foreignService}` } : {};
	if (path === '/sign-out') browser.cookies.clear();
	return browser.send(method, path.replace(':id', strangersSession), body, headers);
}

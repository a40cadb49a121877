import { describe, expect, test } from 'bun:test';
import { eachEngine, type TestPlace } from '@mana/store/testing';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { signedInMember, signedInOwner, startAuth, type TestAuth, type TestBrowser, TestClock } from '../testing.ts';
import { returnAddress } from './software.ts';

const callback = 'https://wiki.example/callback';
const after = 'https://wiki.example/bye';
const scope = 'openid profile email groups offline_access';

eachEngine('signing in to other software', (engine) => {
	test('works as openid-client judges it: code, tokens, who it is, rotation, how tokens stand, end', async () => {
		const { auth, owner, grace, clock } = await house(await engine.place());
		await using _ = auth;
		const { config } = await wiki(auth, owner);
		const first = await signIn(auth, grace, config, { prompt: 'consent' });
		const claims = first.claims();
		expect(claims).toMatchObject({
			name: 'Grace Hopper',
			email: 'grace@mana.example',
			email_verified: false,
			groups: ['member', 'public'],
			nonce: 'n-1',
		});
		const sub = claims?.sub ?? '';
		expect(await openid.fetchUserInfo(config, first.access_token, sub)).toMatchObject({ sub, name: 'Grace Hopper' });
		expect(await openid.tokenIntrospection(config, first.access_token)).toMatchObject({ active: true, sub, scope });
		clock.advance(11 * 60_000);
		expect(await openid.tokenIntrospection(config, first.access_token)).toHaveProperty('active', false);
		await expect(openid.fetchUserInfo(config, first.access_token, sub)).rejects.toThrow();
		const second = await openid.refreshTokenGrant(config, first.refresh_token ?? '');
		expect(second.claims()).toMatchObject({ sub, auth_time: claims?.auth_time });
		await openid.tokenRevocation(config, second.refresh_token ?? '');
		expect(await openid.tokenIntrospection(config, second.access_token)).toHaveProperty('active', false);
		await expect(openid.refreshTokenGrant(config, second.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' });
		const end = openid.buildEndSessionUrl(config, {
			id_token_hint: second.id_token ?? '',
			post_logout_redirect_uri: after,
			state: 's-2',
		});
		const left = await visit(grace, end);
		expect([left.status, left.headers.get('location')]).toEqual([303, `${after}?state=s-2`]);
		expect((await grace.get('/session')).status).toBe(401);
	});

	test('works as oauth4webapi judges it, for software without a secret', async () => {
		const { auth, owner, grace } = await house(await engine.place());
		await using _ = auth;
		const made = await owner.post('/software', { name: 'Phone', redirectUris: ['com.example.app:/back'], keepsSecret: false });
		expect(made.body['secret']).toBeNull();
		const issuer = new URL(`${auth.publicUrl}/api/mana-auth`);
		const options = { [oauth.allowInsecureRequests]: true, [oauth.customFetch]: through(auth) };
		const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options));
		const client: oauth.Client = { client_id: (made.body['software'] as { id: string }).id };
		const verifier = oauth.generateRandomCodeVerifier();
		const url = new URL(as.authorization_endpoint ?? '');
		const asked = {
			client_id: client.client_id,
			redirect_uri: 'com.example.app:/back',
			response_type: 'code',
			scope: 'openid',
			code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
			code_challenge_method: 'S256',
			state: 'x',
		};
		const { body } = await grace.post('/oidc/decisions', { request: asked, allow: true });
		const back = oauth.validateAuthResponse(as, client, new URL(String(body['to'])), 'x');
		expect(url.pathname).toBe('/api/mana-auth/oidc/authorize');
		const answer = await oauth.authorizationCodeGrantRequest(
			as,
			client,
			oauth.None(),
			back,
			asked.redirect_uri,
			verifier,
			options,
		);
		const tokens = await oauth.processAuthorizationCodeResponse(as, client, answer, { requireIdToken: true });
		await oauth.validateApplicationLevelSignature(as, answer, options);
		expect(tokens.refresh_token).toBeUndefined();
		expect(Object.keys(oauth.getValidatedIdTokenClaims(tokens) ?? {})).not.toContain('email');
	});

	test('ends everything of a sign-in when a refresh token or a code comes a second time', async () => {
		const { auth, owner, grace } = await house(await engine.place());
		await using _ = auth;
		const { config } = await wiki(auth, owner);
		const stolen = await signIn(auth, grace, config, {});
		const rotated = await openid.refreshTokenGrant(config, stolen.refresh_token ?? '');
		await expect(openid.refreshTokenGrant(config, stolen.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' });
		await expect(openid.refreshTokenGrant(config, rotated.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' });
		expect(await openid.tokenIntrospection(config, rotated.access_token)).toHaveProperty('active', false);
		const { url, verifier } = await answered(auth, grace, config, {});
		const use = () =>
			openid.authorizationCodeGrant(config, url, { pkceCodeVerifier: verifier, expectedNonce: 'n-1', expectedState: 's-1' });
		const tokens = await use();
		await expect(use()).rejects.toMatchObject({ error: 'invalid_grant' });
		expect(await openid.tokenIntrospection(config, tokens.access_token)).toHaveProperty('active', false);
		const log = (await grace.get('/activity')).body['entries'] as { kind: string; detail: object }[];
		expect(log.filter(({ kind }) => kind === 'software-token-reused')).toHaveLength(2);
		expect(log.find(({ kind }) => kind === 'software-allowed')?.detail).toEqual({ name: 'Wiki' });
	});

	test('asks once, and again for more; is silent when told to; wants a fresh proof when asked for one', async () => {
		const { auth, owner, grace, clock } = await house(await engine.place());
		await using _ = auth;
		const { config } = await wiki(auth, owner);
		const ask = async (who: TestBrowser, more: Record<string, string>) => {
			const { body } = await who.post('/oidc/requests', (await request(config, more)).parameters);
			return body['kind'] === 'return' ? Object.fromEntries(new URL(String(body['to'])).searchParams) : body;
		};
		expect(await ask(auth.browser(), {})).toEqual({ kind: 'sign-in' });
		expect(await ask(auth.browser(), { prompt: 'none' })).toMatchObject({ error: 'login_required', state: 's-1' });
		expect(await ask(grace, { prompt: 'none' })).toMatchObject({ error: 'consent_required' });
		expect(await ask(grace, { scope: 'openid' })).toMatchObject({
			kind: 'ask',
			software: 'Wiki',
			host: 'wiki.example',
			scope: ['openid'],
		});
		const { parameters } = await request(config, { scope: 'openid' });
		const denied = await grace.post('/oidc/decisions', { request: parameters, allow: false });
		expect(String(denied.body['to'])).toContain('error=access_denied');
		await grace.post('/oidc/decisions', { request: parameters, allow: true });
		expect(await ask(grace, { scope: 'openid', prompt: 'none' })).toMatchObject({
			code: expect.any(String),
			iss: `${auth.publicUrl}/api/mana-auth`,
		});
		expect(await ask(grace, { scope: 'openid email' })).toMatchObject({ kind: 'ask' });
		expect(await ask(grace, { scope: 'openid', prompt: 'consent' })).toMatchObject({ kind: 'ask' });
		clock.advance(5 * 60_000);
		expect(await ask(grace, { scope: 'openid', max_age: '3600' })).toMatchObject({ code: expect.any(String) });
		expect(await ask(grace, { scope: 'openid', max_age: '60' })).toEqual({ kind: 'prove' });
		expect(await ask(grace, { scope: 'openid', prompt: 'login' })).toEqual({ kind: 'prove' });
		expect(await ask(grace, { scope: 'openid', max_age: '60', prompt: 'none' })).toMatchObject({ error: 'login_required' });
		await grace.post('/proofs', { password: 'compiles in english' });
		expect(await ask(grace, { scope: 'openid', prompt: 'login' })).toMatchObject({ code: expect.any(String) });
	});

	test('refuses what does not fit, at the software’s own address only', async () => {
		const { auth, owner, grace } = await house(await engine.place());
		await using _ = auth;
		const { config } = await wiki(auth, owner);
		const { parameters } = await request(config, {});
		const ask = async (change: Record<string, string>) => (await grace.post('/oidc/requests', { ...parameters, ...change })).body;
		expect((await ask({ client_id: 'nobody' }))['code']).toBe('software-unknown');
		for (const redirect_uri of [
			`${callback}/`,
			`${callback}?x=1`,
			'https://wiki.example.evil/callback',
			'HTTPS://wiki.example/callback',
		])
			expect([redirect_uri, (await ask({ redirect_uri }))['code']]).toEqual([redirect_uri, 'return-address-unknown']);
		// Two readers of an address in which something stands twice may each see another one.
		for (const [name, value] of [
			['redirect_uri', 'https://evil.example/callback'],
			['code_challenge_method', 'plain'],
			['state', 'another'],
		] as const) {
			const twice = `/oidc/authorize?${new URLSearchParams(parameters)}&${new URLSearchParams({ [name]: value })}`;
			const { status, body } = await grace.get(twice);
			expect([name, status, body['code']]).toEqual([name, 400, 'parameter-twice']);
		}
		const mistakes: [Record<string, string>, string][] = [
			[{ response_type: 'token' }, 'unsupported_response_type'],
			[{ code_challenge_method: 'plain' }, 'invalid_request'],
			[{ code_challenge: '' }, 'invalid_request'],
			[{ scope: 'email' }, 'invalid_scope'],
			[{ prompt: 'none login' }, 'invalid_request'],
			[{ max_age: '-1' }, 'invalid_request'],
			[{ request: 'x' }, 'request_not_supported'],
			[{ response_mode: 'form_post' }, 'invalid_request'],
		];
		for (const [change, error] of mistakes)
			expect(new URL(String((await ask(change))['to'])).searchParams.get('error')).toBe(error);
		const { url, verifier } = await answered(auth, grace, config, {});
		const checks = { expectedNonce: 'n-1', expectedState: 's-1' };
		await expect(
			openid.authorizationCodeGrant(config, url, { ...checks, pkceCodeVerifier: `${verifier.slice(0, -1)}_` }),
		).rejects.toMatchObject({
			error: 'invalid_grant',
		});
		const wrong = through(auth)(`${auth.publicUrl}/api/mana-auth/oidc/token`, {
			method: 'POST',
			headers: { authorization: `Basic ${btoa('x:y')}`, 'content-type': 'application/x-www-form-urlencoded' },
			body: 'grant_type=authorization_code',
		});
		expect([(await wrong).status, await (await wrong).json()]).toMatchObject([401, { error: 'invalid_client' }]);
	});

	test('ends with the person’s word, with a new secret, with the account shut out, and with the software', async () => {
		const { auth, owner, grace } = await house(await engine.place());
		await using _ = auth;
		const { config, id } = await wiki(auth, owner);
		const active = async (of: openid.Configuration, token: string) => (await openid.tokenIntrospection(of, token)).active;
		let tokens = await signIn(auth, grace, config, {});
		expect((await grace.get('/allowed-software')).body['software']).toMatchObject([{ name: 'Wiki', scope: scope.split(' ') }]);
		await grace.send('DELETE', `/allowed-software/${id}`);
		expect(await active(config, tokens.access_token)).toBe(false);
		tokens = await signIn(auth, grace, config, {});
		const renewed = await owner.post(`/software/${id}/secret`);
		await expect(openid.tokenIntrospection(config, tokens.access_token)).rejects.toMatchObject({ status: 401 });
		const again = await discover(auth, id, String(renewed.body['secret']));
		expect(await active(again, tokens.access_token)).toBe(true);
		const person = ((await grace.get('/session')).body['person'] as { id: string }).id;
		await owner.send('PATCH', `/people/${person}`, { suspended: true });
		expect(await active(again, tokens.access_token)).toBe(false);
		await expect(openid.refreshTokenGrant(again, tokens.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' });
		expect((await owner.send('DELETE', `/software/${id}`)).status).toBe(204);
		await expect(openid.tokenIntrospection(again, tokens.access_token)).rejects.toMatchObject({ status: 401 });
	});

	test('gives nobody a token of this Mana, and no session in somebody’s name', async () => {
		const { auth, owner, grace, person } = await house(await engine.place());
		await using _ = auth;
		const { config } = await wiki(auth, owner);
		const tokens = await signIn(auth, grace, config, {});
		for (const token of [tokens.access_token, tokens.id_token ?? '']) {
			const standing = await auth.browser().send('GET', '/standing', undefined, { authorization: `Bearer ${token}` });
			expect([standing.status, standing.body['code']]).toEqual([401, 'token-invalid']);
		}
		await grace.send('PUT', '/impersonation-consent', { hours: 1 });
		await owner.post(`/people/${person}/impersonation`, { reason: 'to help' });
		const { body } = await owner.post('/oidc/requests', (await request(config, {})).parameters);
		expect(String(body['to'])).toContain('error=access_denied');
	});
});

describe('an address to return to', () => {
	test('is whole and its own', () => {
		for (const good of [callback, 'http://localhost/x', 'http://127.0.0.1/x', 'com.example.app:/x', 'https://a.example/?x=1'])
			expect([good, returnAddress.safeParse(good).success]).toEqual([good, true]);
		for (const bad of [
			'/x',
			'http://wiki.example/x',
			`${callback}#x`,
			'javascript:alert(1)',
			'data:text/html,x',
			'https://a@b.example/',
			' ',
		])
			expect([bad, returnAddress.safeParse(bad).success]).toEqual([bad, false]);
	});
});

async function house(place: TestPlace) {
	const clock = new Clock();
	const auth = await startAuth({ ...place, clock });
	const owner = await signedInOwner(auth);
	const grace = await signedInMember(auth, owner, 'grace@mana.example');
	const person = ((await grace.get('/session')).body['person'] as { id: string }).id;
	return { auth, owner, grace, clock, person };
}

/** These libraries look at the real clock. */
class Clock extends TestClock {
	readonly #from = Date.now() - super.now();

	override now(): number {
		return super.now() + this.#from;
	}
}

/** Registers a wiki and finds out about this Mana as it would. */
async function wiki(auth: TestAuth, owner: TestBrowser) {
	const input = { name: 'Wiki', redirectUris: [callback], logoutUris: [after], keepsSecret: true };
	const { body } = await owner.post('/software', input);
	const { id } = body['software'] as { id: string };
	return { id, config: await discover(auth, id, String(body['secret'])) };
}

function discover(auth: TestAuth, id: string, secret: string): Promise<openid.Configuration> {
	return openid.discovery(new URL(`${auth.publicUrl}/api/mana-auth`), id, secret, undefined, {
		execute: [openid.allowInsecureRequests, openid.enableNonRepudiationChecks],
		[openid.customFetch]: through(auth),
	});
}

/** What the hub does: passes on to mana-auth what begins with its door. */
function through(auth: TestAuth) {
	return (url: string, init: object): Promise<Response> =>
		fetch(url.replace(`${auth.publicUrl}/api/mana-auth`, auth.url), { ...init, redirect: 'manual' });
}

async function request(config: openid.Configuration, more: Record<string, string>) {
	const verifier = openid.randomPKCECodeVerifier();
	const url = openid.buildAuthorizationUrl(config, {
		redirect_uri: callback,
		scope,
		code_challenge: await openid.calculatePKCECodeChallenge(verifier),
		code_challenge_method: 'S256',
		state: 's-1',
		nonce: 'n-1',
		...more,
	});
	return { url, verifier, parameters: Object.fromEntries(url.searchParams) };
}

/** The address that a person comes back with, who allows what was asked. */
async function answered(auth: TestAuth, who: TestBrowser, config: openid.Configuration, more: Record<string, string>) {
	const { url, verifier, parameters } = await request(config, more);
	const sent = await visit(who, url);
	if (sent.headers.get('location')?.startsWith(callback)) return { url: new URL(sent.headers.get('location')!), verifier };
	expect(sent.headers.get('location')).toStartWith(`${auth.publicUrl}/allow?`);
	const { body } = await who.post('/oidc/decisions', { request: parameters, allow: true });
	return { url: new URL(String(body['to'])), verifier };
}

async function signIn(auth: TestAuth, who: TestBrowser, config: openid.Configuration, more: Record<string, string>) {
	const { url, verifier } = await answered(auth, who, config, more);
	return openid.authorizationCodeGrant(config, url, { pkceCodeVerifier: verifier, expectedNonce: 'n-1', expectedState: 's-1' });
}

function visit(who: TestBrowser, url: URL) {
	return who.get(`${url.pathname.replace('/api/mana-auth', '')}${url.search}`);
}

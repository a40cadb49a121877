import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { exportJWK, generateKeyPair, type JSONWebKeySet, SignJWT, UnsecuredJWT } from 'jose';
import { Hono } from 'hono';
import { createApp } from './app.ts';
import { defaultLimits } from './limits.ts';
import { createLogger } from './log.ts';
import { createMetrics } from './metrics.ts';
import { systemRandom } from './random.ts';
import { guard, roles, verifier } from './token.ts';

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;
type Changes = Record<string, unknown> & { alg?: string; kid?: string };

const issuer = 'https://mana.example';
const audience = 'mana';
const clock = { at: Date.UTC(2026, 0, 1), now: () => clock.at };
let keys: Keys;
let next: Keys;
let published: JSONWebKeySet;

beforeAll(async () => {
	keys = await generateKeyPair('EdDSA');
	next = await generateKeyPair('EdDSA');
});
beforeEach(async () => {
	clock.at = Date.UTC(2026, 0, 1);
	published = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'EdDSA' }] };
});

function token(
	{ alg = 'EdDSA', kid = 'one', ...changes }: Changes = {},
	key: Keys['privateKey'] | Uint8Array = keys.privateKey,
): Promise<string> {
	const seconds = Math.floor(clock.at / 1000);
	const claims = {
		sub: 'ada',
		sid: 's1',
		name: 'Ada',
		email: 'ada@mana.example',
		role: 'owner',
		iss: issuer,
		aud: audience,
		exp: seconds + 600,
	};
	return new SignJWT({ ...claims, ...changes }).setProtectedHeader({ alg, kid, typ: 'JWT' }).sign(key);
}

function check(text: string | undefined) {
	return verifier({ keys: published, issuer, audience, clock })(text);
}

async function codeOf(text: string | undefined): Promise<unknown> {
	return check(text).then(
		() => 'let through',
		(error: { status: number; code: string }) => [error.status, error.code],
	);
}

test('a valid token says who acts', async () => {
	expect(await check(await token())).toEqual({
		id: 'ada',
		session: 's1',
		name: 'Ada',
		email: 'ada@mana.example',
		role: 'owner',
		expiresAt: clock.at + 600_000,
	});
});

describe('refused with 401', () => {
	const invalid = [401, 'token-invalid'];

	test('no token', async () => {
		expect(await codeOf(undefined)).toEqual([401, 'token-missing']);
		expect(await codeOf('')).toEqual([401, 'token-missing']);
	});

	test('an expired one, after 5 s for the clocks of two machines', async () => {
		const text = await token();
		clock.at += 604_000;
		expect(await codeOf(text)).toBe('let through');
		clock.at += 2000;
		expect(await codeOf(text)).toEqual([401, 'token-expired']);
	});

	test('one that is not valid yet', async () => {
		expect(await codeOf(await token({ nbf: Math.floor(clock.at / 1000) + 60 }))).toEqual(invalid);
	});

	test('one without an end', async () => {
		expect(await codeOf(await token({ exp: undefined }))).toEqual(invalid);
	});

	test('another issuer or audience', async () => {
		expect(await codeOf(await token({ iss: 'https://other.example' }))).toEqual(invalid);
		expect(await codeOf(await token({ aud: 'other' }))).toEqual(invalid);
		expect(await codeOf(await token({ aud: undefined }))).toEqual(invalid);
	});

	test('alg none, and HS256 signed with the public key', async () => {
		const unsecured = new UnsecuredJWT({ sub: 'ada', sid: 's', name: '', email: '', role: 'owner' })
			.setIssuer(issuer)
			.setAudience(audience)
			.setExpirationTime('10m')
			.encode();
		expect(await codeOf(unsecured)).toEqual(invalid);
		const publicBytes = new TextEncoder().encode(published.keys[0]?.x);
		expect(await codeOf(await token({ alg: 'HS256' }, publicBytes))).toEqual(invalid);
	});

	test('an unknown key, and a known key id with another key', async () => {
		expect(await codeOf(await token({ kid: 'two' }, next.privateKey))).toEqual(invalid);
		expect(await codeOf(await token({ kid: 'one' }, next.privateKey))).toEqual(invalid);
	});

	test('a changed payload, and what is no token at all', async () => {
		const [header, , signature] = (await token()).split('.');
		const payload = Buffer.from(JSON.stringify({ sub: 'eve' })).toString('base64url');
		expect(await codeOf(`${header}.${payload}.${signature}`)).toEqual(invalid);
		for (const text of ['x', 'a.b', 'a.b.c', '....', 'ä.ö.ü', 'x'.repeat(100_000)]) expect(await codeOf(text)).toEqual(invalid);
	});

	test('claims that are missing or of another kind', async () => {
		for (const changes of [{ sub: undefined }, { sub: '' }, { sid: 7 }, { role: 'emperor' }, { email: undefined }])
			expect(await codeOf(await token(changes))).toEqual(invalid);
	});
});

describe('with the keys of a mana-auth that runs', () => {
	let server: ReturnType<typeof Bun.serve>;
	let fetched: number;
	let broken: boolean;

	beforeAll(() => {
		server = Bun.serve({
			port: 0,
			hostname: '127.0.0.1',
			fetch: () => {
				fetched++;
				return broken ? new Response('down', { status: 500 }) : Response.json(published);
			},
		});
	});
	beforeEach(() => {
		fetched = 0;
		broken = false;
	});
	afterAll(() => server.stop(true));

	const remote = (cooldownMs?: number) =>
		verifier({ keys: `${server.url.href}jwks`, issuer, audience, clock, ...(cooldownMs === undefined ? {} : { cooldownMs }) });

	test('keys are fetched once, and again for a key id that is new', async () => {
		const verify = remote(0);
		await verify(await token());
		await verify(await token());
		expect(fetched).toBe(1);
		published.keys.push({ ...(await exportJWK(next.publicKey)), kid: 'two', alg: 'EdDSA' });
		expect((await verify(await token({ kid: 'two' }, next.privateKey))).id).toBe('ada');
		expect(fetched).toBe(2);
	});

	test('unknown key ids cannot make it fetch without end', async () => {
		const verify = remote();
		await verify(await token());
		for (let number = 0; number < 20; number++)
			await expect(verify(await token({ kid: `x${number}` }, next.privateKey))).rejects.toMatchObject({ status: 401 });
		expect(fetched).toBe(1);
	});

	test('an outage is 503, never 401: nobody is signed out by it', async () => {
		broken = true;
		await expect(remote()(await token())).rejects.toMatchObject({ status: 503, code: 'auth-unavailable' });
		const gone = verifier({ keys: 'http://127.0.0.1:1/jwks', issuer, audience, clock });
		await expect(gone(await token())).rejects.toMatchObject({ status: 503, code: 'auth-unavailable' });
	});

	test('what is plainly no token of ours is 401 even then', async () => {
		broken = true;
		await expect(remote()('nonsense')).rejects.toMatchObject({ status: 401 });
	});

	test('known keys serve on through an outage', async () => {
		const verify = remote();
		await verify(await token());
		broken = true;
		expect((await verify(await token())).id).toBe('ada');
	});
});

describe('the guard', () => {
	function app(): Hono {
		const options = {
			log: createLogger('test', 'silent'),
			metrics: createMetrics('test'),
			limits: defaultLimits,
			publicUrl: issuer,
			name: 'mana-auth' as const,
			random: systemRandom,
		};
		const guarded = guard((text) => verifier({ keys: published, issuer, audience, clock })(text));
		return createApp(options)
			.get('/me', guarded, (c) => c.json(c.get('person').id))
			.post('/me', guarded, (c) => c.json(c.get('person').id))
			.get('/admin', guarded, roles('owner', 'admin'), (c) => c.json(c.get('person').id)) as unknown as Hono;
	}

	async function get(path: string, authorization?: string): Promise<[number, unknown]> {
		const response = await app().request(path, authorization ? { headers: { authorization } } : {});
		const answer = (await response.json()) as { code?: string };
		return [response.status, answer.code ?? answer];
	}

	test('lets the owner through, and others as far as their role goes', async () => {
		expect(await get('/me', `Bearer ${await token()}`)).toEqual([200, 'ada']);
		expect(await get('/admin', `bearer ${await token()}`)).toEqual([200, 'ada']);
		const other = `Bearer ${await token({ sub: 'bob', role: 'member' })}`;
		expect(await get('/me', other)).toEqual([200, 'bob']);
		expect(await get('/admin', other)).toEqual([403, 'role-missing']);
	});

	test('lets somebody who acts in the name of another look, and change nothing', async () => {
		const headers = { authorization: `Bearer ${await token({ act: { sub: 'grace' } })}` };
		expect((await check(headers.authorization.slice(7))).actor).toBe('grace');
		expect((await app().request('/me', { headers })).status).toBe(200);
		const refused = await app().request('/me', { method: 'POST', headers });
		expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([403, 'impersonated']);
		const own = { authorization: `Bearer ${await token()}` };
		expect((await app().request('/me', { method: 'POST', headers: own })).status).toBe(200);
	});

	test('refuses the anonymous and other ways to authorize', async () => {
		expect(await get('/me')).toEqual([401, 'token-missing']);
		expect(await get('/me', `Basic ${await token()}`)).toEqual([401, 'token-missing']);
		expect(await get('/me', 'Bearer')).toEqual([401, 'token-missing']);
	});
});

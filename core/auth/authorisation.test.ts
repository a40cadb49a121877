import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import {
	signedInMember,
	signedInOwner,
	startAuth,
	type TestAnswer,
	type TestAuth,
	type TestBrowser,
	TestClock,
} from './testing.ts';

const principals = ['anonymous', 'expired', 'revoked', 'guest', 'member', 'admin', 'owner'] as const;
type Principal = (typeof principals)[number];

interface Row {
	readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
	readonly path: string;
	readonly body?: object;
	/** The status for everybody, or for each. */
	readonly status: number | Partial<Record<Principal, number>>;
}

const signedIn = (status: number): Row['status'] => ({ guest: status, member: status, admin: status, owner: status });
const anybody = { name: 'Eve', email: 'eve@mana.example', password: 'not a bad password' };

/** Who may do what. Whoever is not named in a row gets 401. Every route of the service stands here, or the last test fails. */
const table: readonly Row[] = [
	{ method: 'GET', path: '/status', status: 200 },
	{ method: 'GET', path: '/jwks', status: 200 },
	{ method: 'GET', path: '/health/live', status: 200 },
	{ method: 'GET', path: '/health/ready', status: 200 },
	{ method: 'GET', path: '/health/needs', status: 404 },
	{ method: 'GET', path: '/metrics', status: 404 },
	{ method: 'GET', path: '/openapi.json', status: 200 },
	{ method: 'POST', path: '/setup', body: { ...anybody, token: 'guess' }, status: 409 },
	{ method: 'POST', path: '/sign-up', body: anybody, status: 403 },
	{ method: 'POST', path: '/sign-in', body: anybody, status: 401 },
	{ method: 'POST', path: '/reset', body: { token: 'guess', password: anybody.password }, status: 403 },
	{ method: 'GET', path: '/session', status: signedIn(200) },
	{ method: 'GET', path: '/sessions', status: signedIn(200) },
	{ method: 'POST', path: '/token', status: signedIn(200) },
	// By a token alone: see standing.test.ts.
	{ method: 'GET', path: '/standing', status: 401 },
	{ method: 'PATCH', path: '/person', body: { language: 'de' }, status: signedIn(200) },
	{ method: 'POST', path: '/password', body: { current: 'no', password: 'no' }, status: 401 },
	{ method: 'POST', path: '/invitations', body: {}, status: { guest: 403, member: 403, admin: 200, owner: 200 } },
	{ method: 'POST', path: '/invitations', body: { role: 'admin' }, status: { guest: 403, member: 403, admin: 403, owner: 200 } },
	{ method: 'DELETE', path: '/sessions/:id', status: signedIn(404) },
	{ method: 'DELETE', path: '/sessions', status: signedIn(204) },
	{ method: 'POST', path: '/sign-out', status: 204 },
];

let auth: TestAuth;
const browsers = new Map<Principal, TestBrowser>();
let strangersSession = '';

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
	browsers.set('revoked', revoked).set('anonymous', auth.browser()).set('owner', owner);
	const stranger = await signedInMember(auth, owner, 'stranger@mana.example');
	strangersSession = ((await stranger.get('/session')).body['session'] as { id: string }).id;
});

afterAll(() => auth.close());

describe('who may do what', () => {
	for (const row of table)
		for (const principal of principals)
			test(`${principal}: ${row.method} ${row.path} ${JSON.stringify(row.body ?? {})}`, async () => {
				const { status, body } = await send(row, principal);
				expect(status).toBe(typeof row.status === 'number' ? row.status : (row.status[principal] ?? 401));
				if (status !== 401 || ['/password', '/sign-in', '/standing'].includes(row.path)) return;
				expect(body['code']).toBe(principal === 'anonymous' ? 'not-signed-in' : 'session-expired');
			});

	test('the table names every route there is', async () => {
		const { paths } = (await auth.browser().get('/openapi.json')).body as { paths: Record<string, Record<string, unknown>> };
		const routes = Object.entries(paths).flatMap(([path, methods]) =>
			Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
		);
		expect([...new Set(table.map(({ method, path }) => `${method} ${path}`))].sort()).toEqual(routes.sort());
	});

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

async function send({ method, path, body }: Row, principal: Principal): Promise<TestAnswer> {
	// A copy of its own: rotation and sign-out of one test are not to reach the next.
	const browser = browsers.get(principal)?.copy() ?? auth.browser();
	browser.address = `192.0.2.${principals.indexOf(principal) + 10}`;
	if (path !== '/sign-out') return browser.send(method, path.replace(':id', strangersSession), body);
	browser.cookies.clear();
	return browser.send(method, path, body);
}

// Accounts at Google that services of this Mana work in, against a fake that follows Google's documentation.
import { serviceIdentity } from '@mana/service';
import { startGoogle, type TestGoogle } from '@mana/dav/testing/google/index';
import { until } from '@mana/dav/testing/world';
import { openStore } from '@mana/store';
import { eachEngine, type TestPlace } from '@mana/store/testing';
import { expect, test } from 'bun:test';
import { sql } from 'kysely';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tidy } from '../housekeeping.ts';
import { migrations } from '../migrations.ts';
import type { AuthStore, Tables } from '../store.ts';
import {
	signedInMember,
	signedInOwner,
	startAuth,
	type TestAnswer,
	type TestAuth,
	type TestBrowser,
	TestClock,
} from '../testing.ts';
import { testRealm } from '../testing-realm.ts';
import { endConnections } from './disconnecting.ts';
import { sealToken } from './sealed-token.ts';

const publicUrl = 'http://mana.localhost';
const returnTo = `${publicUrl}/api/mana-auth/identity-providers/google/return`;
const [ANA, BEN] = ['ana@gmail.example', 'ben@gmail.example'];
const CALENDAR = 'https://www.googleapis.com/auth/calendar';
const hourMs = 3_600_000;

test('is connected with no more than was asked for, and its token goes to the service that it is for alone', async () => {
	await using house = await open();
	const { owner, google, tokenFor } = house;
	expect((await owner.get('/connection-offers?use=calendar')).body).toEqual({ offers: [{ id: 'google', name: 'Google' }] });
	const to = await depart(owner);
	const asked = new URL(to).searchParams;
	expect(Object.fromEntries(['access_type', 'prompt', 'scope', 'code_challenge_method'].map((name) => [name, asked.get(name)]))).toEqual({
		access_type: 'offline',
		prompt: 'select_account consent',
		scope: `openid email ${CALENDAR}`,
		code_challenge_method: 'S256',
	}); // prettier-ignore
	const { path, said } = await comeBack(owner, google.accounts.allow(to, ANA));
	expect(path).toBe('/calendar/elsewhere');
	const id = said['connected']!;
	const person = await personOf(owner);
	const { status, body } = await tokenFor('calendar-server', id, person);
	expect([status, body]).toEqual([200, { token: expect.any(String), label: ANA, provider: 'Google' }]);
	expect(google.accounts.grantOf(String(body['token']))).toMatchObject({ email: ANA });
	// Nobody else's, for nothing else, and for no other service.
	const other = await signedInMember(house.auth, owner, 'eve@mana.example');
	expect((await tokenFor('calendar-server', id, await personOf(other))).body['code']).toBe('connection-unknown');
	expect((await tokenFor('contacts-server', id, person)).body['code']).toBe('connection-unknown');
	expect((await tokenFor('todo-server', id, person)).status).toBe(403);
	expect((await owner.post(`/connections/${id}/tokens`, { person })).status).toBe(401);
	const row = JSON.stringify(await house.rows());
	expect(row).not.toContain('1//');
	expect(row).not.toContain('ya29');
});

test('gets another token when that of before is over or was refused, whatever the provider does with the one it is made from', async () => {
	await using house = await open();
	const { owner, google, clock, tokenFor } = house;
	google.accounts.rotates = true;
	const id = await connected(house, owner, ANA);
	const person = await personOf(owner);
	const token = async (refused: string | null = null) =>
		String((await tokenFor('calendar-server', id, person, refused)).body['token']);
	const first = await token();
	expect([await token(), google.accounts.asked.refresh_token]).toEqual([first, 0]);
	clock.advance(hourMs);
	const second = await token();
	expect([second === first, google.accounts.asked.refresh_token]).toEqual([false, 1]);
	google.accounts.endAccess();
	const third = await token(second);
	expect(google.accounts.grantOf(third)).toMatchObject({ email: ANA });
	// Whoever comes with one that was refused long ago gets that of now.
	expect([await token(first), google.accounts.asked.refresh_token]).toEqual([third, 2]);
});

test('that was taken back there says so until it is connected again, as the same one', async () => {
	await using house = await open();
	const { owner, google, clock, tokenFor } = house;
	const id = await connected(house, owner, ANA);
	const person = await personOf(owner);
	google.accounts.takeBack(ANA);
	clock.advance(hourMs);
	for (let i = 0; i < 2; i++) {
		const { status, body } = await tokenFor('calendar-server', id, person);
		expect([status, body['code'], google.accounts.asked.refresh_token]).toEqual([409, 'connection-ended', 1]);
	}
	expect(await connected(house, owner, ANA)).toBe(id);
	expect((await tokenFor('calendar-server', id, person)).status).toBe(200);
});

test('is taken back there when it ends here, unless another use of it needs it still', async () => {
	await using house = await open();
	const { owner, google, end } = house;
	const [calendar, contacts] = [await connected(house, owner, ANA), await connected(house, owner, ANA, 'contacts')];
	const person = await personOf(owner);
	expect((await end('calendar-server', calendar, 'nobody')).status).toBe(204);
	expect((await house.tokenFor('calendar-server', calendar, person)).status).toBe(200);
	await end('calendar-server', calendar, person);
	expect((await house.tokenFor('calendar-server', calendar, person)).body['code']).toBe('connection-unknown');
	await house.jobs();
	expect([google.accounts.isAllowed(ANA), google.accounts.asked.revoke]).toEqual([true, 0]);
	await end('contacts-server', contacts, person);
	await house.jobs();
	expect([google.accounts.isAllowed(ANA), google.accounts.asked.revoke]).toEqual([false, 1]);
});

eachEngine('a connection', (engine) => {
	test('has its token spent once when several copies of the service ask at the same time', async () => {
		await using house = await open(await engine.place());
		const { owner, google, clock, tokenFor } = house;
		google.accounts.rotates = true;
		const id = await connected(house, owner, ANA);
		const person = await personOf(owner);
		clock.advance(hourMs);
		const [asked, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
		google.accounts.waits = () => (asked.resolve(), answer.promise);
		const first = tokenFor('calendar-server', id, person);
		await asked.promise;
		const late = await tokenFor('calendar-server', id, person);
		expect([late.status, late.body['code'], late.body['retryAfterMs']]).toEqual([503, 'connection-busy', 2_000]);
		answer.resolve();
		const { token } = (await first).body;
		expect((await tokenFor('calendar-server', id, person)).body['token']).toBe(token);
		expect(google.accounts.asked.refresh_token).toBe(1);
		// A copy that fell silent keeps nobody out for longer than a moment.
		const silent = Promise.withResolvers<void>();
		google.accounts.waits = () => silent.promise;
		clock.advance(hourMs);
		const lost = tokenFor('calendar-server', id, person);
		await until(async () => google.accounts.asked.refresh_token === 2);
		google.accounts.waits = null;
		clock.advance(30_000);
		const next = await tokenFor('calendar-server', id, person);
		expect(next.status).toBe(200);
		silent.resolve();
		// Its answer comes too late, and takes nothing away.
		await lost;
		expect((await tokenFor('calendar-server', id, person)).body['token']).toBe(next.body['token']);
	});
});

test('a consent without the tick, without leave for later, or declined connects nothing and leaves nothing there', async () => {
	await using house = await open();
	const { owner, google } = house;
	const without = await comeBack(owner, google.accounts.allow(await depart(owner), ANA, [CALENDAR]));
	expect(without).toEqual({ path: '/calendar/elsewhere', said: { problem: 'connection-incomplete', provider: 'google' } });
	expect(await house.rows()).toEqual([]);
	await house.jobs();
	expect(google.accounts.isAllowed(ANA)).toBe(false);
	const declined = await comeBack(owner, google.accounts.decline(await depart(owner)));
	expect(declined.said).toMatchObject({ problem: 'identity-declined' });
});

test('an answer counts once, in the browser and the session that asked for it, with the state and proof that went with it', async () => {
	await using house = await open();
	const { auth, owner, google } = house;
	const refused = { path: expect.any(String), said: { problem: 'identity-invalid', provider: 'google' } };
	const eve = await signedInMember(auth, owner, 'eve@mana.example');
	// A stolen answer, in somebody else's browser.
	const stolen = google.accounts.allow(await depart(owner), ANA);
	expect(await comeBack(eve, stolen)).toEqual(refused);
	// Somebody else's answer, pushed on a victim who began one of their own: another state.
	const theirs = google.accounts.allow(await depart(eve), BEN);
	expect(await comeBack(owner, theirs)).toEqual(refused);
	// Their code with the victim's state: the proof does not fit (PKCE).
	const swapped = google.accounts.allow(await depart(owner), ANA);
	swapped.searchParams.set('code', google.accounts.allow(await depart(eve), BEN).searchParams.get('code')!);
	expect(await comeBack(owner, swapped)).toEqual(refused);
	// Begun by one person, brought by the next one in this browser.
	const begun = google.accounts.allow(await depart(owner), ANA);
	const borrowed = owner.copy();
	for (const [name, value] of eve.cookies) if (!/-[\w-]{12}$/.test(name)) borrowed.cookies.set(name, value);
	expect(await comeBack(borrowed, begun)).toEqual(refused);
	// The same answer again.
	const once = google.accounts.allow(await depart(owner), ANA);
	const again = owner.copy();
	expect((await comeBack(owner, once)).said).toHaveProperty('connected');
	expect(await comeBack(again, once)).toEqual(refused);
	expect(await house.rows()).toHaveLength(1);
});

test('is offered only where an admin allows it, of a provider that has something to connect', async () => {
	await using house = await open();
	const { auth, owner, google } = house;
	const change = (more: object) => owner.send('PUT', '/identity-providers/google', { ...input(google), ...more });
	expect((await auth.browser().get('/status')).body['providers']).toEqual([]);
	expect((await auth.browser().post('/identity-providers/google/entries', {})).body['code']).toBe('provider-unknown');
	expect((await change({ connects: false, signsIn: true })).status).toBe(200);
	expect((await auth.browser().get('/status')).body['providers']).toHaveLength(1);
	expect((await owner.get('/connection-offers?use=calendar')).body).toEqual({ offers: [] });
	const { body } = await owner.post('/connections', { provider: 'google', use: 'calendar' });
	expect(body['code']).toBe('provider-unknown');
	const other = { ...input(google), id: 'works', kind: 'oidc', issuer: google.url };
	expect((await owner.post('/identity-providers', other)).body['code']).toBe('provider-connects-nothing');
});

test('with a provider that is taken out, all that it allowed is taken back there', async () => {
	await using house = await open();
	const { owner, google } = house;
	await connected(house, owner, ANA);
	expect((await owner.send('DELETE', '/identity-providers/google')).status).toBe(204);
	expect(await house.rows()).toEqual([]);
	await house.jobs();
	expect([google.accounts.isAllowed(ANA), google.accounts.asked.revoke]).toEqual([false, 1]);
});

eachEngine('connections', (engine) => {
	test('that nobody came for in a day end, and all of somebody who leaves; each is to be taken back', async () => {
		const { realm, clock } = await testRealm(engine);
		const { db } = realm.store;
		const provider = {
			id: 'google',
			kind: 'google',
			name: 'Google',
			issuer: 'https://accounts.google.com',
			client_id: 'mana',
		} as const;
		await db.insertInto('identity_provider').values({ ...provider, sealed: null, trusts_addresses: 0, domains: '[]', created_at: 0, signs_in: 0, connects: 1 }).execute(); // prettier-ignore
		const at = new Date(clock.now()).toISOString();
		await db.insertInto('person').values({ id: 'ada', name: 'Ada', email: 'ada@mana.example', email_verified: 1, image: null, role: 'owner', tier: 'public', suspended_at: null, language: 'en', created_at: at, updated_at: at }).execute(); // prettier-ignore
		const make = (id: string, used_at: number | null) =>
			db.insertInto('connection').values({ id, person_id: 'ada', provider_id: 'google', subject: id, label: id, use: 'calendar', sealed: sealToken(realm, id, 'token'), access: null, access_until: 0, lease: null, leased_until: 0, created_at: clock.now(), used_at }).execute(); // prettier-ignore
		await make('used', clock.now());
		await make('unused', null);
		clock.advance(25 * hourMs);
		await make('new', null);
		await tidy(realm);
		const left = async () => (await db.selectFrom('connection').select('id').orderBy('id').execute()).map(({ id }) => id);
		const jobs = async () => (await jobsOf(realm.store)).length;
		expect([await left(), await jobs()]).toEqual([['new', 'used'], 1]);
		await db.transaction().execute((within) => endConnections(realm, within, 'person_id', 'ada'));
		expect([await left(), await jobs()]).toEqual([[], 3]);
		expect(JSON.stringify(await jobsOf(realm.store))).not.toMatch(/ada|"token"/);
	});
});

interface House extends AsyncDisposable {
	readonly auth: TestAuth;
	readonly owner: TestBrowser;
	readonly google: TestGoogle;
	readonly clock: TestClock;
	/** A token, as a service asks for one. */
	tokenFor(service: string, id: string, person: string, refused?: string | null): Promise<TestAnswer>;
	end(service: string, id: string, person: string): Promise<TestAnswer>;
	rows(): Promise<readonly object[]>;
	/** Waits until everything that was to be done later is done. */
	jobs(): Promise<unknown>;
}

/** A Mana whose owner has added Google, for connections alone. */
async function open(given?: TestPlace): Promise<House> {
	const place = given ?? { home: await mkdtemp(join(tmpdir(), 'mana-connections-')), databaseUrl: undefined };
	const clock = new TestClock();
	const google = startGoogle([ANA, BEN], clock);
	google.accounts.returns.add(returnTo);
	const auth = await startAuth({ ...place, clock, env: { MANA_AUTH_PRIVATE_PROVIDERS: 'true' } });
	const store = await openStore<Tables>({ service: 'mana-auth', ...place, migrations, clock });
	const owner = await signedInOwner(auth);
	const { status, body } = await owner.post('/identity-providers', { ...input(google), id: 'google', kind: 'google' });
	if (status !== 200) throw new Error(`Google could not be added: ${JSON.stringify(body)}`);
	const secret = readFileSync(join(place.home, 'secrets', 'instance'), 'utf8').trim();
	const asService = async (service: string, method: string, path: string, asked?: object) =>
		auth.browser().send(method, path, asked, {
			origin: '',
			authorization: `Bearer ${await serviceIdentity(() => secret, service, clock).token('mana-auth')}`,
		});
	return {
		auth,
		owner,
		google,
		clock,
		tokenFor: (service, id, person, refused = null) =>
			asService(service, 'POST', `/connections/${id}/tokens`, { person, refused }),
		end: (service, id, person) => asService(service, 'DELETE', `/connections/${id}?person=${person}`),
		rows: () => store.db.selectFrom('connection').selectAll().execute(),
		jobs: () => until(async () => (await jobsOf(store)).every(({ state }) => state === 'done')),
		async [Symbol.asyncDispose]() {
			await store.close();
			await auth.close();
			await google.close();
			if (!given) await rm(place.home, { recursive: true });
		},
	};
}

/** What a provider is to take back. */
function jobsOf(store: Pick<AuthStore, 'db'>): Promise<readonly { readonly state: string; readonly payload: string }[]> {
	return sql<{ state: string; payload: string }>`select state, payload from mana_jobs where name = 'disconnection'`
		.execute(store.db)
		.then(({ rows }) => rows);
}

async function depart(browser: TestBrowser, use = 'calendar'): Promise<string> {
	const { status, body } = await browser.post('/connections', { provider: 'google', use, next: `/${use}/elsewhere` });
	if (status !== 200) throw new Error(`It answered ${status}: ${JSON.stringify(body)}`);
	return String(body['to']);
}

/** Connects an account. @returns the id of the connection */
async function connected({ google }: House, browser: TestBrowser, email: string, use = 'calendar'): Promise<string> {
	const { said } = await comeBack(browser, google.accounts.allow(await depart(browser, use), email));
	return said['connected']!;
}

/** Brings the answer of Google to Mana. @returns the page that the browser ends at, and what is said to it */
async function comeBack(browser: TestBrowser, { pathname, search }: URL) {
	const { headers } = await browser.get(pathname.replace('/api/mana-auth', '') + search);
	const at = new URL(headers.get('location') ?? '');
	return { path: at.pathname, said: Object.fromEntries(new URLSearchParams(at.hash.slice(1))) as Record<string, string> };
}

async function personOf(browser: TestBrowser): Promise<string> {
	return ((await browser.get('/session')).body['person'] as { id: string }).id;
}

function input({ url, clientId, secret }: TestGoogle) {
	return { name: 'Google', issuer: url, clientId, secret, trustsAddresses: false, domains: [], signsIn: false, connects: true };
}

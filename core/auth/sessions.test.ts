import { expect, test } from 'bun:test';
import { systemRandom } from '@mana/service';
import { eachEngine, type TestEngine, type TestPlace } from '@mana/store/testing';
import { migrations } from './migrations.ts';
import { instanceKeys } from './instance-keys.ts';
import { tidy } from './housekeeping.ts';
import type { AuthStore, Tables } from './store.ts';
import { idleJobs } from './testing-realm.ts';
import { signedInOwner, startAuth, TestClock, testOwner } from './testing.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

eachEngine('a session', (engine) => {
	test('keeps its token while it is young', async () => {
		const clock = new TestClock();
		await using auth = await startAuth({ ...(await engine.place()), clock });
		const owner = await signedInOwner(auth);
		clock.advance(14 * minuteMs);
		const { status, headers } = await owner.post('/token');
		expect(status).toBe(200);
		expect(headers.getSetCookie()).toEqual([]);
	});

	test('gets a new token after a quarter of an hour and stays the same session', async () => {
		const clock = new TestClock();
		await using auth = await startAuth({ ...(await engine.place()), clock });
		const owner = await signedInOwner(auth);
		const before = await owner.get('/session');
		const old = [...owner.cookies.values()];
		clock.advance(16 * minuteMs);
		await owner.post('/token');
		expect([...owner.cookies.values()]).not.toEqual(old);
		const after = await owner.get('/session');
		expect(sessionOf(after.body).id).toBe(sessionOf(before.body).id);
	});

	test('lets another tab finish what it began with the old token', async () => {
		const clock = new TestClock();
		await using auth = await startAuth({ ...(await engine.place()), clock });
		const owner = await signedInOwner(auth);
		const tab = owner.copy();
		clock.advance(16 * minuteMs);
		await owner.post('/token');
		await owner.get('/session');
		clock.advance(30_000);
		expect((await tab.get('/session')).status).toBe(200);
		expect((await tab.post('/token')).status).toBe(200);
	});

	test('ends for both when an old token is used after the grace: somebody holds a copy', async () => {
		const clock = new TestClock();
		const place = await engine.place();
		await using auth = await startAuth({ ...place, clock });
		const owner = await signedInOwner(auth);
		const thief = owner.copy();
		thief.address = '203.0.113.66';
		clock.advance(16 * minuteMs);
		await owner.post('/token');
		await owner.get('/session');
		clock.advance(minuteMs + 1);
		const caught = await thief.post('/token');
		expect([caught.status, caught.body['code']]).toEqual([401, 'session-reused']);
		const owners = await owner.get('/session');
		expect([owners.status, owners.body['code']]).toEqual([401, 'session-expired']);
		const store = await look(engine, place);
		const event = await store.db.selectFrom('audit_entry').selectAll().where('kind', '=', 'session-reused').executeTakeFirst();
		expect(event).toMatchObject({ address: '203.0.113.66' });
		expect(event?.person_id).toHaveLength(26);
	});

	test('ends too when the thief was the first to renew', async () => {
		const clock = new TestClock();
		await using auth = await startAuth({ ...(await engine.place()), clock });
		const owner = await signedInOwner(auth);
		const thief = owner.copy();
		clock.advance(16 * minuteMs);
		await thief.post('/token');
		await thief.get('/session');
		clock.advance(2 * minuteMs);
		expect((await owner.post('/token')).body['code']).toBe('session-reused');
		expect((await thief.get('/session')).body['code']).toBe('session-expired');
	});

	test('survives that the answer with the new token was lost', async () => {
		const clock = new TestClock();
		await using auth = await startAuth({ ...(await engine.place()), clock });
		const owner = await signedInOwner(auth);
		const lost = owner.copy();
		clock.advance(16 * minuteMs);
		await lost.post('/token');
		clock.advance(5 * dayMs);
		expect((await owner.get('/session')).status).toBe(200);
		const again = await owner.post('/token');
		expect(again.status).toBe(200);
		expect(again.headers.getSetCookie()).toHaveLength(1);
		clock.advance(5 * minuteMs);
		expect((await owner.get('/session')).status).toBe(200);
	});

	test('is renewed once when ten tabs ask at the same moment', async () => {
		const clock = new TestClock();
		const place = await engine.place();
		await using auth = await startAuth({ ...place, clock });
		const owner = await signedInOwner(auth);
		clock.advance(16 * minuteMs);
		const tabs = Array.from({ length: 10 }, () => owner.copy());
		const answers = await Promise.all(tabs.map((tab) => tab.post('/token')));
		expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
		const store = await look(engine, place);
		expect(await store.db.selectFrom('retired_token').selectAll().execute()).toHaveLength(1);
		for (const tab of tabs) expect((await tab.get('/session')).status).toBe(200);
	});

	test('ends thirty days after its last use, and not before', async () => {
		const clock = new TestClock();
		await using auth = await startAuth({ ...(await engine.place()), clock });
		const owner = await signedInOwner(auth);
		for (let i = 0; i < 3; i++) {
			clock.advance(29 * dayMs);
			expect((await owner.post('/token')).status).toBe(200);
		}
		clock.advance(30 * dayMs);
		const { status, body } = await owner.post('/token');
		expect([status, body['code']]).toEqual([401, 'session-expired']);
	});

	test('is listed with its place, and can be ended from another one', async () => {
		const clock = new TestClock();
		await using auth = await startAuth({ ...(await engine.place()), clock });
		const owner = await signedInOwner(auth);
		clock.advance(minuteMs);
		const phone = auth.browser('203.0.113.5');
		await phone.post('/sign-in', { email: testOwner.email, password: testOwner.password });
		const listed = (await owner.get('/sessions')).body['sessions'] as { id: string; address: string; current: boolean }[];
		expect(listed.map(({ address, current }) => ({ address, current }))).toEqual([
			{ address: '203.0.113.5', current: false },
			{ address: '192.0.2.1', current: true },
		]);
		expect((await owner.send('DELETE', `/sessions/${listed[0]?.id}`)).status).toBe(204);
		expect((await phone.get('/session')).body['code']).toBe('session-expired');
		expect((await owner.send('DELETE', `/sessions/${listed[0]?.id}`)).body['code']).toBe('session-unknown');
		expect((await owner.get('/session')).status).toBe(200);
	});

	test('ends everywhere else at once', async () => {
		await using auth = await startAuth(await engine.place());
		const owner = await signedInOwner(auth);
		const others = [auth.browser(), auth.browser()];
		for (const other of others) await other.post('/sign-in', { email: testOwner.email, password: testOwner.password });
		expect((await owner.send('DELETE', '/sessions')).status).toBe(204);
		for (const other of others) expect((await other.get('/session')).status).toBe(401);
		expect((await owner.get('/session')).status).toBe(200);
	});

	test('ends by signing out, on the server too, and signing out twice is no error', async () => {
		await using auth = await startAuth(await engine.place());
		const owner = await signedInOwner(auth);
		const copy = owner.copy();
		expect((await owner.post('/sign-out')).status).toBe(204);
		// What is left is by what the browser is known; it opens nothing.
		expect([...owner.cookies.keys()]).toEqual([expect.stringMatching(/-browser$/)]);
		expect((await copy.get('/session')).body['code']).toBe('session-expired');
		expect((await copy.post('/sign-out')).status).toBe(204);
		expect((await auth.browser().post('/sign-out')).status).toBe(204);
	});

	test('leaves nothing behind once it has ended', async () => {
		const clock = new TestClock();
		const place = await engine.place();
		await using auth = await startAuth({ ...place, clock });
		const owner = await signedInOwner(auth);
		clock.advance(16 * minuteMs);
		await owner.post('/token');
		await auth.browser().post('/sign-in', { email: testOwner.email, password: 'not the password' });
		await owner.post('/invitations', {});
		const store = await look(engine, place);
		clock.advance(400 * dayMs);
		await tidy({
			jobs: await idleJobs(store, clock),
			home: auth.home,
			store,
			clock,
			random: systemRandom,
			keys: instanceKeys('a secret of at least thirty-two characters'),
		});
		for (const table of ['session', 'retired_token', 'one_time_link', 'attempt', 'known_address', 'known_device'] as const)
			expect(await store.db.selectFrom(table).selectAll().execute()).toEqual([]);
		const log = await store.db.selectFrom('audit_entry').select('kind').execute();
		expect(log.map(({ kind }) => kind)).toEqual(['log-sealed', 'log-trimmed']);
		expect(await store.db.selectFrom('person').selectAll().execute()).toHaveLength(1);
	});
});

eachEngine('the session cookie', (engine) => {
	test('is for this host, this instance and no script', async () => {
		await using plain = await startAuth(await engine.place());
		const { headers } = await plain.browser().post('/setup', { token: await plain.setupToken(), ...testOwner });
		expect(headers.getSetCookie()).toHaveLength(2);
		expect(headers.getSetCookie()[1]).toMatch(
			/^mana-[0-9a-z]{10}-browser=\S+; Max-Age=34560000; Path=\/; HttpOnly; SameSite=Lax$/,
		);
		expect(headers.getSetCookie()[0]).toMatch(/^mana-[0-9a-z]{10}=\S+; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/);
		await using tls = await startAuth({ ...(await engine.place()), publicUrl: 'https://mana.example' });
		const over = await tls.browser().post('/setup', { token: await tls.setupToken(), ...testOwner });
		expect(over.headers.getSetCookie()[0]).toMatch(
			/^__Host-mana-[0-9a-z]{10}=\S+; Max-Age=2592000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
		);
	});

	test('is worth nothing when its signature is missing, foreign or of another token', async () => {
		await using auth = await startAuth(await engine.place());
		const owner = await signedInOwner(auth);
		const [[name = '', value = ''] = []] = [...owner.cookies];
		const [token = '', signature = ''] = decodeURIComponent(value).split('.');
		const forged = [token, `${token}.`, `${token}.${'A'.repeat(43)}=`, `${token}x.${signature}`, `.${signature}`, ''];
		for (const cookie of forged) {
			const browser = auth.browser();
			browser.cookies.set(name, encodeURIComponent(cookie));
			const { status, body } = await browser.get('/session');
			expect([cookie, status, body['code']]).toEqual([cookie, 401, 'not-signed-in']);
		}
	});

	test('of another instance is not ours', async () => {
		await using one = await startAuth(await engine.place());
		await using other = await startAuth(await engine.place());
		const stranger = await signedInOwner(other);
		const browser = one.browser();
		for (const [name, value] of stranger.cookies) browser.cookies.set(name, value);
		expect((await browser.get('/session')).body['code']).toBe('not-signed-in');
		const name = [...(await signedInOwner(one)).cookies.keys()][0] ?? '';
		browser.cookies.set(name, [...stranger.cookies.values()][0] ?? '');
		expect((await browser.get('/session')).body['code']).toBe('not-signed-in');
	});
});

function sessionOf(body: Record<string, unknown>): { id: string; expiresAt: string } {
	return body['session'] as { id: string; expiresAt: string };
}

function look(engine: TestEngine, place: TestPlace): Promise<AuthStore> {
	return engine.open<Tables>({ place, service: 'mana-auth', migrations });
}

import { expect, test } from 'bun:test';
import { eachEngine, type TestEngine, type TestPlace } from '@mana/store/testing';
import { sql } from 'kysely';
import { Client } from 'pg';
import { migrations } from './migrations.ts';
import type { AuthStore, Tables } from './store.ts';
import { signedInOwner, startAuth, type TestAnswer, type TestBrowser, TestClock, testOwner } from './testing.ts';

const minuteMs = 60_000;

eachEngine('signing in', (engine) => {
	test('opens a session with the right password, however the address is written', async () => {
		await using auth = await startAuth(await engine.place());
		await signedInOwner(auth);
		const browser = auth.browser();
		const { status, body } = await browser.post('/sign-in', { email: '  ADA@Mana.Example ', password: testOwner.password });
		expect(status).toBe(200);
		expect(body['person']).toMatchObject({ email: 'ada@mana.example', role: 'owner' });
		expect((await browser.get('/session')).status).toBe(200);
	});

	test('ends the session that the browser had before', async () => {
		await using auth = await startAuth(await engine.place());
		const owner = await signedInOwner(auth);
		const before = owner.copy();
		expect((await tryIn(owner, testOwner.password)).status).toBe(200);
		expect((await owner.get('/sessions')).body['sessions']).toHaveLength(1);
		expect((await before.get('/session')).body['code']).toBe('session-expired');
	});

	test('answers an unknown address as it answers a wrong password, locks included', async () => {
		await using auth = await startAuth({ ...(await engine.place()), clock: new TestClock() });
		await signedInOwner(auth);
		const known = await tries(auth.browser('192.0.2.7'), testOwner.email, 6);
		const unknown = await tries(auth.browser('192.0.2.8'), 'nobody@mana.example', 6);
		expect(known.map(shown)).toEqual(unknown.map(shown));
		expect(known.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429]);
	});

	test('locks after five failures until the window has passed, also for the right password', async () => {
		const clock = new TestClock();
		await using auth = await startAuth({ ...(await engine.place()), clock });
		await signedInOwner(auth);
		const browser = auth.browser();
		for (let i = 0; i < 5; i++) {
			expect((await tryIn(browser, 'not it')).body['code']).toBe('wrong-credentials');
			clock.advance(minuteMs);
		}
		const locked = await tryIn(browser, testOwner.password);
		expect(locked.body['code']).toBe('locked');
		expect(Number(locked.headers.get('retry-after'))).toBe(10 * 60);
		clock.advance(10 * minuteMs - 1);
		expect((await tryIn(browser, testOwner.password)).status).toBe(429);
		clock.advance(1000);
		expect((await tryIn(browser, testOwner.password)).status).toBe(200);
	});

	test('is not locked for years because the clock was ahead', async () => {
		const clock = new TestClock();
		await using auth = await startAuth({ ...(await engine.place()), clock });
		await signedInOwner(auth);
		const day = 24 * 60 * minuteMs;
		clock.advance(1000 * day);
		await tries(auth.browser(), testOwner.email, 5);
		clock.advance(-1000 * day);
		expect((await tryIn(auth.browser(), testOwner.password)).status).toBe(200);
	});

	test('does not make a lock longer by trying while it holds', async () => {
		const clock = new TestClock();
		await using auth = await startAuth({ ...(await engine.place()), clock });
		await signedInOwner(auth);
		const browser = auth.browser();
		await tries(browser, testOwner.email, 5);
		clock.advance(14 * minuteMs);
		await tries(browser, testOwner.email, 20);
		clock.advance(minuteMs + 1000);
		expect((await tryIn(browser, testOwner.password)).status).toBe(200);
	});

	test('forgets failures when the right password follows', async () => {
		await using auth = await startAuth({ ...(await engine.place()), clock: new TestClock() });
		await signedInOwner(auth);
		const browser = auth.browser();
		for (let round = 0; round < 3; round++) {
			await tries(browser, testOwner.email, 4);
			expect((await tryIn(browser, testOwner.password)).status).toBe(200);
		}
	});

	test('gives a hundred guesses at once no more than the limit', async () => {
		await using auth = await startAuth({ ...(await engine.place()), clock: new TestClock() });
		await signedInOwner(auth);
		const guesses = Array.from({ length: 40 }, (_, i) => tryIn(auth.browser(), `guess number ${i}`));
		const answers = await Promise.all(guesses);
		expect(answers.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(5);
		expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(35);
	});

	test('locks one address against many accounts', async () => {
		await using auth = await startAuth({ ...(await engine.place()), clock: new TestClock() });
		await signedInOwner(auth);
		const browser = auth.browser('198.51.100.4');
		const answers: number[] = [];
		for (let i = 0; i < 31; i++) answers.push((await tries(browser, `person${i}@mana.example`, 1))[0]?.status ?? 0);
		expect(answers.slice(0, 30).every((status) => status === 401)).toBe(true);
		expect(answers[30]).toBe(429);
	});

	test('lets nobody lock the owner out: neither their session nor the address they sign in from', async () => {
		const clock = new TestClock();
		await using auth = await startAuth({ ...(await engine.place()), clock });
		const owner = await signedInOwner(auth);
		expect((await tryIn(auth.browser('203.0.113.9'), testOwner.password)).status).toBe(200);
		for (let i = 0; i < 12; i++) await tries(auth.browser(`198.51.100.${i}`), testOwner.email, 5);
		expect((await tryIn(auth.browser('198.51.100.200'), testOwner.password)).status).toBe(429);
		expect((await owner.get('/session')).status).toBe(200);
		expect((await owner.post('/token')).status).toBe(200);
		expect((await tryIn(auth.browser('203.0.113.9'), testOwner.password)).status).toBe(200);
		clock.advance(16 * minuteMs);
		expect((await tryIn(auth.browser('198.51.100.200'), testOwner.password)).status).toBe(200);
	});

	test('keeps locks over a restart', async () => {
		const place = await engine.place();
		const clock = new TestClock();
		const first = await startAuth({ ...place, clock });
		await signedInOwner(first);
		await tries(first.browser(), testOwner.email, 5);
		await first.close();
		await using second = await startAuth({ ...place, clock });
		expect((await tryIn(second.browser(), testOwner.password)).status).toBe(429);
	});

	test('writes down every success and failure, and no e-mail address of a stranger', async () => {
		const place = await engine.place();
		await using auth = await startAuth(place);
		await signedInOwner(auth);
		await tries(auth.browser('192.0.2.44'), 'stranger@elsewhere.example', 1);
		await tryIn(auth.browser(), testOwner.password);
		const store = await look(engine, place);
		const events = await store.db.selectFrom('audit_entry').selectAll().orderBy('seq').execute();
		expect(events.map(({ kind }) => kind)).toEqual(['log-sealed', 'owner-created', 'sign-in-failed', 'signed-in', 'new-device']);
		expect(events[2]).toMatchObject({ person_id: null, address: '192.0.2.44', agent: 'Test browser' });
		expect(JSON.stringify(events)).not.toContain('stranger');
	});

	for (const table of ['session', 'credential', 'person', 'audit_entry', 'audit_head', 'attempt', 'known_address'] as const)
		test(`answers 503 and counts nothing against anybody when the table ${table} is broken`, async () => {
			const place = await engine.place();
			await using auth = await startAuth({ ...place, clock: new TestClock() });
			await signedInOwner(auth);
			const store = await look(engine, place);
			await store.db.schema.alterTable(table).renameTo('away').execute();
			for (let i = 0; i < 8; i++) {
				const answer = await tryIn(auth.browser(), testOwner.password);
				expect([answer.status, answer.body['code']]).toEqual([503, 'unavailable']);
				expect(answer.headers.getSetCookie()).toEqual([]);
			}
			await store.db.schema.alterTable('away').renameTo(table).execute();
			const counted = await store.db.selectFrom('attempt').select('id').where('state', '=', 'counted').execute();
			expect(counted).toEqual([]);
			expect((await tryIn(auth.browser(), testOwner.password)).status).toBe(200);
			const sessions = await store.db.selectFrom('session').select('id').execute();
			expect(sessions).toHaveLength(2);
		});

	if (engine.name === 'postgres')
		test('answers 503 while the database is down, and works again when it is back', async () => {
			const place = await engine.place();
			await using auth = await startAuth({ ...place, clock: new TestClock() });
			const owner = await signedInOwner(auth);
			await onServer(place, (name) => [
				`alter database ${name} with allow_connections false`,
				`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
			]);
			for (let i = 0; i < 6; i++) expect((await tryIn(auth.browser(), testOwner.password)).status).toBe(503);
			expect((await owner.get('/session')).status).toBe(503);
			expect((await owner.post('/token')).status).toBe(503);
			expect((await auth.browser().get('/health/ready')).status).toBe(503);
			await onServer(place, (name) => [`alter database ${name} with allow_connections true`]);
			expect((await tryIn(auth.browser(), testOwner.password)).status).toBe(200);
			expect((await owner.get('/session')).status).toBe(200);
		});

	test('treats a broken hash in the database as a failure of its own', async () => {
		const place = await engine.place();
		await using auth = await startAuth(place);
		await signedInOwner(auth);
		const store = await look(engine, place);
		await sql`update credential set password = 'not a hash'`.execute(store.db);
		expect((await tryIn(auth.browser(), testOwner.password)).status).toBe(500);
		expect(await store.db.selectFrom('attempt').selectAll().execute()).toEqual([]);
	});
});

function tryIn(browser: TestBrowser, password: string): Promise<TestAnswer> {
	return browser.post('/sign-in', { email: testOwner.email, password });
}

async function tries(browser: TestBrowser, email: string, times: number): Promise<TestAnswer[]> {
	const answers: TestAnswer[] = [];
	for (let i = 0; i < times; i++) answers.push(await browser.post('/sign-in', { email, password: 'not the password' }));
	return answers;
}

function shown({ status, body, headers }: TestAnswer): unknown {
	const { requestId: _, ...rest } = body;
	return { status, rest, retryAfter: headers.get('retry-after'), cookies: headers.getSetCookie() };
}

/** The service's own tables, through a door of their own. */
function look(engine: TestEngine, place: TestPlace): Promise<AuthStore> {
	return engine.open<Tables>({ place, service: 'mana-auth', migrations });
}

async function onServer({ databaseUrl = '' }: TestPlace, statements: (name: string) => readonly string[]): Promise<void> {
	const url = new URL(databaseUrl);
	const name = url.pathname.slice(1);
	url.pathname = '/postgres';
	const client = new Client({ connectionString: url.href });
	await client.connect();
	for (const statement of statements(name)) await client.query(statement);
	await client.end();
}

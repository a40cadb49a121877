import { expect, test } from 'bun:test';
import { eachEngine } from '@mana/store/testing';
import { takeSecondStepAway } from './recover.ts';
import { signedInOwner, startAuth, type TestAnswer, type TestBrowser, TestClock, testOwner } from './testing.ts';
import { codes, listed, stepMs, withSecondStep } from './testing-second-step.ts';

const minuteMs = 60_000;

eachEngine('a second step', (engine) => {
	test('is switched on with a code, and asked after the password from then on', async () => {
		const clock = new TestClock();
		await using auth = await startAuth({ ...(await engine.place()), clock });
		const owner = await signedInOwner(auth);
		const begun = await owner.post('/second-factor');
		const code = codes(begun, clock);
		expect((await owner.get('/second-factor')).body).toEqual({ since: null, recoveryCodes: 0, removal: null });
		expect((await tryIn(auth.browser())).body['person']).toBeDefined();
		expect(refusal(await owner.send('PUT', '/second-factor', { code: await code(-3) }))).toEqual([401, 'wrong-code']);
		const recoveryCodes = listed(await owner.send('PUT', '/second-factor', { code: await code() }));
		expect(new Set(recoveryCodes).size).toBe(10);
		for (const one of recoveryCodes) expect(one).toMatch(/^[0-9a-hjkmnp-tv-z]{5}-[0-9a-hjkmnp-tv-z]{5}$/);
		expect((await owner.get('/second-factor')).body).toEqual({
			since: new Date(clock.now()).toISOString(),
			recoveryCodes: 10,
			removal: null,
		});
		expect(refusal(await owner.post('/second-factor'))).toEqual([409, 'second-factor-on']);

		const browser = auth.browser();
		const ticket = await firstStep(browser);
		expect((await browser.get('/session')).status).toBe(401);
		// It was used to switch this on, so it is used up.
		expect(refusal(await second(browser, ticket, await code()))).toEqual([401, 'wrong-code']);
		clock.advance(stepMs);
		const right = await code();
		expect((await second(browser, ticket, ` ${right.slice(0, 3)} ${right.slice(3)}`)).status).toBe(200);
		expect((await browser.get('/session')).status).toBe(200);
		clock.advance(stepMs);
		expect(refusal(await second(browser, ticket, await code()))).toEqual([403, 'ticket-invalid']);
		expect(refusal(await second(auth.browser(), 'guess', await code()))).toEqual([403, 'ticket-invalid']);
	});

	test('is taken away at the terminal for who has lost the app and the codes, and the log says so', async () => {
		const clock = new TestClock();
		const place = await engine.place();
		await using auth = await startAuth({ ...place, clock });
		const owner = await signedInOwner(auth);
		await expect(takeSecondStepAway({ ...place, env: {} }, testOwner.email)).rejects.toMatchObject({ code: 'second-factor-off' });
		const { code } = await withSecondStep(owner, clock);
		const waiting = auth.browser();
		const ticket = await firstStep(waiting);
		await takeSecondStepAway({ ...place, env: {} }, ` ${testOwner.email.toUpperCase()}`);
		expect(refusal(await second(waiting, ticket, await code()))).toEqual([403, 'ticket-invalid']);
		expect((await tryIn(auth.browser())).body['person']).toBeDefined();
		const { body } = await owner.get('/activity');
		expect(body['entries']).toContainEqual(expect.objectContaining({ kind: 'second-factor-off', address: 'terminal' }));
		await expect(takeSecondStepAway({ ...place, env: {} }, 'nobody@mana.example')).rejects.toMatchObject({
			code: 'person-unknown',
		});
	});

	test('takes each code once, with clocks that are half a minute apart, also when two come at once', async () => {
		const clock = new TestClock();
		await using auth = await startAuth({ ...(await engine.place()), clock });
		const { code } = await withSecondStep(await signedInOwner(auth), clock);
		for (const away of [-1, 1]) {
			clock.advance(3 * stepMs);
			const browser = auth.browser();
			expect((await second(browser, await firstStep(browser), await code(away))).status).toBe(200);
		}
		clock.advance(5 * stepMs);
		const browsers = Array.from({ length: 4 }, (_, i) => auth.browser(`198.51.100.${i}`));
		const tickets = await Promise.all(browsers.map(firstStep));
		const one = await code();
		const answers = await Promise.all(browsers.map((browser, i) => second(browser, tickets[i] ?? '', one)));
		expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401]);
		for (const away of [-2, 2]) {
			const browser = auth.browser('203.0.113.1');
			expect(refusal(await second(browser, await firstStep(browser), await code(away)))).toEqual([401, 'wrong-code']);
		}
	});

	test('opens to each recovery code once, however it is typed, and to none that was replaced', async () => {
		const clock = new TestClock();
		await using auth = await startAuth({ ...(await engine.place()), clock });
		const owner = await signedInOwner(auth);
		const { recoveryCodes } = await withSecondStep(owner, clock);
		const [first = '', other = ''] = recoveryCodes;
		const browser = auth.browser();
		expect((await second(browser, await firstStep(browser), ` ${first.toUpperCase().replace('-', ' ')} `)).status).toBe(200);
		expect((await owner.get('/second-factor')).body['recoveryCodes']).toBe(9);
		expect(refusal(await second(browser, await firstStep(browser), first))).toEqual([401, 'wrong-code']);
		const renewed = listed(await owner.post('/recovery-codes'));
		expect(renewed).toHaveLength(10);
		expect(refusal(await second(browser, await firstStep(browser), other))).toEqual([401, 'wrong-code']);
		expect((await second(browser, await firstStep(browser), renewed[9] ?? '')).status).toBe(200);
	});

	test('cannot be guessed: five tries in a quarter of an hour, a few dozen in a day from wherever', async () => {
		const clock = new TestClock();
		await using auth = await startAuth({ ...(await engine.place()), clock });
		const { code } = await withSecondStep(await signedInOwner(auth), clock);
		const home = auth.browser();
		expect((await second(home, await firstStep(home), await code())).status).toBe(200);
		const stranger = auth.browser('198.51.100.1');
		const ticket = await firstStep(stranger);
		const guesses = await Promise.all(Array.from({ length: 12 }, () => second(stranger, ticket, '000000')));
		expect(guesses.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(5);
		for (let guess = 0; guess < 5; guess++) await second(stranger, ticket, '000000');
		const locked = await second(stranger, ticket, await code());
		expect([refusal(locked), Number(locked.headers.get('retry-after')) > 60]).toEqual([[429, 'locked'], true]);
		for (let i = 2; i < 10; i++) {
			const browser = auth.browser(`198.51.100.${i}`);
			const pass = await firstStep(browser);
			for (let guess = 0; guess < 5; guess++) await second(browser, pass, '000000');
		}
		clock.advance(60 * minuteMs);
		const late = auth.browser('198.51.100.77');
		expect(refusal(await second(late, await firstStep(late), '000000'))).toEqual([429, 'locked']);
		// Where the person signs in from, none of this counts.
		expect((await second(home, await firstStep(home), await code())).status).toBe(200);
	});

	test('does not outlive its ten minutes, nor a password that was changed meanwhile', async () => {
		const clock = new TestClock();
		await using auth = await startAuth({ ...(await engine.place()), clock });
		const owner = await signedInOwner(auth);
		const { code } = await withSecondStep(owner, clock);
		const [slow, old] = [auth.browser('198.51.100.1'), auth.browser('198.51.100.2')];
		const slowTicket = await firstStep(slow);
		clock.advance(10 * minuteMs);
		expect(refusal(await second(slow, slowTicket, await code()))).toEqual([403, 'ticket-invalid']);
		const ticket = await firstStep(old);
		await owner.post('/proofs', { code: await code() });
		expect((await owner.post('/password', { password: 'analytical engine 1837' })).status).toBe(204);
		expect(refusal(await second(old, ticket, await code()))).toEqual([403, 'ticket-invalid']);
	});

	test('is switched off only by whoever proves themselves, with a code', async () => {
		const clock = new TestClock();
		await using auth = await startAuth({ ...(await engine.place()), clock });
		const owner = await signedInOwner(auth);
		const { code, recoveryCodes } = await withSecondStep(owner, clock);
		expect((await owner.get('/proofs')).body['methods']).toEqual(['code']);
		clock.advance(10 * minuteMs);
		for (const [method, path] of [
			['DELETE', '/second-factor'],
			['POST', '/recovery-codes'],
			['POST', '/second-factor'],
		] as const) {
			const { status, body } = await owner.send(method, path);
			expect([status, body['code'], body['methods']]).toEqual([403, 'proof-needed', ['code']]);
		}
		expect(refusal(await owner.post('/proofs', { password: testOwner.password }))).toEqual([403, 'proof-not-enough']);
		expect(refusal(await owner.post('/proofs', { code: '000000' }))).toEqual([401, 'wrong-code']);
		expect((await owner.post('/proofs', { code: await code() })).status).toBe(200);
		expect((await owner.send('DELETE', '/second-factor')).status).toBe(204);
		expect((await owner.get('/second-factor')).body).toEqual({ since: null, recoveryCodes: 0, removal: null });
		expect((await tryIn(auth.browser())).body['person']).toBeDefined();
		clock.advance(10 * minuteMs);
		expect(refusal(await owner.post('/proofs', { code: recoveryCodes[0] }))).toEqual([401, 'wrong-code']);
	});
});

eachEngine('a proof that it is you', (engine) => {
	test('is what signing in is for ten minutes, and the password after that', async () => {
		const clock = new TestClock();
		await using auth = await startAuth({ ...(await engine.place()), clock });
		const owner = await signedInOwner(auth);
		expect((await owner.post('/second-factor')).status).toBe(200);
		const later = new Date(clock.now() + 10 * minuteMs).toISOString();
		expect((await owner.get('/proofs')).body).toEqual({ methods: ['password'], until: later });
		clock.advance(10 * minuteMs);
		expect((await owner.get('/proofs')).body).toEqual({ methods: ['password'], until: null });
		expect(refusal(await owner.post('/second-factor'))).toEqual([403, 'proof-needed']);
		expect(refusal(await owner.post('/proofs', { password: 'not it' }))).toEqual([401, 'wrong-credentials']);
		expect(refusal(await owner.post('/proofs', { password: testOwner.password, code: '000000' }))).toEqual([
			422,
			'invalid-input',
		]);
		const other = auth.browser();
		await tryIn(other);
		expect(refusal(await owner.post('/second-factor'))).toEqual([403, 'proof-needed']);
		expect((await owner.post('/proofs', { password: testOwner.password })).status).toBe(200);
		expect((await owner.post('/second-factor')).status).toBe(200);
		// A clock that was ahead leaves nobody proven for as long.
		clock.advance(-2 * minuteMs);
		expect(refusal(await owner.post('/second-factor'))).toEqual([403, 'proof-needed']);
	});

	test('cannot be guessed by whoever finds an open browser', async () => {
		const clock = new TestClock();
		await using auth = await startAuth({ ...(await engine.place()), clock });
		const owner = await signedInOwner(auth);
		const answers: number[] = [];
		for (let i = 0; i < 6; i++) answers.push((await owner.post('/proofs', { password: `guess ${i}` })).status);
		expect(answers).toEqual([401, 401, 401, 401, 401, 429]);
		expect((await owner.get('/session')).status).toBe(200);
	});

	test('cannot be guessed by whoever has a copy of the session and many addresses', async () => {
		await using auth = await startAuth({ ...(await engine.place()), clock: new TestClock() });
		const owner = await signedInOwner(auth);
		const thief = owner.copy();
		const answers = new Map<number, number>();
		for (let i = 0; i < 25; i++) {
			thief.address = `192.0.2.${i + 100}`;
			const { status } = await thief.post('/proofs', { password: `guess ${i}` });
			answers.set(status, (answers.get(status) ?? 0) + 1);
		}
		expect(Object.fromEntries(answers)).toEqual({ 401: 20, 429: 5 });
		// The person is not locked out by it: who signs in anew has proven who they are.
		expect((await tryIn(auth.browser())).status).toBe(200);
	});
});

function tryIn(browser: TestBrowser): Promise<TestAnswer> {
	return browser.post('/sign-in', { email: testOwner.email, password: testOwner.password });
}

async function firstStep(browser: TestBrowser): Promise<string> {
	const { status, body } = await tryIn(browser);
	const step = body['secondStep'] as { ticket: string } | undefined;
	if (step === undefined) throw new Error(`No second step was asked for: ${status} ${JSON.stringify(body)}`);
	return step.ticket;
}

function second(browser: TestBrowser, ticket: string, code: string): Promise<TestAnswer> {
	return browser.post('/sign-in/second-step', { ticket, code });
}

function refusal({ status, body }: TestAnswer): unknown[] {
	return [status, body['code']];
}

import { afterEach, beforeEach, expect, test } from 'bun:test';
import { eachEngine } from '@mana/store/testing';
import { signedInMember, signedInOwner, startAuth, type TestAnswer, type TestBrowser, testOwner } from './testing.ts';
import { Mailbox, type Sent } from './testing-mailbox.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const mailed = 'lovelace@elsewhere.example';
const changed = 'analytical engine 1837';

let mailbox: Mailbox;
beforeEach(() => {
	mailbox = new Mailbox();
});
afterEach(() => mailbox.close());

eachEngine('an e-mail address', (engine) => {
	const begin = async () => {
		const place = await engine.place();
		mailbox.home = place.home;
		return startAuth({ ...place, clock: mailbox.clock, notify: mailbox.url });
	};

	test('is proven by the letter that comes with the account, once', async () => {
		await using auth = await begin();
		const owner = await signedInOwner(auth);
		const letter = await mailbox.next('verify-address');
		expect(letter.to).toEqual({ address: testOwner.email, language: 'en' });
		expect(letter.data).toMatchObject({ until: mailbox.clock.now() + 7 * dayMs });
		expect(letter.data.link).toStartWith('http://mana.localhost/confirm#token=');
		expect((await owner.get('/email')).body).toEqual({ address: testOwner.email, verified: false, pending: null });
		const answered = await confirm(auth.browser(), letter);
		expect(answered.body).toEqual({ did: 'verified', address: testOwner.email, reset: null });
		expect((await owner.get('/email')).body['verified']).toBe(true);
		expect(refusal(await confirm(auth.browser(), letter))).toEqual([403, 'link-invalid']);
		expect(refusal(await owner.post('/email/verification'))).toEqual([409, 'email-verified']);
	});

	test('gets the letter once more, and only the last one counts', async () => {
		await using auth = await begin();
		const owner = await signedInOwner(auth);
		const first = await mailbox.next('verify-address');
		let last = first;
		for (let i = 0; i < 4; i++) {
			expect((await owner.post('/email/verification')).status).toBe(204);
			last = await mailbox.next('verify-address');
		}
		expect(refusal(await owner.post('/email/verification'))).toEqual([429, 'locked']);
		expect(refusal(await confirm(auth.browser(), first))).toEqual([403, 'link-invalid']);
		mailbox.clock.advance(7 * dayMs);
		expect(refusal(await confirm(auth.browser(), last))).toEqual([403, 'link-invalid']);
	});

	test('is changed when the new one answers, and taken back from the old one for a week', async () => {
		await using auth = await begin();
		const owner = await signedInOwner(auth);
		expect(refusal(await owner.post('/email', { email: testOwner.email }))).toEqual([409, 'email-same']);
		expect((await owner.post('/email', { email: mailed })).status).toBe(204);
		const pending = { address: mailed, until: new Date(mailbox.clock.now() + dayMs).toISOString() };
		expect((await owner.get('/email')).body).toEqual({ address: testOwner.email, verified: false, pending });
		const letter = await mailbox.next('verify-address', mailed);
		expect((await confirm(auth.browser(), letter)).body['did']).toBe('changed');
		expect((await owner.get('/email')).body).toEqual({ address: mailed, verified: true, pending: null });
		expect((await signIn(auth.browser(), testOwner.email)).status).toBe(401);
		expect((await signIn(auth.browser(), mailed)).status).toBe(200);

		const warning = await mailbox.next('address-changed');
		expect([warning.to.address, warning.data.address]).toEqual([testOwner.email, mailed]);
		expect(warning.data.until).toBe(mailbox.clock.now() + 7 * dayMs);
		// Whoever did it goes further, to an address from which nothing may lead back.
		await owner.post('/email', { email: 'third@elsewhere.example' });
		await confirm(auth.browser(), await mailbox.next('verify-address', 'third@elsewhere.example'));
		const second = await mailbox.next('address-changed', mailed);
		mailbox.clock.advance(7 * dayMs - 1);
		const back = await confirm(auth.browser(), warning);
		expect([back.body['did'], back.body['address']]).toEqual(['taken-back', testOwner.email]);
		expect((await owner.get('/session')).body['code']).toBe('session-expired');
		expect(refusal(await confirm(auth.browser(), second))).toEqual([403, 'link-invalid']);
		const token = new URL(String(back.body['reset'])).hash.replace('#token=', '');
		expect((await auth.browser().post('/reset', { token, password: changed })).status).toBe(204);
		expect((await auth.browser().post('/sign-in', { email: testOwner.email, password: changed })).status).toBe(200);
	});

	test('is not taken from anybody, not even when two want it at once, and not without a proof', async () => {
		await using auth = await begin();
		const owner = await signedInOwner(auth);
		const member = await signedInMember(auth, owner, 'grace@mana.example');
		expect(refusal(await owner.post('/email', { email: 'grace@mana.example' }))).toEqual([409, 'email-taken']);
		for (const person of [owner, member]) expect((await person.post('/email', { email: mailed })).status).toBe(204);
		const letters = [await mailbox.next('verify-address', mailed), await mailbox.next('verify-address', mailed)];
		const answers = await Promise.all(letters.map((letter) => confirm(auth.browser(), letter)));
		expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
		mailbox.clock.advance(10 * minuteMs);
		expect(refusal(await owner.post('/email', { email: 'new@mana.example' }))).toEqual([403, 'proof-needed']);
	});
});

eachEngine('a forgotten password', (engine) => {
	test('is set anew by a letter, which proves the address, too', async () => {
		const place = await engine.place();
		mailbox.home = place.home;
		await using auth = await startAuth({ ...place, clock: mailbox.clock, notify: mailbox.url });
		await signedInOwner(auth);
		await mailbox.next('verify-address');
		// While mana-notify is away nothing is lost.
		mailbox.away = true;
		expect((await auth.browser().post('/forgotten', { email: ' ADA@mana.example ' })).status).toBe(204);
		const unknown = await auth.browser('198.51.100.9').post('/forgotten', { email: 'nobody@mana.example' });
		expect([unknown.status, unknown.body]).toEqual([204, {}]);
		await auth.close();
		mailbox.away = false;
		mailbox.clock.advance(5 * minuteMs);
		await using again = await startAuth({ ...place, clock: mailbox.clock, notify: mailbox.url });
		const letter = await mailbox.next('reset-password');
		expect(letter.to.address).toBe(testOwner.email);
		expect(mailbox.waiting).toBe(0);
		const token = new URL(letter.data.link).hash.replace('#token=', '');
		expect(letter.data.link).toStartWith('http://mana.localhost/reset#token=');
		expect((await again.browser().post('/reset', { token, password: changed })).status).toBe(204);
		expect(refusal(await again.browser().post('/reset', { token, password: changed }))).toEqual([403, 'reset-token-invalid']);
		const browser = again.browser();
		expect((await browser.post('/sign-in', { email: testOwner.email, password: changed })).status).toBe(200);
		expect((await browser.get('/email')).body['verified']).toBe(true);
	});

	test('makes few letters, for an address and for whoever asks, whether or not anybody has it', async () => {
		const place = await engine.place();
		mailbox.home = place.home;
		await using auth = await startAuth({ ...place, clock: mailbox.clock, notify: mailbox.url });
		await signedInOwner(auth);
		for (const email of [testOwner.email, 'nobody@mana.example']) {
			const statuses: number[] = [];
			for (let i = 0; i < 5; i++) statuses.push((await auth.browser(`198.51.100.${i}`).post('/forgotten', { email })).status);
			expect(statuses).toEqual([204, 204, 204, 204, 429]);
		}
	});
});

function confirm(browser: TestBrowser, letter: Sent): Promise<TestAnswer> {
	return browser.post('/email/confirmations', { token: new URL(letter.data.link).hash.replace('#token=', '') });
}

function signIn(browser: TestBrowser, email: string): Promise<TestAnswer> {
	return browser.post('/sign-in', { email, password: testOwner.password });
}

function refusal({ status, body }: TestAnswer): unknown[] {
	return [status, body['code']];
}

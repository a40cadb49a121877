import { expect, test } from 'bun:test';
import { eachEngine, type TestPlace } from '@mana/store/testing';
import { resetLink } from './recover.ts';
import { signedInOwner, startAuth, type TestAuth, type TestBrowser, TestClock, testOwner } from './testing.ts';

const changed = 'analytical engine 1837';

eachEngine('changing the password', (engine) => {
	test('needs a fresh proof, ends every other session and keeps this one', async () => {
		const clock = new TestClock();
		await using auth = await startAuth({ ...(await engine.place()), clock });
		const owner = await signedInOwner(auth);
		const phone = auth.browser();
		await signIn(phone, testOwner.password);
		clock.advance(10 * 60_000);
		expect((await owner.post('/password', { password: changed })).body['code']).toBe('proof-needed');
		await owner.post('/proofs', { password: testOwner.password });
		expect((await owner.post('/password', { password: 'short' })).body['code']).toBe('weak-password');
		expect((await owner.post('/password', { password: 'P4ssword2026!' })).body['code']).toBe('common-password');
		expect((await owner.post('/password', { password: changed })).status).toBe(204);
		expect((await owner.get('/session')).status).toBe(200);
		expect((await phone.get('/session')).body['code']).toBe('session-expired');
		expect((await signIn(auth.browser(), testOwner.password)).status).toBe(401);
		expect((await signIn(auth.browser(), changed)).status).toBe(200);
	});
});

eachEngine('recovering an account from the terminal', (engine) => {
	test('works without mail, once, ends every session and opens what was locked', async () => {
		const place = await engine.place();
		await using auth = await startAuth(place);
		const owner = await signedInOwner(auth);
		for (let i = 0; i < 6; i++) await signIn(auth.browser(), 'forgotten');
		expect((await signIn(auth.browser(), testOwner.password)).status).toBe(429);
		const token = await resetToken(auth, place, ' ADA@mana.example');
		const browser = auth.browser();
		expect((await browser.post('/reset', { token, password: 'short' })).body['code']).toBe('weak-password');
		expect((await browser.post('/reset', { token, password: testOwner.email })).body['code']).toBe('weak-password');
		expect((await browser.post('/reset', { token, password: 'P4ssword2026!' })).body['code']).toBe('common-password');
		expect((await browser.post('/reset', { token, password: changed })).status).toBe(204);
		expect((await owner.get('/session')).body['code']).toBe('session-expired');
		expect((await signIn(auth.browser(), changed)).status).toBe(200);
		expect((await signIn(auth.browser(), testOwner.password)).status).toBe(401);
		expect((await browser.post('/reset', { token, password: 'and once more' })).body['code']).toBe('reset-token-invalid');
	});

	test('knows no link but the last, and none that was never made', async () => {
		const place = await engine.place();
		await using auth = await startAuth(place);
		await signedInOwner(auth);
		const first = await resetToken(auth, place, testOwner.email);
		await resetToken(auth, place, testOwner.email);
		for (const token of [first, 'guess'])
			expect((await auth.browser().post('/reset', { token, password: changed })).body['code']).toBe('reset-token-invalid');
	});

	test('gives half an hour', async () => {
		const place = await engine.place();
		await using auth = await startAuth({ ...place, clock: { now: () => Date.now() + 31 * 60_000 } });
		await signedInOwner(auth);
		const token = await resetToken(auth, place, testOwner.email);
		expect((await auth.browser().post('/reset', { token, password: changed })).body['code']).toBe('reset-token-invalid');
	});

	test('works while mana-auth is off, and refuses an address nobody has', async () => {
		const place = await engine.place();
		const auth = await startAuth(place);
		await signedInOwner(auth);
		await auth.close();
		const token = await resetToken(auth, place, testOwner.email);
		await expect(resetToken(auth, place, 'nobody@mana.example')).rejects.toMatchObject({ code: 'person-unknown' });
		await expect(resetToken(auth, place, 'no address')).rejects.toMatchObject({ code: 'person-unknown' });
		await using again = await startAuth(place);
		expect((await again.browser().post('/reset', { token, password: changed })).status).toBe(204);
	});
});

function signIn(browser: TestBrowser, password: string) {
	return browser.post('/sign-in', { email: testOwner.email, password });
}

async function resetToken(auth: TestAuth, place: TestPlace, email: string): Promise<string> {
	const { link } = await resetLink({ ...place, publicUrl: auth.publicUrl, env: {} }, email);
	expect(link).toMatch(/^http:\/\/mana\.localhost\/reset#token=/);
	return new URL(link).hash.replace('#token=', '');
}

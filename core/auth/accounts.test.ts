import { describe, expect, test } from 'bun:test';
import { signedInMember, signedInOwner, startAuth, type TestBrowser, testOwner } from './testing.ts';

const nameOf = async (browser: TestBrowser) =>
	((await browser.get('/session')).body['person'] as { email: string } | undefined)?.email;
const idOf = async (browser: TestBrowser) => ((await browser.get('/session')).body['person'] as { id: string }).id;

describe('several accounts in one browser', () => {
	test('stand beside each other when that was asked for, and each can be gone on as', async () => {
		await using auth = await startAuth();
		const browser = await signedInOwner(auth);
		const [owner, grace] = [await idOf(browser), await idOf(await signedInMember(auth, browser, 'grace@mana.example'))];
		expect((await browser.post('/accounts')).status).toBe(204);
		await browser.post('/sign-in', { email: 'grace@mana.example', password: 'compiles in english' });
		expect(await nameOf(browser)).toBe('grace@mana.example');
		for (const [person, email] of [
			[owner, testOwner.email],
			[grace, 'grace@mana.example'],
		] as const) {
			expect((await browser.send('PUT', '/accounts/present', { person })).status).toBe(200);
			expect(await nameOf(browser)).toBe(email);
		}
		// Signing out ends the present one alone.
		await browser.post('/sign-out');
		expect(await nameOf(browser)).toBeUndefined();
		expect((await browser.send('PUT', '/accounts/present', { person: owner })).status).toBe(200);
		expect(await nameOf(browser)).toBe(testOwner.email);
		expect((await browser.send('PUT', '/accounts/present', { person: grace })).body['code']).toBe('account-unknown');
	});

	test('end with the next sign-in where that was not asked for', async () => {
		await using auth = await startAuth();
		const browser = await signedInOwner(auth);
		const owner = await idOf(browser);
		await signedInMember(auth, browser, 'grace@mana.example');
		await browser.post('/sign-in', { email: 'grace@mana.example', password: 'compiles in english' });
		expect((await browser.send('PUT', '/accounts/present', { person: owner })).body['code']).toBe('account-unknown');
	});

	test('one that was signed out elsewhere is not gone on as, and another browser has none of them', async () => {
		await using auth = await startAuth();
		const browser = await signedInOwner(auth);
		const owner = await idOf(browser);
		await signedInMember(auth, browser, 'grace@mana.example');
		await browser.post('/accounts');
		await browser.post('/sign-in', { email: 'grace@mana.example', password: 'compiles in english' });
		expect((await auth.browser().send('PUT', '/accounts/present', { person: owner })).status).toBe(404);
		const elsewhere = auth.browser();
		await elsewhere.post('/sign-in', { email: testOwner.email, password: testOwner.password });
		await elsewhere.send('DELETE', '/sessions');
		expect((await browser.send('PUT', '/accounts/present', { person: owner })).body['code']).toBe('account-unknown');
		expect(await nameOf(browser)).toBe('grace@mana.example');
	});
});

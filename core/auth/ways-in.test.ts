// What somebody leaves behind in an account that is not theirs, and how its owner gets rid of it all (see "Pre-hijacked accounts", USENIX
// Security 2022).
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import { eachEngine, type TestPlace } from '@mana/store/testing';
import { signedInOwner, startAuth, type TestAnswer, type TestAuth, type TestBrowser } from './testing.ts';
import { startApple, type TestApple } from './testing-apple.ts';
import { Mailbox } from './testing-mailbox.ts';
import { TestPasskey } from './testing-passkey.ts';
import { digest } from './instance-keys.ts';

const publicUrl = 'http://mana.localhost';
const victim = { email: 'grace@mana.example', password: 'compiles in english' };
const password = 'a nanosecond of wire';
const evil = 'mallory@evil.example';
const verifier = 'v'.repeat(64);

let mailbox: Mailbox;
let apple: TestApple;
beforeEach(() => {
	mailbox = new Mailbox();
});
afterEach(() => mailbox.close());
beforeAll(async () => {
	const mallory = { sub: '666.mallory', email: evil, firstName: 'Mallory', lastName: 'M.' };
	apple = await startApple(`${publicUrl}/api/mana-auth/identity-providers/apple/return`, [mallory], {
		now: () => mailbox.clock.now(),
	});
});
afterAll(() => apple.close());

eachEngine('an account that somebody else had', (engine) => {
	test('is not theirs any more once its owner has set a password by a letter that proves the address', async () => {
		await using house = await begin(await engine.place());
		const { auth } = house;
		const mallory = auth.browser('198.51.100.66');
		await mallory.post('/sign-up', { name: 'Grace', language: 'en', ...victim });
		const left = await leaveThings(house, mallory);
		await resetByLetter(auth);
		expect(await left.open()).toEqual([]);
		const grace = auth.browser();
		expect((await grace.post('/sign-in', { email: victim.email, password })).status).toBe(200);
		expect((await grace.get('/email')).body).toEqual({ address: victim.email, verified: true, pending: null });
		const { entries } = (await grace.get('/activity')).body as { entries: { kind: string; detail: object | null }[] };
		expect(entries.filter(({ kind }) => kind === 'passkey-removed' || kind === 'identity-unlinked')).toHaveLength(2);
	});

	test('whose address was proven before keeps its passkeys and linked accounts, and gives nothing else away', async () => {
		await using house = await begin(await engine.place());
		const { auth } = house;
		const thief = auth.browser('198.51.100.66');
		await thief.post('/sign-up', { name: 'Grace', language: 'en', ...victim });
		await confirm(auth, 'verify-address', victim.email);
		const left = await leaveThings(house, thief);
		await resetByLetter(auth);
		expect(await left.open()).toEqual(['passkey', 'account elsewhere']);
	});

	test('does not go to the address that a thief has asked for when its password is changed', async () => {
		await using house = await begin(await engine.place());
		const { auth } = house;
		const grace = auth.browser();
		await grace.post('/sign-up', { name: 'Grace', language: 'en', ...victim });
		const thief = auth.browser('198.51.100.66');
		await thief.post('/sign-in', victim);
		await thief.post('/email', { email: evil });
		// It has the letter already: what is not sent yet is not sent any more.
		const { data } = await mailbox.next('verify-address', evil);
		expect((await grace.post('/password', { password })).status).toBe(204);
		const late = await auth.browser().post('/email/confirmations', { token: tokenIn(data.link) });
		expect(late.body['code']).toBe('link-invalid');
		expect((await grace.get('/email')).body).toMatchObject({ address: victim.email, pending: null });
	});

	test('is free of them when the change of its address is taken back', async () => {
		await using house = await begin(await engine.place());
		const { auth } = house;
		const thief = auth.browser('198.51.100.66');
		await thief.post('/sign-up', { name: 'Grace', language: 'en', ...victim });
		await confirm(auth, 'verify-address', victim.email);
		const left = await leaveThings(house, thief);
		await left.takeAddress();
		const back = await confirm(auth, 'address-changed', victim.email);
		expect(back.body).toMatchObject({ did: 'taken-back', address: victim.email });
		expect(await left.open()).toEqual([]);
		const token = new URL(String(back.body['reset'])).hash.replace('#token=', '');
		expect((await auth.browser().post('/reset', { token, password })).status).toBe(204);
		expect((await auth.browser().post('/sign-in', { email: victim.email, password })).status).toBe(200);
	});
});

interface House extends AsyncDisposable {
	readonly auth: TestAuth;
	/** Software that people sign in to. */
	readonly software: { readonly id: string; readonly secret: string };
}

async function begin(place: TestPlace): Promise<House> {
	const auth = await startAuth({
		...place,
		clock: mailbox.clock,
		notify: mailbox.url,
		registration: 'open',
		env: { MANA_AUTH_PRIVATE_PROVIDERS: 'true' },
	});
	mailbox.home = auth.home;
	const owner = await signedInOwner(auth);
	const { issuer, clientId, key } = apple;
	const provider = { id: 'apple', kind: 'apple', name: 'Apple', issuer, clientId, key, trustsAddresses: false, domains: [] };
	expect((await owner.post('/identity-providers', provider)).status).toBe(200);
	const made = await owner.post('/software', { name: 'Wiki', redirectUris: ['https://wiki.example/'], keepsSecret: true });
	const { id } = made.body['software'] as { id: string };
	return {
		auth,
		software: { id, secret: String(made.body['secret']) },
		[Symbol.asyncDispose]: () => auth.close(),
	};
}

/** Leaves everything in an account by which one could come back. @returns what of it still opens it */
async function leaveThings({ auth, software }: House, intruder: TestBrowser) {
	const person = ((await intruder.get('/session')).body['person'] as { id: string }).id;
	const key = new TestPasskey(publicUrl);
	const options = (await intruder.post('/passkeys/options')).body;
	expect((await intruder.post('/passkeys', { name: 'Phone', answer: key.register(options) })).status).toBe(201);
	expect(await byApple(intruder, 'links')).toEqual({ linked: 'apple' });
	expect((await intruder.post('/app-passwords', { name: 'Mail', apps: ['todo'], access: 'write' })).status).toBe(201);
	const request = {
		client_id: software.id,
		redirect_uri: 'https://wiki.example/',
		response_type: 'code',
		scope: 'openid offline_access',
		code_challenge: digest(verifier),
		code_challenge_method: 'S256',
	};
	const { body } = await intruder.post('/oidc/decisions', { request, allow: true });
	const code = new URL(String(body['to'])).searchParams.get('code') ?? '';
	const form = { grant_type: 'authorization_code', code, redirect_uri: request.redirect_uri, code_verifier: verifier };
	const { refresh_token = '' } = (await (await oidc(form)).json()) as { refresh_token?: string };
	expect(refresh_token).not.toBe('');
	expect((await intruder.post('/email', { email: evil })).status).toBe(204);
	const change = await mailbox.next('verify-address', evil);
	const answerChange = () => auth.browser().post('/email/confirmations', { token: tokenIn(change.data.link) });
	return {
		takeAddress: answerChange,
		async open(): Promise<string[]> {
			const found: string[] = [];
			if ((await intruder.get('/session')).status === 200) found.push('session');
			const byKey = auth.browser('198.51.100.66');
			const asked = (await byKey.post('/sign-in/passkey-options')).body;
			if ((await byKey.post('/sign-in/passkey', { answer: key.sign(asked) })).status === 200) found.push('passkey');
			const elsewhere = auth.browser('198.51.100.66');
			await byApple(elsewhere, 'entries');
			const came = (await elsewhere.get('/session')).body['person'] as { id: string } | undefined;
			if (came?.id === person) found.push('account elsewhere');
			const refreshed = await oidc({ grant_type: 'refresh_token', refresh_token });
			if (refreshed.status === 200) found.push('software');
			if ((await answerChange()).status === 200) found.push('change of address');
			return found;
		},
	};

	function oidc(form: Record<string, string>): Promise<Response> {
		return fetch(`${auth.url}/oidc/token`, {
			method: 'POST',
			headers: { authorization: `Basic ${btoa(`${software.id}:${software.secret}`)}` },
			body: new URLSearchParams(form),
		});
	}

	async function byApple(browser: TestBrowser, what: 'links' | 'entries') {
		const { body } = await browser.post(`/identity-providers/apple/${what}`, what === 'entries' ? {} : undefined);
		const form = await apple.answer(String(body['to']), '666.mallory');
		const { headers } = await browser.get(`/identity-providers/apple/return?${form}`);
		return Object.fromEntries(new URLSearchParams(new URL(headers.get('location') ?? '').hash.slice(1)));
	}
}

async function resetByLetter(auth: TestAuth): Promise<void> {
	await auth.browser().post('/forgotten', { email: victim.email });
	const { data } = await mailbox.next('reset-password', victim.email);
	expect((await auth.browser().post('/reset', { token: tokenIn(data.link), password })).status).toBe(204);
}

async function confirm(auth: TestAuth, topic: string, address: string): Promise<TestAnswer> {
	const { data } = await mailbox.next(topic, address);
	return auth.browser().post('/email/confirmations', { token: tokenIn(data.link) });
}

function tokenIn(link: string): string {
	return new URL(link).hash.replace('#token=', '');
}

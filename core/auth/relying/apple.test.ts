// Sign in with Apple, against a fake that follows Apple's documentation: a form from another origin, a secret that we sign, a name once.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { generateKeyPairSync } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { signedInOwner, startAuth, type TestAuth, type TestBrowser, TestClock } from '../testing.ts';
import { startApple, type TestApple } from '../testing-apple.ts';
import { appleSecret } from './apple.ts';
import { answerIn } from './form-post.ts';

const publicUrl = 'http://mana.localhost';
const returnTo = `${publicUrl}/api/mana-auth/identity-providers/apple/return`;
const clock = new TestClock();
const accounts = [
	{ sub: '001.grace', email: 'grace@mana.example', firstName: 'Grace', lastName: 'Hopper' },
	{ sub: '002.relay', email: 'x1y2@privaterelay.appleid.com', firstName: 'Ada', lastName: 'L.' },
];

let apple: TestApple;
let auth: TestAuth;
let owner: TestBrowser;
beforeAll(async () => {
	apple = await startApple(returnTo, accounts, { now: () => clock.now() });
	auth = await startAuth({ clock, registration: 'open', env: { MANA_AUTH_PRIVATE_PROVIDERS: 'true' } });
	owner = await signedInOwner(auth);
	const { status, body } = await owner.post('/identity-providers', { ...input(), id: 'apple', kind: 'apple', key: apple.key });
	if (status !== 200) throw new Error(`Apple could not be added: ${JSON.stringify(body)}`);
});
afterAll(async () => {
	await auth.close();
	await apple.close();
});

test('somebody comes in with the name that Apple tells once, and is the same person when it is told no more', async () => {
	const first = auth.browser();
	expect(await travel(first, '001.grace')).toEqual({ come: 'apple', next: '/' });
	const { person } = (await first.get('/session')).body as { person: { id: string } };
	expect(person).toMatchObject({ name: 'Grace Hopper', email: 'grace@mana.example' });
	expect((await first.get('/email')).body).toMatchObject({ verified: true });
	const { to, form } = await asked(auth.browser(), '001.grace');
	expect(form.has('user')).toBe(false);
	expect(new URL(to).searchParams.get('response_mode')).toBe('form_post');
	const again = auth.browser();
	await travel(again, '001.grace');
	expect((await again.get('/session')).body['person']).toMatchObject({ id: person.id, name: 'Grace Hopper' });
});

test('an address that Apple made for this Mana alone is taken as one', async () => {
	const browser = auth.browser();
	await travel(browser, '002.relay');
	expect((await browser.get('/session')).body['person']).toMatchObject({
		name: 'Ada L.',
		email: 'x1y2@privaterelay.appleid.com',
	});
});

test('who cancels there is told so', async () => {
	expect(await travel(auth.browser(), null)).toMatchObject({ problem: 'identity-declined' });
});

test('the form of any page is only said again: without the cookie of who was sent there it opens nothing', async () => {
	const browser = auth.browser();
	const { form } = await asked(browser, '001.grace');
	// As a page of an attacker would send it, with all cookies of somebody else.
	const other = auth.browser();
	const passed = await post(other, form, 'https://evil.example');
	expect([passed.status, passed.headers.getSetCookie()]).toEqual([303, []]);
	expect(await follow(other, passed)).toMatchObject({ problem: 'identity-invalid' });
	expect((await other.get('/session')).status).toBe(401);
	// Signed in, it changes nothing either.
	const before = (await owner.get('/session')).body;
	expect(await follow(owner, await post(owner, form, 'https://evil.example'))).toMatchObject({ problem: 'identity-invalid' });
	expect((await owner.get('/session')).body).toEqual(before);
	expect((await owner.get('/identities')).body['identities']).toEqual([]);
	// And who was sent there still comes in by it.
	expect(await follow(browser, await post(browser, form, apple.issuer))).toMatchObject({ come: 'apple' });
});

test('nothing else may be posted from another origin, and a strange path leads nowhere else', async () => {
	const { form } = await asked(auth.browser(), '001.grace');
	for (const path of ['/identity-providers/apple/entries', '/identity-providers/apple/return/x', '/token', '/sign-in']) {
		const { status, body } = await auth.browser().send('POST', path, {}, { origin: 'https://evil.example' });
		expect([path, status, body['code']]).toEqual([path, 403, 'foreign-origin']);
	}
	const odd = await post(auth.browser(), form, 'https://evil.example', '/identity-providers/..%2F..%2F..%2Fsettings%3F/return');
	expect(odd.headers.get('location')).toStartWith(
		`${publicUrl}/api/mana-auth/identity-providers/..%2F..%2F..%2Fsettings%3F/return?`,
	);
});

test('nobody is sent from here to another house afterwards', async () => {
	for (const next of ['//evil.example', '/\\evil.example', '/\t/evil.example', '/\r\n/evil.example', 'https://evil.example']) {
		const { status, body } = await auth.browser().post('/identity-providers/apple/entries', { next });
		expect([next, status, body['code']]).toEqual([next, 422, 'invalid-input']);
	}
});

test('two providers have keys of their own: neither stands in the way of the other, nor speaks for it', async () => {
	await travel(auth.browser(), '001.grace');
	const second = { sub: '001.grace', email: 'alan@mana.example', firstName: 'Alan', lastName: 'Turing' };
	await using other = await startApple(returnTo.replace('/apple/', '/other/'), [second], { now: () => clock.now() });
	const { issuer, key } = other;
	const added = await owner.post('/identity-providers', { ...input(), issuer, key, id: 'other', kind: 'apple' });
	expect(added.status).toBe(200);
	const enter = async () => {
		const browser = auth.browser();
		const { body } = await browser.post('/identity-providers/other/entries', {});
		const said = await follow(
			browser,
			await post(browser, await other.answer(String(body['to']), second.sub), issuer, '/identity-providers/other/return'),
		);
		return { browser, said };
	};
	const { browser, said } = await enter();
	expect(said).toMatchObject({ come: 'other' });
	expect((await browser.get('/session')).body['person']).toMatchObject({ name: 'Alan Turing' });
	other.signWith(apple.keys);
	expect((await enter()).said).toMatchObject({ problem: 'identity-invalid' });
	expect(await travel(auth.browser(), '001.grace')).toMatchObject({ come: 'apple' });
});

test('an id token that is not for this sign-in, or not by Apple, is refused', async () => {
	const wrong: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
		'of another issuer': { iss: 'https://evil.example' },
		'for another client': { aud: 'example.other' },
		'for several': { aud: [apple.clientId, 'example.other'] },
		'of another sign-in': { nonce: 'another' },
		'without a nonce': { nonce: undefined },
		'over already': { exp: clock.now() / 1000 - 120 },
		'without an end': { exp: undefined },
		'of nobody': { sub: undefined },
	};
	for (const [what, change] of Object.entries(wrong)) {
		apple.spoil(change);
		expect([what, await travel(auth.browser('198.51.100.9'), '001.grace')]).toEqual([
			what,
			expect.objectContaining({ problem: expect.stringMatching(/^(identity-invalid|provider-unreachable)$/) }),
		]);
	}
	apple.spoil({});
	expect(await travel(auth.browser(), '001.grace')).toMatchObject({ come: 'apple' });
});

test('an answer says only what an answer may, and all of what stands there twice', () => {
	const form = new URLSearchParams('code=a&code=b&state=s&next=//evil.example&name=Eve&email=eve@mana.example');
	expect(String(answerIn(form))).toBe('code=a&code=b&state=s');
	const named = (user: unknown) =>
		answerIn(new URLSearchParams({ user: typeof user === 'string' ? user : JSON.stringify(user) })).get('name');
	expect(named({ name: { firstName: 'Grace', lastName: 'Hopper' }, email: 'grace@mana.example' })).toBe('Grace Hopper');
	expect(named({ name: { firstName: ' ', lastName: 'Hopper' } })).toBe('Hopper');
	expect(named({ name: { firstName: '💡'.repeat(100) } })).toBe('💡'.repeat(80));
	for (const user of ['', '{', 'null', '[]', { name: 'Grace' }, { name: { firstName: 1 } }, { name: null }])
		expect([user, named(user)]).toEqual([user, null]);
});

test('the key is asked for, judged, sealed, and told to nobody', async () => {
	const add = async (change: object) =>
		(await owner.post('/identity-providers', { ...input(), id: 'apple-2', kind: 'apple', ...change })).body['code'];
	expect(await add({})).toBe('signing-key-missing');
	expect(await add({ secret: 'told once' })).toBe('signing-key-missing');
	const pemOf = (key: { export(options: { format: 'pem'; type: 'pkcs8' }): string | Buffer }) =>
		key.export({ format: 'pem', type: 'pkcs8' }).toString();
	const wrong = {
		'no key': { pem: 'AuthKey_KEY0123456.p8' },
		'half a key': { pem: apple.key.pem.slice(0, 90) },
		'another curve': { pem: pemOf(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey) },
		'another kind of key': { pem: pemOf(generateKeyPairSync('ed25519').privateKey) },
		'a team ID that is none': { team: 'mana' },
		'a key ID that is none': { id: 'KEY-012345' },
	};
	for (const [what, change] of Object.entries(wrong))
		expect([what, await add({ key: { ...apple.key, ...change } })]).toEqual([what, 'invalid-input']);
	const listed = JSON.stringify((await owner.get('/identity-providers')).body);
	expect(listed).toContain('"hasSecret":true');
	for (const secret of [apple.key.id, apple.key.team, apple.key.pem.split('\n')[1] ?? '']) expect(listed).not.toContain(secret);
});

test('a key that is not the one at Apple is said of the provider, and another one puts it right', async () => {
	const change = (more: object) => owner.send('PUT', '/identity-providers/apple', { ...input(), ...more });
	expect((await change({ key: { ...apple.key, id: 'KEY9999999' } })).status).toBe(200);
	expect(await travel(auth.browser(), '001.grace')).toMatchObject({ problem: 'provider-unreachable' });
	expect((await change({ key: apple.key })).status).toBe(200);
	// Left out it stays as it is; a secret is none here.
	expect((await change({ secret: '' })).status).toBe(200);
	expect(await travel(auth.browser(), '001.grace')).toMatchObject({ come: 'apple' });
});

test('what is signed in the place of a secret is for Apple alone, and for minutes', async () => {
	const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const key = { team: 'TEAM012345', id: 'KEY0123456', pem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() };
	const secret = await appleSecret(JSON.stringify(key), 'example.mana', 'https://appleid.apple.com', clock.now());
	expect(decodeProtectedHeader(secret)).toEqual({ alg: 'ES256', kid: 'KEY0123456' });
	const { payload } = await jwtVerify(secret, publicKey, { currentDate: new Date(clock.now()) });
	const seconds = clock.now() / 1000;
	expect(payload).toEqual({
		iss: 'TEAM012345',
		sub: 'example.mana',
		aud: 'https://appleid.apple.com',
		iat: seconds,
		exp: seconds + 300,
	});
});

/** Is sent to Apple, and signs in there. */
async function asked(browser: TestBrowser, account: string | null) {
	const { status, body } = await browser.post('/identity-providers/apple/entries', {});
	if (status !== 200) throw new Error(`The way to Apple answered ${status}: ${JSON.stringify(body)}`);
	const to = String(body['to']);
	return { to, form: await apple.answer(to, account) };
}

/** As Apple's page does it in the browser: from its own origin, without the cookies of Mana, and then on by a GET that has them. */
async function travel(browser: TestBrowser, account: string | null) {
	return follow(browser, await post(browser, (await asked(browser, account)).form, apple.issuer));
}

function post({ address }: TestBrowser, form: URLSearchParams, origin: string, path = '/identity-providers/apple/return') {
	return fetch(`${auth.url}${path}`, {
		method: 'POST',
		redirect: 'manual',
		headers: { origin, 'x-forwarded-for': address },
		body: form,
	});
}

async function follow(browser: TestBrowser, passed: Response) {
	const next = new URL(passed.headers.get('location') ?? '');
	const { headers } = await browser.get(next.pathname.replace('/api/mana-auth', '') + next.search);
	return Object.fromEntries(new URLSearchParams(new URL(headers.get('location') ?? '').hash.slice(1)));
}

function input() {
	return { name: 'Apple', issuer: apple.issuer, clientId: apple.clientId, trustsAddresses: false, domains: [] };
}

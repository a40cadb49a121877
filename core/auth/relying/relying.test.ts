import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { eachEngine, type TestPlace } from '@mana/store/testing';
import { signedInMember, signedInOwner, startAuth, type TestAuth, type TestBrowser, TestClock, testOwner } from '../testing.ts';
import { Mailbox } from '../testing-mailbox.ts';
import { startProvider, type TestProvider } from '../testing-provider.ts';
import { withSecondStep } from '../testing-second-step.ts';
import { claimsIn } from './kinds.ts';

const publicUrl = 'http://mana.localhost';
const returnTo = `${publicUrl}/api/mana-auth/identity-providers/works/return`;
const accounts = {
	'g-1': { name: 'Grace Hopper', email: 'Grace@Mana.example', email_verified: true },
	'a-1': { name: 'Ada at work', email: testOwner.email, email_verified: true },
	'm-1': { name: 'Mallory', email: testOwner.email, email_verified: false },
	's-1': { name: 'Sam', email: 'sam@works.example', email_verified: true },
	'u-1': { name: 'Uma', email: 'uma@works.example', email_verified: false },
	'n-1': { name: 'Nobody <b>' },
};

let works: TestProvider;
beforeAll(async () => {
	works = await startProvider(returnTo, accounts);
});
afterAll(() => works.close());

eachEngine('signing in with an account elsewhere', (engine) => {
	test('links it once one is signed in, signs in by it, leaves it to the first, and takes it off again', async () => {
		await using house = await open(await engine.place());
		const { auth, owner } = house;
		const linked = await travel(owner, '/identity-providers/works/links', 'g-1');
		expect(linked).toEqual({ path: '/settings/security', said: { linked: 'works' } });
		const [identity] = await identitiesOf(owner);
		expect(identity).toMatchObject({ provider: 'works', name: 'Works', label: 'Grace@Mana.example' });
		const browser = auth.browser();
		const came = await travel(browser, '/identity-providers/works/entries', 'g-1', { next: '/todo' });
		expect(came).toEqual({ path: '/sign-in', said: { come: 'works', next: '/todo' } });
		expect((await browser.get('/session')).body['person']).toMatchObject({ email: testOwner.email });
		const other = await signedInMember(auth, owner, 'other@mana.example');
		const taken = await travel(other, '/identity-providers/works/links', 'g-1');
		expect(taken.said).toEqual({ problem: 'identity-taken', provider: 'works' });
		expect(await identitiesOf(other)).toEqual([]);
		expect((await owner.send('DELETE', `/identities/${identity?.id}`)).status).toBe(204);
		const again = await travel(auth.browser(), '/identity-providers/works/entries', 'g-1');
		expect(again.said).toEqual({ problem: 'identity-unknown', provider: 'works' });
	});

	test('lets people of a domain in, and who is invited, and nobody else', async () => {
		await using house = await open(await engine.place());
		const { auth, owner } = house;
		const sam = auth.browser();
		expect((await travel(sam, '/identity-providers/works/entries', 's-1')).said).toHaveProperty('come');
		expect((await sam.get('/session')).body['person']).toMatchObject({ name: 'Sam', email: 'sam@works.example', role: 'member' });
		expect((await sam.get('/email')).body).toMatchObject({ verified: true });
		// An address that nobody has proven opens nothing, whatever stands behind the @.
		const uma = await travel(auth.browser(), '/identity-providers/works/entries', 'u-1');
		expect(uma.said).toMatchObject({ problem: 'identity-unknown' });
		const { body } = await owner.post('/invitations', { role: 'guest' });
		const invitation = new URL(String(body['link'])).hash.replace('#token=', '');
		const invited = auth.browser();
		await travel(invited, '/identity-providers/works/entries', 'u-1', { invitation, language: 'de' });
		expect((await invited.get('/session')).body['person']).toMatchObject({ role: 'guest', language: 'de' });
		expect((await invited.get('/email')).body).toMatchObject({ verified: false });
		const used = await travel(auth.browser(), '/identity-providers/works/entries', 'g-1', { invitation });
		expect(used.said).toMatchObject({ problem: 'invitation-invalid' });
	});

	test('never leaves anybody without a way in', async () => {
		await using house = await open(await engine.place());
		const { auth } = house;
		const sam = auth.browser();
		await travel(sam, '/identity-providers/works/entries', 's-1');
		const [identity] = await identitiesOf(sam);
		const refused = await sam.send('DELETE', `/identities/${identity?.id}`);
		expect([refused.status, refused.body['code']]).toEqual([409, 'last-credential']);
		expect((await sam.post('/password', { password: 'a house on wheels' })).status).toBe(204);
		expect((await sam.send('DELETE', `/identities/${identity?.id}`)).status).toBe(204);
		const byPassword = await auth.browser().post('/sign-in', { email: 'sam@works.example', password: 'a house on wheels' });
		expect(byPassword.status).toBe(200);
	});

	test('gives the account to the person with its address only where the admin trusts that and both have proven it', async () => {
		await using house = await open(await engine.place());
		const { auth, owner } = house;
		const enter = async (account: string) => (await travel(auth.browser(), '/identity-providers/works/entries', account)).said;
		expect(await enter('a-1')).toMatchObject({ problem: 'identity-unknown' });
		await owner.send('PUT', '/identity-providers/works', { ...input(), trustsAddresses: true });
		// Ada has not answered the letter to this address: whoever made the account may be somebody else.
		expect(await enter('a-1')).toMatchObject({ problem: 'identity-unknown' });
		await house.prove(testOwner.email);
		expect(await enter('m-1')).toMatchObject({ problem: 'identity-unknown' });
		expect(await enter('a-1')).toMatchObject({ come: 'works' });
		expect(await identitiesOf(owner)).toHaveLength(1);
	});
});

describe('an answer of a provider', () => {
	test('that this browser did not ask for, that is of another one, changed, or used is refused', async () => {
		await using house = await open({});
		const { auth, owner } = house;
		await travel(owner, '/identity-providers/works/links', 'g-1');
		const begin = async () => {
			const browser = auth.browser();
			const { body } = await browser.post('/identity-providers/works/entries', {});
			return { browser, to: String(body['to']) };
		};
		const outcome = async (browser: TestBrowser, back: URL) => (await comeBack(browser, back)).said;
		const invalid = { problem: 'identity-invalid', provider: 'works' };

		const stolen = await begin();
		const answer = await works.signIn(stolen.to, 'g-1');
		expect(await outcome(auth.browser(), answer)).toEqual(invalid);

		// RFC 9207: an answer that another provider gave, or that hides who gave it.
		for (const change of ['https://evil.example', null]) {
			const { browser, to } = await begin();
			const back = await works.signIn(to, 'g-1');
			if (change === null) back.searchParams.delete('iss');
			else back.searchParams.set('iss', change);
			expect(await outcome(browser, back)).toEqual(invalid);
		}
		const other = await begin();
		const back = await works.signIn(other.to, 'g-1');
		back.pathname = back.pathname.replace('/works/', '/others/');
		expect(await outcome(other.browser, back)).toEqual({ ...invalid, provider: 'others' });

		const code = await begin();
		const forged = await works.signIn(code.to, 'g-1');
		forged.searchParams.set('code', 'guess');
		expect(await outcome(code.browser, forged)).toEqual(invalid);

		expect(await outcome(stolen.browser, answer)).toMatchObject({ come: 'works' });
		expect(await outcome(stolen.browser, answer)).toEqual(invalid);
	});

	test('that says no, or none at all, is told in words of its own', async () => {
		await using house = await open({});
		const { auth, owner } = house;
		const browser = auth.browser();
		const { body } = await browser.post('/identity-providers/works/entries', {});
		const { said } = await comeBack(browser, await works.decline(String(body['to'])));
		expect(said).toMatchObject({ problem: 'identity-declined' });
		const nameless = await travel(auth.browser(), '/identity-providers/works/entries', 'n-1', {
			invitation: new URL(String((await owner.post('/invitations', {})).body['link'])).hash.replace('#token=', ''),
		});
		expect(nameless.said).toMatchObject({ problem: 'identity-addressless' });
		await owner.send('PUT', '/identity-providers/works', { ...input(), secret: 'another' });
		const wrong = await travel(auth.browser(), '/identity-providers/works/entries', 'g-1');
		expect(wrong.said).toMatchObject({ problem: 'provider-unreachable' });
	});

	test('does not step over the second step, nor into an account that is shut out', async () => {
		await using house = await open({});
		const { auth, owner } = house;
		const sam = auth.browser();
		await travel(sam, '/identity-providers/works/entries', 's-1');
		const { code } = await withSecondStep(sam, house.clock);
		const browser = auth.browser();
		const { said } = await travel(browser, '/identity-providers/works/entries', 's-1');
		expect(Object.keys(said).sort()).toEqual(['expiresAt', 'next', 'ticket']);
		expect((await browser.get('/session')).status).toBe(401);
		expect((await browser.post('/sign-in/second-step', { ticket: said['ticket'], code: await code() })).status).toBe(200);
		const other = await signedInMember(auth, owner, 'other@mana.example');
		await travel(other, '/identity-providers/works/links', 'a-1');
		const shutOut = (await other.get('/session')).body['person'] as { id: string };
		await owner.send('PATCH', `/people/${shutOut.id}`, { suspended: true });
		expect((await travel(auth.browser(), '/identity-providers/works/entries', 'a-1')).said).toMatchObject({
			problem: 'suspended',
		});
	});
});

describe('a provider', () => {
	test('is added only when it tells what it is, at an address that this Mana may call', async () => {
		await using house = await open({});
		const { owner } = house;
		const add = async (change: object) =>
			(await owner.post('/identity-providers', { ...input(), id: 'new', kind: 'oidc', ...change })).body['code'];
		expect(await add({ issuer: `${works.issuer}/elsewhere` })).toBe('provider-unreachable');
		expect(await add({ issuer: undefined })).toBe('issuer-missing');
		expect(await add({ issuer: 'ftp://works.example' })).toBe('invalid-input');
		expect(await add({ id: 'works' })).toBe('provider-known');
		await using strict = await startAuth();
		const ada = await signedInOwner(strict);
		const inside = await ada.post('/identity-providers', { ...input(), id: 'works', kind: 'oidc' });
		expect([inside.status, inside.body['code']]).toEqual([502, 'provider-unreachable']);
	});

	test('that is taken out says first whom it leaves with a letter only; its secret is told to nobody', async () => {
		await using house = await open({});
		const { auth, owner } = house;
		await travel(auth.browser(), '/identity-providers/works/entries', 's-1');
		await travel(owner, '/identity-providers/works/links', 'g-1');
		const { body } = await owner.get('/identity-providers');
		expect((body['providers'] as object[])[0]).toMatchObject({ people: 2, peopleWithoutOther: 1, hasSecret: true, returnTo });
		expect(JSON.stringify(body)).not.toContain(works.secret);
		expect((await auth.browser().get('/status')).body['providers']).toEqual([{ id: 'works', kind: 'oidc', name: 'Works' }]);
		expect((await owner.send('DELETE', '/identity-providers/works')).status).toBe(204);
		expect(await identitiesOf(owner)).toEqual([]);
		expect((await auth.browser().get('/status')).body['providers']).toEqual([]);
	});
});

test('GitHub is asked by its API who came, and its number of the account counts, not its name', async () => {
	await using house = await open({});
	const { auth, owner } = house;
	let login = 'grace';
	const asked: string[] = [];
	// A GitHub Enterprise Server, as its documentation has it: no discovery, no id token.
	const github = Bun.serve({
		port: 0,
		hostname: '127.0.0.1',
		async fetch(request) {
			const { pathname } = new URL(request.url);
			if (pathname === '/login/oauth/access_token') {
				const form = new URLSearchParams(await request.text());
				asked.push(`${form.get('client_secret')} ${form.get('code')} ${(form.get('code_verifier') ?? '').length > 42}`);
				return Response.json({ access_token: 'gho_1', token_type: 'bearer', scope: 'read:user,user:email' });
			}
			if (request.headers.get('authorization') !== 'Bearer gho_1') return new Response(null, { status: 401 });
			if (pathname === '/api/v3/user') return Response.json({ id: 42, login, name: null });
			return Response.json([
				{ email: 'old@works.example', verified: true, primary: false },
				{ email: 'grace@works.example', verified: true, primary: true },
			]);
		},
	});
	const added = await owner.post('/identity-providers', {
		...input(),
		id: 'github',
		kind: 'github',
		issuer: github.url.origin,
		secret: 'told once',
	});
	expect(added.status).toBe(200);
	const enter = async () => {
		const browser = auth.browser();
		const { body } = await browser.post('/identity-providers/github/entries', {});
		const to = new URL(String(body['to']));
		expect([to.pathname, to.searchParams.get('scope'), to.searchParams.get('nonce')]).toEqual([
			'/login/oauth/authorize',
			'read:user user:email',
			null,
		]);
		const back = new URL(to.searchParams.get('redirect_uri') ?? '');
		back.search = String(new URLSearchParams({ code: 'c-1', state: to.searchParams.get('state') ?? '' }));
		await comeBack(browser, back);
		return (await browser.get('/session')).body['person'] as { readonly id: string };
	};
	const grace = await enter();
	expect(grace).toMatchObject({ name: 'grace', email: 'grace@works.example' });
	login = 'renamed';
	expect((await enter()).id).toBe(grace.id);
	expect(asked).toEqual(['told once c-1 true', 'told once c-1 true']);
	await github.stop(true);
});

test('an address counts as proven only where the provider says so', () => {
	expect(claimsIn({ sub: '1', email: 'a@b.example' }).emailProven).toBe(false);
	expect(claimsIn({ sub: '1', email: 'a@b.example', email_verified: 'false' }).emailProven).toBe(false);
	expect(claimsIn({ sub: '1', email: 'a@b.example', email_verified: 'true' }).emailProven).toBe(true);
});

interface House extends AsyncDisposable {
	readonly auth: TestAuth;
	readonly owner: TestBrowser;
	readonly clock: TestClock;
	/** Answers the letter that proves an address. */
	prove(address: string): Promise<void>;
}

/** A Mana whose owner has added a provider. */
async function open(place: Partial<TestPlace>): Promise<House> {
	const clock = new TestClock();
	const mailbox = new Mailbox();
	mailbox.clock = clock;
	const auth = await startAuth({
		...place,
		clock,
		notify: mailbox.url,
		env: { MANA_AUTH_PRIVATE_PROVIDERS: 'true' },
	});
	mailbox.home = auth.home;
	const owner = await signedInOwner(auth);
	const { status, body } = await owner.post('/identity-providers', { ...input(), id: 'works', kind: 'oidc' });
	if (status !== 200) throw new Error(`The provider could not be added: ${JSON.stringify(body)}`);
	return {
		auth,
		owner,
		clock,
		async prove(address) {
			const { data } = await mailbox.next('verify-address', address);
			await auth.browser().post('/email/confirmations', { token: new URL(data.link).hash.replace('#token=', '') });
		},
		async [Symbol.asyncDispose]() {
			await auth.close();
			await mailbox.close();
		},
	};
}

/** Goes to the provider and comes back. @returns the page that the browser ends at, and what is said to it */
async function travel(browser: TestBrowser, path: string, account: string, asked: object = {}) {
	const { status, body } = await browser.post(path, asked);
	if (status !== 200) throw new Error(`${path} answered ${status}: ${JSON.stringify(body)}`);
	return comeBack(browser, await works.signIn(String(body['to']), account));
}

/** Brings the answer of a provider to Mana. */
async function comeBack(browser: TestBrowser, { pathname, search }: URL) {
	const { headers } = await browser.get(pathname.replace('/api/mana-auth', '') + search);
	const at = new URL(headers.get('location') ?? '');
	return { path: at.pathname, said: Object.fromEntries(new URLSearchParams(at.hash.slice(1))) };
}

async function identitiesOf(browser: TestBrowser): Promise<readonly { readonly id: string }[]> {
	return (await browser.get('/identities')).body['identities'] as readonly { readonly id: string }[];
}

function input() {
	const { issuer, clientId, secret } = works;
	return { name: 'Works', issuer, clientId, secret, trustsAddresses: false, domains: ['works.example'] };
}

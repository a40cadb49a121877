import { expect, test } from 'bun:test';
import { Problem, serviceIdentity } from '@mana/service';
import { AppPasswords } from '@mana/service/app-passwords';
import { call, guard, verifier } from '@mana/service';
import { eachEngine } from '@mana/store/testing';
import { Hono } from 'hono';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resetLink } from './recover.ts';
import {
	signedInMember,
	signedInOwner,
	startAuth,
	type TestAnswer,
	type TestAuth,
	type TestBrowser,
	TestClock,
} from './testing.ts';

const minuteMs = 60_000;
const email = 'ada@mana.example';

eachEngine('an app password', (engine) => {
	test('opens its apps for the servers of these, is listed with its last use, and ends', async () => {
		const clock = new TestClock();
		await using auth = await startAuth({ ...(await engine.place()), clock });
		const owner = await signedInOwner(auth);
		const made = await make(owner, { name: ' Ada’s  phone ', apps: ['todo'] });
		const { secret, ...shown } = made.body as { secret: string; id: string };
		expect(made.status).toBe(201);
		expect(shown).toMatchObject({ name: 'Ada’s phone', apps: ['todo'], access: 'write', usedAt: null });
		expect(secret).toMatch(/^(?:[0-9a-hjkmnp-tv-z]{6}-){3}[0-9a-hjkmnp-tv-z]{6}$/);
		expect(JSON.stringify((await owner.get('/app-passwords')).body)).not.toContain(secret);

		clock.advance(minuteMs);
		const checks = new Checks(auth, clock);
		const granted = await checks.check({ email, password: secret });
		expect(granted.status).toBe(200);
		expect(granted.body).toMatchObject({ password: { name: 'Ada’s phone', access: 'write' }, person: { email } });
		// As people type what they read.
		expect(
			(
				await checks.check({
					email: 'ADA@mana.example',
					password: secret.toUpperCase().replaceAll('-', ' ').replaceAll('0', 'o'),
				})
			).status,
		).toBe(200);
		expect((await owner.get('/app-passwords')).body['passwords']).toEqual([
			expect.objectContaining({ id: shown.id, usedAt: new Date(clock.now()).toISOString() }),
		]);
		expect(refusal(await checks.check({ email, password: secret }, 'calendar-server'))).toEqual([403, 'app-password-scope']);
		expect(refusal(await checks.check({ email, password: secret }, 'mana-sync'))).toEqual([403, 'not-an-app']);
		expect(refusal(await checks.check({ email: 'grace@mana.example', password: secret }))).toEqual([401, 'wrong-credentials']);
		expect((await owner.post('/sign-in', { email, password: secret })).body['code']).toBe('wrong-credentials');

		expect((await owner.send('DELETE', `/app-passwords/${shown.id}`)).status).toBe(204);
		expect(refusal(await checks.check({ email, password: secret }))).toEqual([401, 'wrong-credentials']);
		expect(refusal(await owner.send('DELETE', `/app-passwords/${shown.id}`))).toEqual([404, 'app-password-unknown']);
	});

	test('is nobody else’s to see or to end, and goes with a person who is shut out or resets the password', async () => {
		const clock = new TestClock();
		const place = await engine.place();
		await using auth = await startAuth({ ...place, clock });
		const owner = await signedInOwner(auth);
		const grace = await signedInMember(auth, owner, 'grace@mana.example');
		const { secret, id } = (await make(grace, { name: 'Laptop', apps: ['todo'], access: 'read' })).body as {
			secret: string;
			id: string;
		};
		expect((await owner.get('/app-passwords')).body['passwords']).toEqual([]);
		expect(refusal(await owner.send('DELETE', `/app-passwords/${id}`))).toEqual([404, 'app-password-unknown']);
		const checks = new Checks(auth, clock);
		const who = { email: 'grace@mana.example', password: secret };
		const person = ((await grace.get('/session')).body['person'] as { id: string }).id;
		await owner.send('PATCH', `/people/${person}`, { suspended: true });
		expect(refusal(await checks.check(who))).toEqual([403, 'suspended']);
		await owner.send('PATCH', `/people/${person}`, { suspended: false });
		expect((await checks.check(who)).body['password']).toMatchObject({ access: 'read' });
		const { link } = await resetLink({ ...place, publicUrl: auth.publicUrl, env: {} }, who.email);
		const token = new URL(link).hash.replace('#token=', '');
		expect((await auth.browser().post('/reset', { token, password: 'compiles in plain english' })).status).toBe(204);
		expect(refusal(await checks.check(who))).toEqual([401, 'wrong-credentials']);
	});

	test('is not locked by wrong ones, while those are counted', async () => {
		const clock = new TestClock();
		await using auth = await startAuth({ ...(await engine.place()), clock });
		const owner = await signedInOwner(auth);
		const { secret } = (await make(owner, { name: 'Phone', apps: ['todo'] })).body as { secret: string };
		const checks = new Checks(auth, clock);
		const wrong = { email, password: 'aaaaaa-bbbbbb-cccccc-dddddd' };
		const codes = [];
		for (let tries = 0; tries < 11; tries++) codes.push((await checks.check(wrong)).body['code']);
		expect(codes).toEqual([...Array.from({ length: 10 }, () => 'wrong-credentials'), 'locked']);
		expect((await checks.check({ email, password: secret })).status).toBe(200);
	});

	test('has a name, opens something that there is, and there are not more than anybody has devices', async () => {
		await using auth = await startAuth(await engine.place());
		const owner = await signedInOwner(auth);
		for (const wanted of [
			{ name: '', apps: ['todo'] },
			{ name: 'x', apps: [] },
			{ name: 'x', apps: ['nothing'] },
			{ name: 'x', apps: ['todo'], access: 'own' },
		])
			expect(refusal(await make(owner, wanted))).toEqual([422, 'invalid-input']);
		for (let count = 0; count < 50; count++) await make(owner, { name: `Device ${count}`, apps: ['todo'] });
		expect(refusal(await make(owner, { name: 'One more', apps: ['todo'] }))).toEqual([409, 'app-passwords-full']);
	});
});

test('a server of an app asks mana-auth seldom, hears of an end within a minute, and acts by a token that only looks', async () => {
	const clock = new TestClock();
	await using auth = await startAuth({ clock });
	const owner = await signedInOwner(auth);
	const { secret, id } = (await make(owner, { name: 'Phone', apps: ['todo'] })).body as { secret: string; id: string };
	let asked = 0;
	const send = call();
	const passwords = new AppPasswords({
		addressOf: () => auth.url,
		identity: new Checks(auth, clock).identity('todo-server'),
		clock,
		fetch: Object.assign(
			(...args: Parameters<typeof fetch>) => {
				asked++;
				return send(...args);
			},
			{ preconnect: fetch.preconnect },
		),
	});
	const from = { address: '192.0.2.7', agent: 'DAVx5' };
	const check = (name: string, password: string) =>
		passwords.check(`Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`, from);
	const granted = await check(email, secret);
	await Promise.all([check(email, secret), check(email, secret)]);
	expect([granted.person.email, asked]).toEqual([email, 1]);

	const keys = `${auth.url}/jwks`;
	const app = new Hono()
		.use(guard(verifier({ keys, issuer: auth.publicUrl, audience: 'mana', clock })))
		.all('/', (c) => c.json(c.get('person')));
	const headers = { authorization: `Bearer ${granted.token}` };
	const looked = await app.request('/', { headers });
	expect(await looked.json()).toMatchObject({ email, actor: 'service:todo-server', session: `app-password:${id}` });
	await owner.send('DELETE', `/app-passwords/${id}`);
	clock.advance(minuteMs);
	await expect(check(email, secret)).rejects.toMatchObject({ code: 'wrong-credentials', status: 401 });
	for (const odd of [undefined, 'Bearer x', 'Basic', 'Basic !!!', `Basic ${btoa('nobody')}`, `Basic ${btoa(':x')}`])
		await expect(passwords.check(odd, from)).rejects.toMatchObject({ code: 'password-missing' });
	await expect(check('ada', 'x')).rejects.toMatchObject({ code: 'wrong-credentials' });
	await expect(check(email, 'x'.repeat(1_000))).rejects.toBeInstanceOf(Problem);
});

function make(browser: TestBrowser, wanted: object): Promise<TestAnswer> {
	return browser.post('/app-passwords', wanted);
}

function refusal({ status, body }: TestAnswer): [number, unknown] {
	return [status, body['code']];
}

/** What servers of apps ask. */
class Checks {
	readonly #auth: TestAuth;
	readonly #clock: TestClock;

	constructor(auth: TestAuth, clock: TestClock) {
		this.#auth = auth;
		this.#clock = clock;
	}

	identity(service: string) {
		const secret = readFileSync(join(this.#auth.home, 'secrets', 'instance'), 'utf8').trim();
		return serviceIdentity(() => secret, service, this.#clock);
	}

	async check(who: { readonly email: string; readonly password: string }, service = 'todo-server'): Promise<TestAnswer> {
		const authorization = `Bearer ${await this.identity(service).token('mana-auth')}`;
		const from = { address: '192.0.2.7', agent: 'DAVx5' };
		return this.#auth.browser().send('POST', '/app-password-checks', { ...who, ...from }, { authorization });
	}
}

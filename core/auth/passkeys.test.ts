import { expect, test } from 'bun:test';
import { eachEngine } from '@mana/store/testing';
import fc from 'fast-check';
import {
	signedInMember,
	signedInOwner,
	startAuth,
	type TestAnswer,
	type TestAuth,
	type TestBrowser,
	TestClock,
} from './testing.ts';
import { type Dishonesty, TestPasskey } from './testing-passkey.ts';

const minuteMs = 60_000;

eachEngine('a passkey', (engine) => {
	test('is made, listed, renamed, signs in and is removed', async () => {
		const clock = new TestClock();
		await using auth = await startAuth({ ...(await engine.place()), clock });
		const owner = await signedInOwner(auth);
		const key = new TestPasskey(auth.publicUrl);
		const options = (await owner.post('/passkeys/options')).body;
		expect(options['rp']).toEqual({ id: 'mana.localhost', name: 'Mana' });
		expect(options['authenticatorSelection']).toMatchObject({ residentKey: 'required', userVerification: 'required' });
		const made = await owner.post('/passkeys', { name: ' Ada’s  phone ', answer: key.register(options) });
		expect([made.status, made.body['name'], made.body['synced']]).toEqual([201, 'Ada’s phone', false]);
		expect(refusal(await add(owner, key))).toEqual([409, 'passkey-known']);
		const again = (await owner.post('/passkeys/options')).body['excludeCredentials'];
		expect(again).toEqual([expect.objectContaining({ id: key.id })]);

		clock.advance(minuteMs);
		const browser = auth.browser();
		const entered = await enter(browser, key);
		expect(entered.body['person']).toMatchObject({ email: 'ada@mana.example' });
		expect((await browser.get('/session')).status).toBe(200);
		expect((await browser.send('PATCH', `/passkeys/${key.id}`, { name: 'Old phone' })).status).toBe(204);
		const { passkeys } = (await browser.get('/passkeys')).body;
		expect(passkeys).toEqual([expect.objectContaining({ name: 'Old phone', usedAt: new Date(clock.now()).toISOString() })]);

		const member = await signedInMember(auth, owner, 'grace@mana.example');
		expect((await member.get('/passkeys')).body['passkeys']).toEqual([]);
		for (const method of ['PATCH', 'DELETE'])
			expect(
				refusal(await member.send(method, `/passkeys/${key.id}`, method === 'PATCH' ? { name: 'Mine' } : undefined)),
			).toEqual([404, 'passkey-unknown']);
		expect((await browser.send('DELETE', `/passkeys/${key.id}`)).status).toBe(204);
		expect(refusal(await enter(auth.browser(), key))).toEqual([401, 'passkey-invalid']);
	});

	test('is refused when it comes from elsewhere, a second time, late, unasked or changed', async () => {
		const clock = new TestClock();
		await using auth = await startAuth({ ...(await engine.place()), clock });
		const owner = await signedInOwner(auth);
		const key = new TestPasskey(auth.publicUrl);
		const bad: readonly Dishonesty[] = [
			{ origin: 'https://evil.example' },
			{ origin: 'http://mana.localhost.evil.example' },
			{ domain: 'evil.example' },
			{ unverified: true },
			{ challenge: 'AAAA' },
			{ challenge: Buffer.alloc(54).toString('base64url') },
		];
		for (const how of [...bad, { type: 'webauthn.get' }])
			expect([how, refusal(await add(owner, key, how))]).toEqual([how, [401, 'passkey-invalid']]);
		expect((await add(owner, key)).status).toBe(201);

		let visitor = 0;
		// Each from an address of its own, since what is tested here is not how often it may be tried.
		const stranger = () => auth.browser(`198.51.100.${visitor++}`);
		for (const how of [...bad, { type: 'webauthn.create' }, { userHandle: 'c29tZWJvZHk' }])
			expect([how, refusal(await enter(stranger(), key, how))]).toEqual([how, [401, 'passkey-invalid']]);
		const options = (await stranger().post('/sign-in/passkey-options')).body;
		const forProof = (await owner.post('/proofs/passkey-options')).body;
		expect(refusal(await stranger().post('/sign-in/passkey', { answer: key.sign(forProof) }))).toEqual([401, 'passkey-invalid']);
		expect(refusal(await owner.post('/proofs', { passkey: key.sign(options) }))).toEqual([401, 'passkey-invalid']);
		const answer = key.sign(options);
		expect(refusal(await stranger().post('/sign-in/passkey', { answer: changed(answer) }))).toEqual([401, 'passkey-invalid']);
		expect((await stranger().post('/sign-in/passkey', { answer })).status).toBe(200);
		expect(refusal(await stranger().post('/sign-in/passkey', { answer }))).toEqual([401, 'passkey-invalid']);
		// The same challenge, signed anew with a counter that went on.
		expect(refusal(await stranger().post('/sign-in/passkey', { answer: key.sign(options) }))).toEqual([401, 'passkey-invalid']);
		const slow = (await stranger().post('/sign-in/passkey-options')).body;
		clock.advance(10 * minuteMs);
		expect(refusal(await stranger().post('/sign-in/passkey', { answer: key.sign(slow) }))).toEqual([401, 'passkey-invalid']);
		// A copy of the key has been used elsewhere: this one is behind.
		expect(refusal(await enter(stranger(), key, { counter: 1 }))).toEqual([401, 'passkey-invalid']);
		expect((await enter(stranger(), key)).status).toBe(200);
	});

	test('signs in once when its answer comes many times at once', async () => {
		await using auth = await startAuth(await engine.place());
		const owner = await signedInOwner(auth);
		const key = new TestPasskey(auth.publicUrl);
		await add(owner, key);
		const answer = key.sign((await auth.browser().post('/sign-in/passkey-options')).body);
		const answers = await Promise.all(
			Array.from({ length: 5 }, (_, i) => auth.browser(`198.51.100.${i}`).post('/sign-in/passkey', { answer })),
		);
		expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
		expect(answers.filter(({ status }) => status === 401)).toHaveLength(4);
	});

	test('is both steps of signing in, and a proof; somebody else’s is none', async () => {
		const clock = new TestClock();
		await using auth = await startAuth({ ...(await engine.place()), clock });
		const owner = await signedInOwner(auth);
		const member = await signedInMember(auth, owner, 'grace@mana.example');
		const [key, others] = [new TestPasskey(auth.publicUrl), new TestPasskey(auth.publicUrl)];
		await add(owner, key);
		await add(member, others);
		clock.advance(10 * minuteMs);
		expect((await owner.get('/proofs')).body).toEqual({ methods: ['password', 'passkey'], until: null });
		for (const [method, path] of [
			['POST', '/passkeys/options'],
			['DELETE', `/passkeys/${key.id}`],
		] as const)
			expect(refusal(await owner.send(method, path))).toEqual([403, 'proof-needed']);
		const options = (await owner.post('/proofs/passkey-options')).body;
		expect(options['allowCredentials']).toEqual([expect.objectContaining({ id: key.id })]);
		expect(refusal(await owner.post('/proofs', { passkey: others.sign(options) }))).toEqual([401, 'passkey-invalid']);
		expect((await owner.post('/proofs', { passkey: key.sign(options) })).body['until']).not.toBeNull();
		expect((await owner.post('/passkeys/options')).status).toBe(200);
	});
});

test('no passkey answer with a changed byte is believed', async () => {
	const clock = new TestClock();
	await using auth: TestAuth = await startAuth({ clock });
	const owner = await signedInOwner(auth);
	const key = new TestPasskey(auth.publicUrl);
	await add(owner, key);
	const answer = key.sign((await auth.browser().post('/sign-in/passkey-options')).body);
	let visitor = 0;
	const part = fc.constantFrom('clientDataJSON', 'authenticatorData', 'signature', 'userHandle');
	await fc.assert(
		fc.asyncProperty(part, fc.nat(), fc.integer({ min: 1, max: 255 }), async (name, at, flip) => {
			const bytes = Buffer.from(answer.response[name], 'base64url');
			bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ flip;
			const altered = { ...answer, response: { ...answer.response, [name]: bytes.toString('base64url') } };
			visitor++;
			const browser = auth.browser(`10.0.${visitor >> 8}.${visitor & 255}`);
			expect(refusal(await browser.post('/sign-in/passkey', { answer: altered }))).toEqual([401, 'passkey-invalid']);
		}),
		{ numRuns: 60 },
	);
	expect((await auth.browser().post('/sign-in/passkey', { answer })).status).toBe(200);
});

async function add(browser: TestBrowser, key: TestPasskey, how: Dishonesty = {}): Promise<TestAnswer> {
	const options = (await browser.post('/passkeys/options')).body;
	return browser.post('/passkeys', { name: 'Key', answer: key.register(options, how) });
}

async function enter(browser: TestBrowser, key: TestPasskey, how: Dishonesty = {}): Promise<TestAnswer> {
	const options = (await browser.post('/sign-in/passkey-options')).body;
	return browser.post('/sign-in/passkey', { answer: key.sign(options, how) });
}

function changed(answer: ReturnType<TestPasskey['sign']>) {
	const signature = Buffer.from(answer.response.signature, 'base64url');
	signature[20] = (signature[20] ?? 0) ^ 1;
	return { ...answer, response: { ...answer.response, signature: signature.toString('base64url') } };
}

function refusal({ status, body }: TestAnswer): unknown[] {
	return [status, body['code']];
}

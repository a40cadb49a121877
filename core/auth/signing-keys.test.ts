import { expect, test } from 'bun:test';
import { verifier } from '@mana/service';
import { eachEngine, type TestEngine, type TestPlace } from '@mana/store/testing';
import { decodeJwt, decodeProtectedHeader, type JSONWebKeySet } from 'jose';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { migrations } from './migrations.ts';
import type { AuthStore, Tables } from './store.ts';
import { signedInOwner, startAuth, type TestAuth, TestClock, testOwner } from './testing.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

eachEngine('an access token', (engine) => {
	test('says who acts, for ten minutes, and is checked by the guard that every service uses', async () => {
		const clock = new TestClock();
		await using auth = await startAuth({ ...(await engine.place()), clock });
		const owner = await signedInOwner(auth);
		const token = await owner.token();
		expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'EdDSA', typ: 'JWT' });
		const { person, session } = (await owner.get('/session')).body as { person: { id: string }; session: { id: string } };
		expect(decodeJwt(token)).toEqual({
			sub: person.id,
			sid: session.id,
			name: testOwner.name,
			email: testOwner.email,
			role: 'owner',
			tier: 'public',
			iss: auth.publicUrl,
			aud: 'mana',
			iat: clock.now() / 1000,
			exp: clock.now() / 1000 + 600,
		});
		const verify = verifierOf(auth, clock);
		expect(await verify(token)).toMatchObject({ id: person.id, session: session.id, role: 'owner' });
		clock.advance(11 * minuteMs);
		await expect(verify(token)).rejects.toMatchObject({ code: 'token-expired' });
	});

	test('carries a changed name from the next one on', async () => {
		await using auth = await startAuth(await engine.place());
		const owner = await signedInOwner(auth);
		await owner.send('PATCH', '/person', { name: 'Augusta  Ada ', language: 'de-at' });
		expect(decodeJwt(await owner.token())).toMatchObject({ name: 'Augusta Ada' });
		expect((await owner.get('/session')).body['person']).toMatchObject({ name: 'Augusta Ada', language: 'de-AT' });
	});
});

eachEngine('the signing keys', (engine) => {
	test('give way to new ones that were published a day before, while every living token stays valid', async () => {
		const clock = new TestClock();
		await using auth = await startAuth({ ...(await engine.place()), clock });
		const owner = await signedInOwner(auth);
		const [first] = await publishedIds(auth);
		clock.advance(29 * dayMs + minuteMs);
		const announced = await publishedIds(auth);
		expect(announced).toHaveLength(2);
		expect(announced[0]).toBe(first ?? '');
		const old = await owner.token();
		expect(decodeProtectedHeader(old).kid).toBe(first ?? '');
		clock.advance(dayMs - 2 * minuteMs);
		const last = await owner.token();
		expect(decodeProtectedHeader(last).kid).toBe(first ?? '');
		clock.advance(2 * minuteMs);
		const fresh = await owner.token();
		expect(decodeProtectedHeader(fresh).kid).toBe(announced[1] ?? '');
		const verify = verifierOf(auth, clock);
		expect(await verify(last)).toMatchObject({ role: 'owner' });
		expect(await verify(fresh)).toMatchObject({ role: 'owner' });
		clock.advance(15 * minuteMs);
		expect(await publishedIds(auth)).toEqual(announced.slice(1));
	});

	test('sign also after a clock that was years ahead was put right', async () => {
		const clock = new TestClock();
		clock.advance(1000 * dayMs);
		await using auth = await startAuth({ ...(await engine.place()), clock });
		const owner = await signedInOwner(auth);
		clock.advance(-1000 * dayMs);
		expect(await verifierOf(auth, clock)(await owner.token())).toMatchObject({ role: 'owner' });
	});

	test('are new at once when the last one ended while Mana was off', async () => {
		const clock = new TestClock();
		const place = await engine.place();
		const before = await startAuth({ ...place, clock });
		await signedInOwner(before);
		const old = await publishedIds(before);
		await before.close();
		clock.advance(100 * dayMs);
		await using after = await startAuth({ ...place, clock });
		const browser = after.browser();
		await browser.post('/sign-in', { email: testOwner.email, password: testOwner.password });
		expect(await verifierOf(after, clock)(await browser.token())).toMatchObject({ role: 'owner' });
		expect(await publishedIds(after)).not.toContain(old[0] ?? '');
	});

	test('outlive a restart', async () => {
		const place = await engine.place();
		const clock = new TestClock();
		const before = await startAuth({ ...place, clock });
		const token = await (await signedInOwner(before)).token();
		await before.close();
		await using after = await startAuth({ ...place, clock });
		expect(await verifierOf(after, clock)(token)).toMatchObject({ role: 'owner' });
	});

	test('show their private half neither to callers nor to readers of the database', async () => {
		const place = await engine.place();
		await using auth = await startAuth(place);
		const { body } = await auth.browser().get('/jwks');
		expect(Object.keys((body['keys'] as object[])[0] ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
		const store = await look(engine, place);
		const row = await store.db.selectFrom('signing_key').selectAll().executeTakeFirstOrThrow();
		// A PKCS #8 Ed25519 key begins with these bytes.
		const prefix = Buffer.from('302e020100300506032b6570', 'hex');
		expect(Buffer.from(row.sealed).includes(prefix)).toBe(false);
		expect(row.public_jwk).not.toContain('"d"');
	});

	test('are replaced when the secret that sealed them is gone', async () => {
		const place = await engine.place();
		const before = await startAuth(place);
		const old = await publishedIds(before);
		const owner = await signedInOwner(before);
		await before.close();
		await rm(join(place.home, 'secrets', 'instance'));
		await using after = await startAuth(place);
		expect(await publishedIds(after)).not.toEqual(old);
		const browser = after.browser();
		for (const [name, value] of owner.cookies) browser.cookies.set(name, value);
		expect((await browser.get('/session')).body['code']).toBe('not-signed-in');
		expect((await browser.post('/sign-in', { email: testOwner.email, password: testOwner.password })).status).toBe(200);
	});
});

async function publishedIds(auth: TestAuth): Promise<string[]> {
	const { body } = await auth.browser().get('/jwks');
	return (body as unknown as JSONWebKeySet).keys.map((key) => key.kid ?? '');
}

function verifierOf(auth: TestAuth, clock: TestClock): ReturnType<typeof verifier> {
	return verifier({ keys: `${auth.url}/jwks`, issuer: auth.publicUrl, audience: 'mana', clock });
}

function look(engine: TestEngine, place: TestPlace): Promise<AuthStore> {
	return engine.open<Tables>({ place, service: 'mana-auth', migrations });
}

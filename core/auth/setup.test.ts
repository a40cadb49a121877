import { expect, test } from 'bun:test';
import { eachEngine, type TestEngine, type TestPlace } from '@mana/store/testing';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { migrations } from './migrations.ts';
import { setupLinkFile } from './setup.ts';
import type { AuthStore, Tables } from './store.ts';
import { signedInOwner, startAuth, testOwner } from './testing.ts';

eachEngine('setting up', (engine) => {
	test('takes the link that stands in a file only this user can read', async () => {
		await using auth = await startAuth(await engine.place());
		const file = setupLinkFile(auth.home);
		expect(await readFile(file, 'utf8')).toMatch(/^http:\/\/mana\.localhost\/setup#token=[\w-]{43}\n$/);
		expect((await stat(file)).mode & 0o777).toBe(0o600);
		expect((await auth.browser().get('/status')).body).toMatchObject({ setup: 'needed', registration: 'invitation', name: null });
		const owner = await signedInOwner(auth);
		expect((await owner.get('/session')).body['person']).toMatchObject({ ...withoutPassword(), role: 'owner' });
		expect((await auth.browser().get('/status')).body).toMatchObject({ setup: 'done' });
		expect(existsSync(file)).toBe(false);
	});

	test('is not for whoever comes first', async () => {
		await using auth = await startAuth({ ...(await engine.place()), registration: 'open' });
		const browser = auth.browser();
		for (const token of ['guess', 'x'.repeat(43)]) {
			const { status, body } = await browser.post('/setup', { token, ...testOwner });
			expect([status, body['code']]).toEqual([403, 'setup-token-invalid']);
		}
		const { status, body } = await browser.post('/sign-up', testOwner);
		expect([status, body['code']]).toEqual([409, 'setup-needed']);
	});

	test('works once', async () => {
		await using auth = await startAuth(await engine.place());
		const token = await auth.setupToken();
		await signedInOwner(auth);
		const { status, body } = await auth.browser().post('/setup', { token, ...testOwner, email: 'eve@mana.example' });
		expect([status, body['code']]).toEqual([409, 'setup-done']);
	});

	test('makes one owner when many come with the link at the same moment', async () => {
		const place = await engine.place();
		await using auth = await startAuth(place);
		const token = await auth.setupToken();
		const answers = await Promise.all(
			Array.from({ length: 8 }, (_, i) =>
				auth.browser().post('/setup', { token, ...testOwner, email: `owner${i}@mana.example` }),
			),
		);
		expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
		const store = await look(engine, place);
		expect(await store.db.selectFrom('person').select('role').execute()).toEqual([{ role: 'owner' }]);
	});

	test('keeps the link when the answers do not fit, and says which rule they break', async () => {
		await using auth = await startAuth(await engine.place());
		const token = await auth.setupToken();
		const set = (change: object) => auth.browser().post('/setup', { token, ...testOwner, ...change });
		expect((await set({ password: 'short' })).body).toMatchObject({
			code: 'weak-password',
			detail: 'A password needs at least 10 characters; this has 5.',
		});
		expect((await set({ password: 'x'.repeat(129) })).body).toMatchObject({ code: 'weak-password' });
		expect((await set({ password: 'aaaaaaaaaaaaaa' })).body).toMatchObject({ code: 'weak-password' });
		expect((await set({ password: 'ADA@mana.example' })).body).toMatchObject({ code: 'weak-password' });
		expect((await set({ password: 'P4ssword2026!' })).body['code']).toBe('common-password');
		expect((await set({ email: 'ada' })).body).toMatchObject({ code: 'invalid-input', fields: [{ field: 'email' }] });
		expect((await set({ name: '  ' })).body).toMatchObject({ code: 'invalid-input', fields: [{ field: 'name' }] });
		expect((await set({ name: '<b>Ada</b>' })).body).toMatchObject({ fields: [{ field: 'name' }] });
		expect((await set({ language: 'not a language' })).body).toMatchObject({ fields: [{ field: 'language' }] });
		expect((await set({ password: '🦊🦊🦊 und noch ein Fuchs' })).status).toBe(200);
	});

	test('gives a new link at each start, and the old one ends', async () => {
		const place = await engine.place();
		const first = await startAuth(place);
		const old = await first.setupToken();
		await first.close();
		await using auth = await startAuth(place);
		expect(await auth.setupToken()).not.toBe(old);
		const { body } = await auth.browser().post('/setup', { token: old, ...testOwner });
		expect(body['code']).toBe('setup-token-invalid');
		await signedInOwner(auth);
	});

	test('is over for good: a restart with an owner makes no link', async () => {
		const place = await engine.place();
		const first = await startAuth(place);
		await signedInOwner(first);
		await first.close();
		await using auth = await startAuth(place);
		expect(existsSync(setupLinkFile(auth.home))).toBe(false);
		const store = await look(engine, place);
		expect(await store.db.selectFrom('one_time_link').selectAll().where('kind', '=', 'setup').execute()).toEqual([]);
	});

	test('keeps no secret in the database as it stands in the link', async () => {
		const place = await engine.place();
		await using auth = await startAuth(place);
		const token = await auth.setupToken();
		const store = await look(engine, place);
		const rows = await store.db.selectFrom('one_time_link').selectAll().execute();
		expect(rows).toHaveLength(1);
		expect(JSON.stringify(rows)).not.toContain(token);
	});

	test('slows guessing of links down', async () => {
		await using auth = await startAuth(await engine.place());
		const browser = auth.browser();
		const answers: number[] = [];
		for (let i = 0; i < 21; i++) answers.push((await browser.post('/setup', { token: `guess ${i}`, ...testOwner })).status);
		expect(answers.slice(0, 20).every((status) => status === 403)).toBe(true);
		expect(answers[20]).toBe(429);
	});
});

function withoutPassword(): object {
	const { password: _, ...rest } = testOwner;
	return rest;
}

function look(engine: TestEngine, place: TestPlace): Promise<AuthStore> {
	return engine.open<Tables>({ place, service: 'mana-auth', migrations });
}

import { expect, test } from 'bun:test';
import { eachEngine } from '@mana/store/testing';
import { signedInMember, signedInOwner, startAuth, type TestBrowser, TestClock } from './testing.ts';

const dayMs = 24 * 60 * 60_000;
const grace = { name: 'Grace Hopper', email: 'grace@mana.example', password: 'compiles in english' } as const;

eachEngine('joining', (engine) => {
	test('is closed unless the owner opened it', async () => {
		await using auth = await startAuth({ ...(await engine.place()), registration: 'closed' });
		const owner = await signedInOwner(auth);
		expect((await auth.browser().post('/sign-up', grace)).body['code']).toBe('registration-closed');
		expect((await owner.post('/invitations', {})).body['code']).toBe('registration-closed');
	});

	test('with an invitation works once, as what the inviter chose', async () => {
		await using auth = await startAuth(await engine.place());
		const owner = await signedInOwner(auth);
		expect((await auth.browser().post('/sign-up', grace)).body['code']).toBe('invitation-missing');
		const invitation = await invited(owner, { role: 'guest' });
		const browser = auth.browser();
		const { status, body } = await browser.post('/sign-up', { ...grace, invitation });
		expect(status).toBe(200);
		expect(body['person']).toMatchObject({ email: grace.email, role: 'guest', language: 'en' });
		expect((await browser.get('/session')).status).toBe(200);
		const again = await auth.browser().post('/sign-up', { ...grace, email: 'second@mana.example', invitation });
		expect(again.body['code']).toBe('invitation-invalid');
	});

	test('keeps the invitation when the address is taken or the password weak', async () => {
		await using auth = await startAuth(await engine.place());
		const owner = await signedInOwner(auth);
		const invitation = await invited(owner, {});
		expect((await auth.browser().post('/sign-up', { ...grace, email: 'Ada@mana.example', invitation })).body['code']).toBe(
			'email-taken',
		);
		expect((await auth.browser().post('/sign-up', { ...grace, password: 'short', invitation })).body['code']).toBe(
			'weak-password',
		);
		expect((await auth.browser().post('/sign-up', { ...grace, password: 'P4ssword2026!', invitation })).body['code']).toBe(
			'common-password',
		);
		expect((await auth.browser().post('/sign-up', { ...grace, invitation })).status).toBe(200);
	});

	test('with an invitation works for a week', async () => {
		const clock = new TestClock();
		await using auth = await startAuth({ ...(await engine.place()), clock });
		const owner = await signedInOwner(auth);
		const { body } = await owner.post('/invitations', {});
		expect(body['expiresAt']).toBe(new Date(clock.now() + 7 * dayMs).toISOString());
		clock.advance(7 * dayMs);
		const invitation = secretOf(body['link']);
		expect((await auth.browser().post('/sign-up', { ...grace, invitation })).body['code']).toBe('invitation-invalid');
	});

	test('one invitation lets one of two in, and one address is one person', async () => {
		await using auth = await startAuth(await engine.place());
		const owner = await signedInOwner(auth);
		const invitation = await invited(owner, {});
		const shared = await Promise.all(
			[1, 2, 3].map((i) => auth.browser().post('/sign-up', { ...grace, email: `racer${i}@mana.example`, invitation })),
		);
		expect(shared.map(({ body }) => body['code'] ?? 'in').sort()).toEqual(['in', 'invitation-invalid', 'invitation-invalid']);
		const own = [await invited(owner, {}), await invited(owner, {})];
		const same = await Promise.all(own.map((invitation) => auth.browser().post('/sign-up', { ...grace, invitation })));
		expect(same.map(({ body }) => body['code'] ?? 'in').sort()).toEqual(['email-taken', 'in']);
	});

	test('is open to everybody when the owner says so, at a human pace', async () => {
		const clock = new TestClock();
		await using auth = await startAuth({ ...(await engine.place()), registration: 'open', clock });
		await signedInOwner(auth);
		const answers: unknown[] = [];
		for (let i = 0; i < 11; i++)
			answers.push((await auth.browser('203.0.113.1').post('/sign-up', { ...grace, email: `p${i}@mana.example` })).status);
		expect(answers).toEqual([...Array.from({ length: 10 }, () => 200), 429]);
		expect((await auth.browser('203.0.113.2').post('/sign-up', grace)).status).toBe(200);
		clock.advance(dayMs);
		expect((await auth.browser('203.0.113.1').post('/sign-up', { ...grace, email: 'late@mana.example' })).status).toBe(200);
	});

	test('never makes anybody an owner, and only the owner makes admins', async () => {
		await using auth = await startAuth(await engine.place());
		const owner = await signedInOwner(auth);
		expect((await owner.post('/invitations', { role: 'owner' })).body['code']).toBe('invalid-input');
		const admin = await signedInMember(auth, owner, 'admin@mana.example', 'admin');
		expect((await admin.post('/invitations', { role: 'member' })).status).toBe(200);
		expect((await admin.post('/invitations', { role: 'admin' })).body['code']).toBe('role-missing');
		const browser = auth.browser();
		const extra = { role: 'owner', emailVerified: true, id: 'chosen', createdAt: '1970-01-01T00:00:00.000Z' };
		const { body } = await browser.post('/sign-up', { ...grace, ...extra, invitation: await invited(owner, {}) });
		expect(body['person']).toMatchObject({ role: 'member' });
		expect((body['person'] as { id: string }).id).toHaveLength(26);
	});
});

async function invited(owner: TestBrowser, body: object): Promise<string> {
	return secretOf((await owner.post('/invitations', body)).body['link']);
}

function secretOf(link: unknown): string {
	expect(link).toMatch(/^http:\/\/mana\.localhost\/join#token=/);
	return new URL(String(link)).hash.replace('#token=', '');
}

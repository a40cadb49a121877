import { describe, expect, test } from 'bun:test';
import { eachEngine } from '@mana/store/testing';
import fc from 'fast-check';
import { roles } from '../person.ts';
import { signedInMember, signedInOwner, startAuth, type TestAuth, type TestBrowser, TestClock, testOwner } from '../testing.ts';
import { objection } from './administrator.ts';

const password = 'compiles in english';

eachEngine('those who look after a Mana', (engine) => {
	test('find its people, a page at a time', async () => {
		await using auth = await startAuth(await engine.place());
		const owner = await signedInOwner(auth);
		const grace = await signedInMember(auth, owner, 'grace_1@mana.example');
		await signedInMember(auth, owner, 'guest@mana.example', 'guest');
		const found = async (query: string) => {
			const { body } = await owner.get(`/people?${query}`);
			return [(body['people'] as { email: string }[]).map(({ email }) => email).sort(), body['total']];
		};
		const all = ['ada@mana.example', 'grace_1@mana.example', 'guest@mana.example'];
		expect(await found('')).toEqual([all, 3]);
		expect(await found('search=HOPPER')).toEqual([all.slice(1), 2]);
		expect(await found('search=ce_1@')).toEqual([[all[1]], 1]);
		expect(await found('search=%25')).toEqual([[], 0]);
		expect(await found('search=a_a')).toEqual([[], 0]);
		expect(await found('role=guest')).toEqual([[all[2]], 1]);
		expect(await found('suspended=true')).toEqual([[], 0]);
		expect(await found('skip=3')).toEqual([[], 3]);
		const { body } = await owner.get(`/people/${await idOf(grace)}`);
		expect(body['person']).toMatchObject({
			name: 'Grace Hopper',
			tier: 'public',
			suspendedAt: null,
			sessions: 1,
			consentUntil: null,
		});
	});

	test('shut somebody out: their sessions end at once, their tokens stand no more, and no password opens the door', async () => {
		await using auth = await startAuth(await engine.place());
		const owner = await signedInOwner(auth);
		const grace = await signedInMember(auth, owner, 'grace@mana.example');
		const [id, token] = [await idOf(grace), await grace.token()];
		const suspended = await owner.send('PATCH', `/people/${id}`, { suspended: true });
		expect(suspended.body['person']).toMatchObject({ sessions: 0, seenAt: null });
		expect((await grace.get('/session')).body['code']).toBe('session-expired');
		const standing = () => auth.browser().send('GET', '/standing', undefined, { authorization: `Bearer ${token}` });
		expect((await standing()).body['code']).toBe('session-expired');
		const enter = (words: string) => auth.browser().post('/sign-in', { email: 'grace@mana.example', password: words });
		expect((await enter(password)).body['code']).toBe('suspended');
		expect((await enter('not the password')).body['code']).toBe('wrong-credentials');
		await owner.send('PATCH', `/people/${id}`, { suspended: false });
		expect((await enter(password)).status).toBe(200);
		const { body } = await owner.get(`/audit?person=${id}`);
		const log = (body['entries'] as { kind: string; by: { name: string } | null }[]).map(({ kind, by }) => [
			kind,
			by?.name ?? null,
		]);
		expect(log.slice(0, 4)).toEqual([
			['new-device', null],
			['signed-in', null],
			['person-readmitted', 'Ada Lovelace'],
			['person-suspended', 'Ada Lovelace'],
		]);
	});

	test('change roles and tiers, and the next token says so', async () => {
		await using auth = await startAuth(await engine.place());
		const owner = await signedInOwner(auth);
		const grace = await signedInMember(auth, owner, 'grace@mana.example');
		const id = await idOf(grace);
		await owner.send('PATCH', `/people/${id}`, { role: 'admin', tier: 'beta' });
		const claims = JSON.parse(Buffer.from((await grace.token()).split('.')[1] ?? '', 'base64url').toString()) as object;
		expect(claims).toMatchObject({ role: 'admin', tier: 'beta' });
		const log = (await grace.get('/activity')).body['entries'] as { kind: string; detail: object }[];
		expect(log.slice(0, 2)).toMatchObject([
			{ kind: 'tier-changed', detail: { from: 'public', to: 'beta' } },
			{ kind: 'role-changed', detail: { from: 'member', to: 'admin' }, address: '' },
		]);
		await owner.send('DELETE', `/people/${id}/sessions`);
		expect((await grace.get('/session')).body['code']).toBe('session-expired');
	});

	test('cannot take the place of the last owner, not even two at the same moment', async () => {
		await using auth = await startAuth(await engine.place());
		const ada = await signedInOwner(auth);
		const grace = await signedInMember(auth, ada, 'grace@mana.example');
		const ids = [await idOf(ada), await idOf(grace)] as const;
		const demote = (who: TestBrowser, id: string) => who.send('PATCH', `/people/${id}`, { role: 'member' });
		expect((await demote(ada, ids[0])).body['code']).toBe('last-owner');
		expect((await ada.send('PATCH', `/people/${ids[0]}`, { suspended: true })).body['code']).toBe('own-account');
		await ada.send('PATCH', `/people/${ids[1]}`, { role: 'owner' });
		const answers = await Promise.all([demote(ada, ids[0]), demote(grace, ids[1])]);
		expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
	});

	test('see the invitations that are open, and end them', async () => {
		await using auth = await startAuth(await engine.place());
		const owner = await signedInOwner(auth);
		const admin = await signedInMember(auth, owner, 'admin@mana.example', 'admin');
		const { body } = await owner.post('/invitations', { role: 'admin' });
		const secret = new URL(String(body['link'])).hash.replace('#token=', '');
		const [open] = (await owner.get('/invitations')).body['invitations'] as { id: string }[];
		expect(open).toMatchObject({ role: 'admin', by: { name: 'Ada Lovelace' } });
		expect(JSON.stringify(open)).not.toContain(secret);
		expect((await admin.send('DELETE', `/invitations/${open?.id}`)).body['code']).toBe('role-missing');
		expect((await owner.send('DELETE', `/invitations/${open?.id}`)).status).toBe(204);
		const join = { name: 'Eve', email: 'eve@mana.example', password, invitation: secret };
		expect((await auth.browser().post('/sign-up', join)).body['code']).toBe('invitation-invalid');
	});
});

eachEngine('acting in the name of somebody else', (engine) => {
	test('needs their consent, shows who it is, changes nothing here, and is written down', async () => {
		const { auth, owner, grace, id } = await people(await engine.place());
		await using _ = auth;
		const visit = () => owner.post(`/people/${id}/impersonation`, { reason: 'A list is missing' });
		expect((await visit()).body['code']).toBe('consent-missing');
		await grace.send('PUT', '/impersonation-consent', { hours: 24 });
		expect((await owner.post(`/people/${id}/impersonation`, { reason: ' ' })).status).toBe(422);
		expect((await visit()).status).toBe(200);
		expect((await owner.get('/session')).body).toMatchObject({
			person: { name: 'Grace Hopper' },
			session: { impersonator: { name: 'Ada Lovelace' } },
		});
		const claims = JSON.parse(Buffer.from((await owner.token()).split('.')[1] ?? '', 'base64url').toString()) as object;
		expect(claims).toMatchObject({ sub: id, act: { sub: expect.any(String), name: 'Ada Lovelace' } });
		for (const [method, path, body] of [
			['POST', '/password', { current: password, password: 'another good one' }],
			['PATCH', '/person', { name: 'Eve' }],
			['DELETE', '/sessions', undefined],
			['PUT', '/impersonation-consent', { hours: 168 }],
			['POST', '/invitations', {}],
		] as const)
			expect([path, (await owner.send(method, path, body)).body['code']]).toEqual([path, 'impersonated']);
		const sessions = (await grace.get('/sessions')).body['sessions'] as { impersonator: { name: string } | null }[];
		expect(sessions.map(({ impersonator }) => impersonator?.name ?? '').sort()).toEqual(['', 'Ada Lovelace']);
		expect((await owner.send('DELETE', '/impersonation')).status).toBe(204);
		expect((await owner.get('/session')).body).toMatchObject({
			person: { name: 'Ada Lovelace' },
			session: { impersonator: null },
		});
		expect((await owner.send('DELETE', '/impersonation')).body['code']).toBe('not-impersonating');
		const log = (await grace.get('/activity')).body['entries'] as { kind: string; by: { name: string } | null; detail: object }[];
		expect(log.slice(0, 3)).toMatchObject([
			{ kind: 'impersonation-ended', by: { name: 'Ada Lovelace' } },
			{ kind: 'impersonation-began', by: { name: 'Ada Lovelace' }, detail: { reason: 'A list is missing' } },
			{ kind: 'impersonation-allowed', by: null },
		]);
	});

	test('ends by itself after an hour, however much it is used, and at once when the consent is taken back', async () => {
		const { auth, owner, grace, id, clock } = await people(await engine.place());
		await using _ = auth;
		await grace.send('PUT', '/impersonation-consent', { hours: 24 });
		const visitor = owner.copy();
		await visitor.post(`/people/${id}/impersonation`, { reason: 'A list is missing' });
		for (let quarter = 0; quarter < 3; quarter++) {
			clock.advance(16 * 60_000);
			await visitor.token();
		}
		clock.advance(13 * 60_000);
		expect((await visitor.get('/session')).body['code']).toBe('session-expired');
		expect((await visitor.send('DELETE', '/impersonation')).status).toBe(204);
		expect((await visitor.get('/session')).body['person']).toMatchObject({ name: 'Ada Lovelace' });
		await owner.post('/proofs', { password: testOwner.password });
		const second = owner.copy();
		await second.post(`/people/${id}/impersonation`, { reason: 'A list is missing' });
		await grace.send('DELETE', '/impersonation-consent');
		expect((await second.get('/session')).body['code']).toBe('session-expired');
		expect((await owner.post(`/people/${id}/impersonation`, { reason: 'Once more' })).body['code']).toBe('consent-missing');
	});

	test('is for nobody who is shut out, oneself, or above an admin', async () => {
		const { auth, owner, grace, id } = await people(await engine.place());
		await using _ = auth;
		const admin = await signedInMember(auth, owner, 'admin@mana.example', 'admin');
		for (const browser of [owner, grace]) await browser.send('PUT', '/impersonation-consent', { hours: 1 });
		const visit = async (who: TestBrowser, whom: string) =>
			(await who.post(`/people/${whom}/impersonation`, { reason: 'to help' })).body['code'];
		expect(await visit(admin, await idOf(owner))).toBe('role-missing');
		expect(await visit(owner, await idOf(owner))).toBe('own-account');
		expect(await visit(grace, await idOf(owner))).toBe('role-missing');
		await owner.send('PATCH', `/people/${id}`, { suspended: true });
		expect(await visit(owner, id)).toBe('suspended');
	});
});

describe('the rules of administration', () => {
	const change = fc.oneof(
		fc.constantFrom('remove' as const, 'sign-out' as const),
		fc.record({ role: fc.constantFrom(undefined, ...roles), suspended: fc.constantFrom(undefined, true, false) }),
	);
	const role = fc.constantFrom(...roles);
	const id = fc.constantFrom('ada', 'grace');

	test('never leave a Mana without an owner, and never let an admin reach up', () => {
		fc.assert(
			fc.property(
				fc.constantFrom('owner' as const, 'admin' as const),
				id,
				role,
				id,
				change,
				fc.nat(2),
				(by, actor, whose, target, what, others) => {
					const code = objection({ id: actor, role: by }, { id: target, role: whose }, what, others);
					const ends =
						what === 'remove' || (typeof what === 'object' && (what.suspended === true || (what.role ?? 'owner') !== 'owner'));
					if (whose === 'owner' && others === 0 && ends) expect(code).not.toBeNull();
					const up = ['owner', 'admin'];
					const reaches = up.includes(whose) || (typeof what === 'object' && up.includes(what.role ?? ''));
					if (by === 'admin') expect(code === 'role-missing').toBe(reaches);
				},
			),
		);
	});
});

async function people(place: Parameters<typeof startAuth>[0]) {
	const clock = new TestClock();
	const auth: TestAuth = await startAuth({ ...place, clock });
	const owner = await signedInOwner(auth);
	const grace = await signedInMember(auth, owner, 'grace@mana.example');
	return { auth, owner, grace, clock, id: await idOf(grace) };
}

async function idOf(browser: TestBrowser): Promise<string> {
	return ((await browser.get('/session')).body['person'] as { id: string }).id;
}

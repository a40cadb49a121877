import { expect, test } from 'bun:test';
import { eachEngine } from '@mana/store/testing';
import { migrations } from '../migrations.ts';
import type { Tables } from '../store.ts';
import { signedInMember, signedInOwner, startAuth, type TestBrowser, TestClock, testOwner } from '../testing.ts';

eachEngine('what happened', (engine) => {
	test('is told to whom it concerns, to admins all of it, page by page and through filters', async () => {
		const clock = new TestClock();
		const place = await engine.place();
		await using auth = await startAuth({ ...place, clock });
		const owner = await signedInOwner(auth);
		const member = await signedInMember(auth, owner, 'grace@mana.example');
		await auth.browser('203.0.113.9').post('/sign-in', { email: testOwner.email, password: 'a wrong guess' });
		await auth.browser('203.0.113.9').post('/sign-in', { email: 'nobody@mana.example', password: 'a wrong guess' });
		expect(await kinds(owner, '/activity')).toEqual(['sign-in-failed', 'invitation-created', 'owner-created']);
		expect(await kinds(member, '/activity')).toEqual(['person-joined']);
		const all = ['sign-in-failed', 'sign-in-failed', 'person-joined', 'invitation-created', 'owner-created', 'log-sealed'];
		expect(await kinds(owner, '/audit')).toEqual(all);
		expect(await kinds(owner, '/audit?before=4')).toEqual(all.slice(3));
		expect(await kinds(owner, '/audit?kind=sign-in-failed')).toEqual(all.slice(0, 2));
		expect(await kinds(owner, '/audit?until=2026-01-01T12:00:00Z')).toEqual([]);
		expect(await kinds(owner, '/audit?from=2026-01-01T13:00:00%2B01:00')).toEqual(all);
		const { id } = (await member.get('/session')).body['person'] as { id: string };
		expect(await kinds(owner, `/audit?person=${id}`)).toEqual(['person-joined']);
		const [first] = (await owner.get('/activity')).body['entries'] as { address: string; person: unknown; at: string }[];
		expect(first).toMatchObject({ address: '203.0.113.9', person: null, at: '2026-01-01T12:00:00.000Z' });
		for (const wrong of ['kind=nothing', 'from=yesterday', 'before=0'])
			expect((await owner.get(`/audit?${wrong}`)).status).toBe(400);
		for (let i = 0; i < 60; i++) await owner.send('PATCH', '/person', { name: `Ada ${i}` });
		expect(await kinds(owner, '/activity')).toHaveLength(50);
	});

	test('is proven whole on request, and its first broken row named', async () => {
		const place = await engine.place();
		await using auth = await startAuth(place);
		const owner = await signedInOwner(auth);
		expect((await owner.get('/audit/check')).body).toEqual({ entries: 2, first: 1, last: 2, sealedAnew: [1], broken: null });
		const store = await engine.open<Tables>({ place, service: 'mana-auth', migrations });
		await store.db.updateTable('audit_entry').set({ address: '203.0.113.66' }).where('seq', '=', 2).execute();
		expect((await owner.get('/audit/check')).body).toMatchObject({ broken: { seq: 2, why: 'changed' } });
	});
});

async function kinds(browser: TestBrowser, path: string): Promise<string[]> {
	const { status, body } = await browser.get(path);
	expect(status).toBe(200);
	return (body['entries'] as { kind: string }[]).map(({ kind }) => kind);
}

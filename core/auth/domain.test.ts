import { expect, test } from 'bun:test';
import { eachEngine } from '@mana/store/testing';
import { attempt } from './attempts.ts';
import { consumeLink, createLink, linkWorks } from './one-time-links.ts';
import { admit, enter } from './opening.ts';
import { type Client, newId, transact } from './realm.ts';
import { refuse } from './problems.ts';
import { testOwner } from './testing.ts';
import { testRealm } from './testing-realm.ts';

const client: Client = { address: '192.0.2.1', agent: 'Test browser' };

eachEngine('a one-time link', (engine) => {
	test('is used up for its own purpose only, in time, once', async () => {
		const { realm, clock } = await testRealm(engine);
		const made = async () => secretOf((await createLink(realm, realm.store.db, { kind: 'invitation', lifeMs: 1000 })).link);
		const [first, second] = [await made(), await made()];
		const use = (kind: 'invitation' | 'reset', secret: string) => transact(realm, (db) => consumeLink(realm, db, kind, secret));
		await expect(use('reset', first)).rejects.toMatchObject({ code: 'reset-token-invalid' });
		expect(await linkWorks(realm, realm.store.db, 'reset', first)).toBe(false);
		expect(await use('invitation', first)).toMatchObject({ kind: 'invitation' });
		await expect(use('invitation', first)).rejects.toMatchObject({ code: 'invitation-invalid' });
		clock.advance(1000);
		await expect(use('invitation', second)).rejects.toMatchObject({ code: 'invitation-invalid' });
	});
});

eachEngine('entering', (engine) => {
	test('fails when the password was changed after it was checked', async () => {
		const { realm } = await testRealm(engine);
		await transact(realm, (db) =>
			admit(realm, db, testOwner, { role: 'owner', tier: 'public', proven: false }, 'new hash', client),
		);
		const enterWith = (hash: string) => transact(realm, (db) => enter(realm, db, testOwner, hash, client));
		await expect(enterWith('old hash')).rejects.toMatchObject({ code: 'wrong-credentials' });
		expect((await enterWith('new hash')).presence.person.role).toBe('owner');
	});
});

eachEngine('an attempt', (engine) => {
	const guess = { kind: 'sign-in', account: 'somebody', client, counts: ['wrong-credentials'] } as const;

	test('that never ended because the process died matters for ten seconds', async () => {
		const { realm, clock } = await testRealm(engine);
		for (let i = 0; i < 5; i++)
			await realm.store.db
				.insertInto('attempt')
				.values({
					id: newId(realm),
					kind: 'sign-in',
					account: 'somebody',
					address: client.address,
					state: 'open',
					at: clock.now(),
				})
				.execute();
		await expect(attempt(realm, guess, async () => 'in')).rejects.toMatchObject({ code: 'locked', retryAfterMs: 10_000 });
		clock.advance(10_000);
		expect(await attempt(realm, guess, async () => 'in')).toBe('in');
	});

	test('counts what it is told to count, and a failure of ours never', async () => {
		const { realm } = await testRealm(engine);
		const left = async () => (await realm.store.db.selectFrom('attempt').selectAll().execute()).map(({ state }) => state);
		const failing = (what: Parameters<typeof attempt>[1], error: Error) =>
			attempt(realm, what, () => Promise.reject(error)).catch(() => null);
		for (const error of [refuse('weak-password'), refuse('unavailable'), new Error('no route to host')])
			await failing(guess, error);
		for (const error of [refuse('unavailable'), new Error('no route to host')])
			await failing({ ...guess, counts: 'everything' }, error);
		expect(await left()).toEqual([]);
		await failing(guess, refuse('wrong-credentials'));
		await failing({ ...guess, counts: 'everything' }, refuse('weak-password'));
		await attempt(realm, { ...guess, counts: 'everything' }, async () => 'in');
		expect(await left()).toEqual(['counted', 'counted', 'counted']);
	});
});

function secretOf(link: string): string {
	return new URL(link).hash.replace('#token=', '');
}

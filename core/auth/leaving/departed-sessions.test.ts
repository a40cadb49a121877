import { expect, test } from 'bun:test';
import { eachEngine } from '@mana/store/testing';
import { tidy } from '../housekeeping.ts';
import { sessionMs } from '../session-rules.ts';
import { testRealm } from '../testing-realm.ts';
import { endedForGood, endSessionsForGood } from './departed-sessions.ts';

eachEngine('sessions of who left', (engine) => {
	test('are known by each of their tokens, say nothing of whom, and are forgotten when no browser can have one any more', async () => {
		const { realm, clock } = await testRealm(engine);
		const { db } = realm.store;
		const at = new Date(clock.now()).toISOString();
		const person = (id: string) => ({
			id,
			name: id,
			email: `${id}@mana.example`,
			email_verified: 1,
			image: null,
			role: 'member' as const,
			tier: 'public' as const,
			language: 'en',
			created_at: at,
			updated_at: at,
			suspended_at: null,
		});
		const session = (token: string, person_id: string, impersonator_id: string | null = null) => ({
			id: `session of ${token}`,
			token,
			person_id,
			created_at: at,
			updated_at: at,
			expires_at: new Date(clock.now() + sessionMs).toISOString(),
			address: null,
			agent: null,
			rotated_at: clock.now(),
			confirmed: 1,
			proved_at: clock.now(),
			impersonator_id,
		});
		try {
			await db
				.insertInto('person')
				.values([person('grace'), person('ada')])
				.execute();
			await db
				.insertInto('session')
				.values([session('phone', 'grace'), session('laptop', 'grace'), session('visit', 'grace', 'ada'), session('ada', 'ada')])
				.execute();
			await endSessionsForGood(db, 'grace', clock.now());
			await endSessionsForGood(db, 'grace', clock.now());
			const known = () => Promise.all(['phone', 'laptop', 'visit', 'ada', 'never'].map((token) => endedForGood(db, token)));
			expect(await known()).toEqual([true, true, false, false, false]);
			expect((await db.selectFrom('session').select('token').execute()).map(({ token }) => token)).toEqual(['ada']);
			expect(JSON.stringify(await db.selectFrom('departed_session').selectAll().execute())).not.toMatch(/grace|phone|laptop/);
			clock.advance(sessionMs);
			await tidy(realm);
			expect(await known()).toEqual([false, false, false, false, false]);
		} finally {
			await realm.store.close();
		}
	});
});

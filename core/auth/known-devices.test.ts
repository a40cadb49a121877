import { afterEach, beforeEach, expect, test } from 'bun:test';
import { eachEngine } from '@mana/store/testing';
import { signedInOwner, startAuth, testOwner } from './testing.ts';
import { meetDevice } from './known-devices.ts';
import type { Person } from './person.ts';
import { Mailbox } from './testing-mailbox.ts';
import { testRealm } from './testing-realm.ts';

let mailbox: Mailbox;
beforeEach(() => {
	mailbox = new Mailbox();
});
afterEach(() => mailbox.close());

const asAda = { email: testOwner.email, password: testOwner.password };

eachEngine('a browser that somebody never signed in on', (engine) => {
	test('is told of once, and not the first of all, nor one that is known', async () => {
		const place = await engine.place();
		mailbox.home = place.home;
		await using auth = await startAuth({ ...place, clock: mailbox.clock, notify: mailbox.url });
		const owner = await signedInOwner(auth);
		const person = (await owner.get('/session')).body['person'] as { id: string };
		await owner.post('/sign-out');
		await owner.post('/sign-in', asAda);
		const other = auth.browser('203.0.113.7');
		await other.send('POST', '/sign-in', asAda, { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0' });
		await other.post('/sign-out');
		await other.post('/sign-in', asAda);
		const told = await mailbox.nextTo(person.id);
		expect(told).toMatchObject({
			topic: 'new-device',
			data: {
				name: testOwner.name,
				device: 'Firefox · Linux',
				place: '203.0.113.7',
				at: mailbox.clock.now(),
				link: '/settings/security#sessions',
			},
		});
		const { body } = await owner.get('/activity');
		const kinds = (body['entries'] as { kind: string }[]).map(({ kind }) => kind);
		expect(kinds.filter((kind) => kind === 'new-device')).toHaveLength(1);
	});

	test('is written down at the first sign-in, and again on another day', async () => {
		const { realm, clock } = await testRealm(engine);
		try {
			const ada: Person = {
				id: 'ada',
				name: 'Ada',
				email: 'ada@mana.example',
				role: 'member',
				tier: 'public',
				language: 'en',
				createdAt: '',
			};
			const { createdAt, email, ...row } = ada;
			const times = { created_at: createdAt, updated_at: createdAt, suspended_at: null };
			await realm.store.db
				.insertInto('person')
				.values({ ...row, email, email_verified: 1, image: null, ...times })
				.execute();
			const meet = () => meetDevice(realm, ada, 'phone', { address: '192.0.2.1', agent: '' });
			const at = async () => (await realm.store.db.selectFrom('known_device').select('at').executeTakeFirstOrThrow()).at;
			const first = clock.now();
			await meet();
			clock.advance(60 * 60_000);
			await meet();
			expect(await at()).toBe(first);
			clock.advance(24 * 60 * 60_000);
			await meet();
			expect(await at()).toBe(clock.now());
		} finally {
			await realm.store.close();
		}
	});
});

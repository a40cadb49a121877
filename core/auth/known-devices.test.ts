import { afterEach, beforeEach, expect, test } from 'bun:test';
import { eachEngine } from '@mana/store/testing';
import { signedInOwner, startAuth, testOwner } from './testing.ts';
import { Mailbox } from './testing-mailbox.ts';

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
});

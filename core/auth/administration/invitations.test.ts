import { afterEach, beforeEach, expect, test } from 'bun:test';
import { eachEngine } from '@mana/store/testing';
import { tidy } from '../housekeeping.ts';
import { signedInMember, signedInOwner, startAuth, type TestAnswer, type TestBrowser } from '../testing.ts';
import { Mailbox, type Sent } from '../testing-mailbox.ts';
import { testRealm } from '../testing-realm.ts';
import { transact } from '../realm.ts';
import { createLink } from '../one-time-links.ts';
import { openInvitations } from './invitations.ts';

const dayMs = 24 * 60 * 60_000;
const grace = { name: 'Grace Hopper', email: 'grace@mana.example', password: 'compiles in english' } as const;
const to = { address: grace.email, language: 'de' } as const;

let mailbox: Mailbox;
beforeEach(() => {
	mailbox = new Mailbox();
});
afterEach(() => mailbox.close());

eachEngine('an invitation by mail', (engine) => {
	const begin = async (registration: 'invitation' | 'closed' = 'invitation') => {
		const place = await engine.place();
		mailbox.home = place.home;
		return startAuth({ ...place, clock: mailbox.clock, notify: mailbox.url, registration });
	};

	test('is told to nobody but the mailbox, makes who joins what was offered, and proves their address', async () => {
		await using auth = await begin();
		const owner = await signedInOwner(auth);
		const expiresAt = new Date(mailbox.clock.now() + 7 * dayMs).toISOString();
		const sent = await owner.post('/invitations', {
			role: 'admin',
			tier: 'alpha',
			to: { ...to, address: ' Grace@Mana.example' },
		});
		expect(sent.body).toEqual({ link: null, expiresAt });
		const letter = await mailbox.next('account-invitation', grace.email);
		expect(letter.to).toEqual(to);
		expect(letter.data).toMatchObject({ inviter: 'Ada Lovelace', until: Date.parse(expiresAt) });
		const [open] = await listed(owner);
		expect(open).toMatchObject({ role: 'admin', tier: 'alpha', email: grace.email, expiresAt, ended: false });
		expect(JSON.stringify(open)).not.toContain(secretIn(letter));

		const invitation = secretIn(letter);
		const read = await auth.browser().post('/invitation-checks', { invitation });
		expect(read.body).toEqual({ by: 'Ada Lovelace', email: grace.email, expiresAt });
		const browser = auth.browser();
		const joined = await browser.post('/sign-up', { ...grace, invitation });
		expect(joined.body['person']).toMatchObject({ role: 'admin', tier: 'alpha' });
		expect((await browser.get('/email')).body).toEqual({ address: grace.email, verified: true, pending: null });
		expect(refusal(await auth.browser().post('/invitation-checks', { invitation }))).toEqual([403, 'invitation-invalid']);
		expect(await listed(owner)).toEqual([]);
	});

	test('proves no other address than the one that it was sent to', async () => {
		await using auth = await begin();
		const owner = await signedInOwner(auth);
		await owner.post('/invitations', { to });
		const invitation = secretIn(await mailbox.next('account-invitation', grace.email));
		const browser = auth.browser();
		await browser.post('/sign-up', { ...grace, email: 'other@mana.example', invitation });
		expect((await browser.get('/email')).body).toMatchObject({ address: 'other@mana.example', verified: false });
		// Whatever whoever joins calls themselves, nobody else is told so in our name.
		expect((await mailbox.next('verify-address', 'other@mana.example')).data.name).toBeUndefined();
	});

	test('is sent once more for another week, also when it has ended, and only the last one counts', async () => {
		await using auth = await begin();
		const owner = await signedInOwner(auth);
		await owner.post('/invitations', { role: 'guest', tier: 'beta', to });
		const first = secretIn(await mailbox.next('account-invitation', grace.email));
		mailbox.clock.advance(7 * dayMs);
		expect(refusal(await auth.browser().post('/sign-up', { ...grace, invitation: first }))).toEqual([403, 'invitation-invalid']);
		await owner.post('/sign-in', { email: 'ada@mana.example', password: 'first program 1843' });
		const [ended] = await listed(owner);
		expect(ended).toMatchObject({ ended: true, email: grace.email });
		expect((await owner.post(`/invitations/${ended?.id}/letters`)).status).toBe(204);
		expect(await listed(owner)).toMatchObject([{ ended: false, role: 'guest', tier: 'beta' }]);
		const second = await mailbox.next('account-invitation', grace.email);
		expect(second.to.language).toBe('de');
		expect(refusal(await owner.post(`/invitations/${ended?.id}/letters`))).toEqual([404, 'invitation-unknown']);
		const joined = await auth.browser().post('/sign-up', { ...grace, invitation: secretIn(second) });
		expect(joined.body['person']).toMatchObject({ role: 'guest', tier: 'beta' });
	});

	test('is withdrawn before it is used, and an unsent letter with it', async () => {
		await using auth = await begin();
		const owner = await signedInOwner(auth);
		await owner.post('/invitations', { to });
		const invitation = secretIn(await mailbox.next('account-invitation', grace.email));
		const [open] = await listed(owner);
		expect((await owner.send('DELETE', `/invitations/${open?.id}`)).status).toBe(204);
		expect(refusal(await auth.browser().post('/sign-up', { ...grace, invitation }))).toEqual([403, 'invitation-invalid']);
		// A letter that was not handed over yet: after a restart mana-notify is there again, and only what still counts is sent.
		mailbox.away = true;
		await owner.post('/invitations', { to });
		const [unsent] = await listed(owner);
		await owner.send('DELETE', `/invitations/${unsent?.id}`);
		await owner.post('/invitations', { to: { ...to, address: 'late@mana.example' } });
		mailbox.away = false;
		mailbox.clock.advance(60_000);
		await owner.post('/invitations', { to: { ...to, address: 'last@mana.example' } });
		await mailbox.next('account-invitation', 'last@mana.example');
		await mailbox.next('account-invitation', 'late@mana.example');
		expect(mailbox.has('account-invitation', grace.email)).toBe(false);
	});

	test('is for nobody who is here already, not to more than who sends it may give, and rare', async () => {
		await using auth = await begin();
		const owner = await signedInOwner(auth);
		const admin = await signedInMember(auth, owner, 'admin@mana.example', 'admin');
		expect(refusal(await admin.post('/invitations', { to: { ...to, address: 'ada@mana.example' } }))).toEqual([
			409,
			'email-taken',
		]);
		await owner.post('/invitations', { role: 'admin', to });
		await owner.post('/invitations', {});
		const all = await listed(admin);
		const [link, mailed] = [all.find(({ email }) => email === null), all.find(({ email }) => email === grace.email)];
		expect(refusal(await admin.post(`/invitations/${mailed?.id}/letters`))).toEqual([403, 'role-missing']);
		expect(refusal(await admin.post(`/invitations/${link?.id}/letters`))).toEqual([404, 'invitation-unknown']);
		expect(refusal(await admin.post('/invitations', { role: 'guest', to }))).toEqual([403, 'role-missing']);
		expect(await listed(admin)).toHaveLength(2);
		for (const expected of [200, 200, 429]) expect((await owner.post('/invitations', { to })).status).toBe(expected);
		expect(await listed(owner)).toHaveLength(2);
		for (const odd of [{ address: 'no address', language: 'de' }, { address: grace.email }, { ...to, language: '!' }])
			expect((await owner.post('/invitations', { to: odd })).body['code']).toBe('invalid-input');
	});

	test('is sent nowhere while nobody may join', async () => {
		await using auth = await begin('closed');
		const owner = await signedInOwner(auth);
		expect(refusal(await owner.post('/invitations', { to }))).toEqual([403, 'registration-closed']);
	});

	test('stays listed for a month after its end, a link does not', async () => {
		const { realm, clock } = await testRealm(engine);
		await transact(realm, async (db) => {
			await createLink(realm, db, { kind: 'invitation', lifeMs: dayMs, email: grace.email });
			await createLink(realm, db, { kind: 'invitation', lifeMs: dayMs });
		});
		const left = async () => {
			await tidy(realm);
			return [
				(await openInvitations(realm)).length,
				(await realm.store.db.selectFrom('one_time_link').selectAll().execute()).length,
			];
		};
		expect(await left()).toEqual([2, 2]);
		clock.advance(30 * dayMs);
		expect(await left()).toEqual([1, 1]);
		clock.advance(dayMs);
		expect(await left()).toEqual([0, 0]);
	});
});

interface Listed {
	readonly id: string;
	readonly ended: boolean;
	readonly email: string | null;
}

async function listed(browser: TestBrowser): Promise<Listed[]> {
	return (await browser.get('/invitations')).body['invitations'] as Listed[];
}

function secretIn({ data }: Sent): string {
	expect(data.link).toStartWith('http://mana.localhost/join#token=');
	return new URL(data.link).hash.replace('#token=', '');
}

function refusal({ status, body }: TestAnswer): unknown[] {
	return [status, body['code']];
}

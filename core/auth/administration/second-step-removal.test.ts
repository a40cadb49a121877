import { afterEach, beforeEach, expect, test } from 'bun:test';
import { eachEngine } from '@mana/store/testing';
import { signedInMember, signedInOwner, startAuth, type TestAnswer, type TestAuth, type TestBrowser } from '../testing.ts';
import { Mailbox, type Sent } from '../testing-mailbox.ts';
import { withSecondStep } from '../testing-second-step.ts';

const dayMs = 24 * 60 * 60_000;
const address = 'grace@mana.example';
const password = 'compiles in english';

eachEngine('a second step that is lost', (engine) => {
	let mailbox: Mailbox;
	let auth: TestAuth;
	let owner: TestBrowser;
	let grace: TestBrowser;
	let id: string;
	let code: (away?: number) => Promise<string>;

	beforeEach(async () => {
		const place = await engine.place();
		mailbox = new Mailbox();
		mailbox.home = place.home;
		auth = await startAuth({ ...place, clock: mailbox.clock, notify: mailbox.url });
		owner = await signedInOwner(auth);
		grace = await signedInMember(auth, owner, address);
		id = await idOf(grace);
		({ code } = await withSecondStep(grace, mailbox.clock));
	});

	afterEach(async () => {
		await auth.close();
		await mailbox.close();
	});

	const ask = (who: TestBrowser, whose = id) => who.post(`/people/${whose}/second-step-removal`);
	const standing = async () => (await grace.get('/second-factor')).body;
	const enter = () => auth.browser().post('/sign-in', { email: address, password });
	/** A day goes by. Writing a letter has the service look what else is due. */
	const dayGoesBy = async () => {
		mailbox.clock.advance(dayMs);
		await auth.browser('198.51.100.7').post('/forgotten', { email: 'ada@mana.example' });
	};
	const until = async (holds: () => Promise<boolean>) => {
		while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
	};

	test('is taken away a day after an admin asked, of which the person is told at once in mailbox and inbox', async () => {
		const dueAt = new Date(mailbox.clock.now() + dayMs).toISOString();
		expect(await ask(owner)).toMatchObject({ status: 201, body: { dueAt } });
		expect((await ask(owner)).body).toEqual({ dueAt });
		expect((await mailbox.next('second-step-removal', address)).data).toMatchObject({
			name: 'Grace Hopper',
			at: Date.parse(dueAt),
			link: expect.stringContaining('http://mana.localhost/confirm#token='),
		});
		const notice = await mailbox.nextTo(id);
		expect(notice.topic).toBe('second-step-notice');
		expect(notice.data).toMatchObject({ link: '/settings/security#second-step', at: Date.parse(dueAt) });
		expect(await standing()).toMatchObject({ removal: { dueAt, by: 'Ada Lovelace' } });
		expect((await owner.get(`/people/${id}`)).body['person']).toMatchObject({ secondStep: true, secondStepRemovalAt: dueAt });
		mailbox.clock.advance(dayMs - 1);
		expect((await enter()).body['secondStep']).toBeDefined();
		mailbox.clock.advance(1 - dayMs);
		await dayGoesBy();
		await until(async () => (await standing())['since'] === null);
		expect(await standing()).toEqual({ since: null, recoveryCodes: 0, removal: null });
		expect((await enter()).body['person']).toMatchObject({ email: address });
		expect(await logOf(grace)).toContainEqual(['second-factor-off', 'Ada Lovelace']);
		expect(await logOf(grace)).toContainEqual(['second-step-removal-planned', 'Ada Lovelace']);
	});

	test('stays when it is stopped: by the link, from a device that is signed in, or by an admin', async () => {
		await ask(owner);
		const letter = await mailbox.next('second-step-removal', address);
		const answer = () => auth.browser().post('/email/confirmations', { token: tokenIn(letter) });
		expect((await answer()).body).toMatchObject({ did: 'second-step-kept', address });
		expect(refusal(await answer())).toEqual([403, 'link-invalid']);
		expect(await standing()).toMatchObject({ removal: null });
		expect(refusal(await grace.send('DELETE', '/second-factor/removal'))).toEqual([404, 'removal-unknown']);

		await ask(owner);
		const second = await mailbox.next('second-step-removal', address);
		expect((await grace.send('DELETE', '/second-factor/removal')).status).toBe(204);
		expect(refusal(await auth.browser().post('/email/confirmations', { token: tokenIn(second) }))).toEqual([403, 'link-invalid']);

		await ask(owner);
		expect((await owner.send('DELETE', `/people/${id}/second-step-removal`)).status).toBe(204);
		expect(refusal(await owner.send('DELETE', `/people/${id}/second-step-removal`))).toEqual([404, 'removal-unknown']);
		await dayGoesBy();
		await mailbox.next('reset-password');
		expect((await enter()).body['secondStep']).toBeDefined();
		const stops = (await logOf(grace)).filter(([kind]) => kind === 'second-step-removal-stopped');
		expect(stops).toEqual([
			['second-step-removal-stopped', 'Ada Lovelace'],
			['second-step-removal-stopped', null],
			['second-step-removal-stopped', null],
		]);
	});

	test('is not lost when somebody signs in with a code, and that stops it', async () => {
		await ask(owner);
		const browser = auth.browser();
		const first = await browser.post('/sign-in', { email: address, password });
		const { ticket } = first.body['secondStep'] as { ticket: string };
		expect((await browser.post('/sign-in/second-step', { ticket, code: await code() })).status).toBe(200);
		expect(await standing()).toMatchObject({ removal: null, recoveryCodes: 10 });
	});

	test('is taken away by nobody who may not, and comes to nothing when they may no more by then', async () => {
		const admin = await signedInMember(auth, owner, 'admin@mana.example', 'admin');
		await withSecondStep(owner, mailbox.clock);
		expect(refusal(await ask(admin, await idOf(owner)))).toEqual([403, 'role-missing']);
		expect(refusal(await ask(admin, await idOf(admin)))).toEqual([403, 'role-missing']);
		expect(refusal(await ask(owner, await idOf(owner)))).toEqual([409, 'own-account']);
		expect(refusal(await ask(owner, await idOf(admin)))).toEqual([409, 'second-factor-off']);
		expect((await ask(admin)).status).toBe(201);
		await owner.send('PATCH', `/people/${await idOf(admin)}`, { suspended: true });
		await dayGoesBy();
		await until(async () => (await standing())['removal'] === null);
		expect((await standing())['since']).not.toBeNull();
		expect((await enter()).body['secondStep']).toBeDefined();
	});

	test('needs a fresh proof of the admin', async () => {
		mailbox.clock.advance(11 * 60_000);
		expect(refusal(await ask(owner))).toEqual([403, 'proof-needed']);
	});
});

async function idOf(browser: TestBrowser): Promise<string> {
	return ((await browser.get('/session')).body['person'] as { id: string }).id;
}

async function logOf(browser: TestBrowser): Promise<(string | null)[][]> {
	const { body } = await browser.get('/activity');
	const entries = body['entries'] as { kind: string; by: { name: string } | null }[];
	return entries.map(({ kind, by }) => [kind, by?.name ?? null]);
}

function tokenIn({ data }: Sent): string {
	return new URL(data.link).hash.replace('#token=', '');
}

function refusal({ status, body }: TestAnswer): unknown[] {
	return [status, body['code']];
}

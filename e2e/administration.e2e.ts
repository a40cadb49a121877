import { base32 } from '@better-auth/utils/base32';
import { createOTP } from '@better-auth/utils/otp';
import type { Page } from '@playwright/test';
import { TextWriter, Uint8ArrayReader, ZipReader } from '@zip.js/zip.js';
import { look, savedBy } from './look.ts';
import { mailedLink } from './mails.ts';
import { invite, ownerOf } from './people.ts';
import { addTasks, goToTodo, notice, openTask, syncPill, task, tick, titles } from './screen.ts';
import { expect, test } from './test.ts';

test('an owner looks after people: finds, helps in their name, shuts out, and reads it all in the log', async ({
	mana,
	newDevice,
}) => {
	const person = await invite(mana, 'Grace Hopper');
	const grace = (await newDevice({ person })).page;
	const owner = (await newDevice({ person: await ownerOf(mana) })).page;
	let archive: Uint8Array = new Uint8Array();

	await test.step('somebody allows help for a day', async () => {
		await grace.goto(mana.url);
		await goToTodo(grace);
		await addTasks(grace, 'Debug the compiler');
		await expect(syncPill(grace, 'Up to date')).toBeVisible();
		await grace.goto(`${mana.url}/settings/activity`);
		await expect(grace.getByText('Account made')).toBeVisible();
		await grace.getByRole('button', { name: 'For a day' }).click();
		await expect(grace.getByText('Allowed until')).toBeVisible();
		await look(grace, 'activity');
	});

	await test.step('the owner finds them and helps in their name, under a banner', async () => {
		await owner.goto(`${mana.url}/admin`);
		await owner.getByLabel('Find by name or e-mail').fill('hopper');
		await expect(owner.getByText('1 person', { exact: true })).toBeVisible();
		await look(owner, 'people');
		await owner.getByRole('link', { name: 'Grace Hopper' }).click();
		await owner.getByLabel('Why').fill('A list is missing');
		await look(owner, 'person');
		await owner.getByRole('button', { name: 'Begin' }).click();
		await expect(owner.getByText('You are looking as Grace Hopper')).toBeVisible();
		await goToTodo(owner);
		await expect.poll(() => titles(owner)).toContain('Debug the compiler');
		await look(owner, 'visit');
		await addTasks(owner, 'Look for the moth');
		await expect(syncPill(owner, 'Up to date')).toBeVisible();
	});

	await test.step('and is themselves again, with nothing of hers left in their browser', async () => {
		await owner.getByRole('button', { name: 'Be yourself again' }).click();
		await expect(owner.getByText('You are looking as')).toBeHidden();
		await expect
			.poll(() => owner.evaluate<string[]>(`indexedDB.databases().then((all) => all.map(({ name }) => name))`))
			.not.toContainEqual(expect.stringContaining(person.id));
		await goToTodo(owner);
		expect(await titles(owner)).not.toContain('Debug the compiler');
	});

	await test.step('she reads who it was and why', async () => {
		await grace.reload();
		await expect(grace.getByText('A list is missing')).toBeVisible();
		await expect(grace.getByText('by Olga Owner').first()).toBeVisible();
		await grace.goto(mana.url);
		await goToTodo(grace);
		await expect(task(grace, 'Look for the moth')).toBeVisible();
		const pane = await openTask(grace, 'Look for the moth');
		await pane.getByText('What happened to this task').click();
		await expect(pane.getByText('Olga Owner on your behalf')).toBeVisible();
		await look(grace, 'on-behalf');
	});

	await test.step('the owner has her second step taken away, as if she had lost it, and she stops that', async () => {
		const begun = await tellAuth<{ secret: string }>(grace, 'POST', '/second-factor');
		const otp = createOTP(base32.decode(begun.secret));
		await tellAuth(grace, 'PUT', '/second-factor', { code: await otp.totp() });
		await owner.goto(`${mana.url}/admin/people/${person.id}`);
		const theirs = owner.getByRole('region', { name: 'Code at sign-in' });
		await theirs.getByRole('button', { name: 'Take it away in a day' }).click();
		await theirs.getByRole('button', { name: 'Yes, let Grace Hopper in without a code' }).click();
		await expect(theirs.getByText('They were told, and can stop it until then.')).toBeVisible();
		await look(owner, 'second-step-removal');
		await grace.goto(`${mana.url}/settings/security`);
		const hers = grace.getByRole('region', { name: 'Code at sign-in' });
		await expect(hers.getByRole('alert')).toContainText('Olga Owner, who looks after this Mana, asked for that');
		await look(grace, 'second-step-ending');
		await hers.getByRole('button', { name: 'Stop it' }).click();
		await expect(hers.getByRole('alert')).toBeHidden();
		await hers.getByRole('button', { name: 'Switch off' }).click();
		await expect(hers).toContainText('Your password alone opens your account');
	});

	await test.step('the owner registers a wiki, and she signs in to it with her account here', async () => {
		await owner.goto(`${mana.url}/admin/software`);
		await owner.getByLabel('Name', { exact: true }).fill('Wiki');
		await owner.getByLabel('Addresses to return to').fill('https://wiki.example/callback');
		await owner.getByRole('button', { name: 'Register' }).click();
		await expect(owner.getByLabel('Secret', { exact: true })).toBeVisible();
		await look(owner, 'software');
		const client = await owner.getByLabel('Client ID').last().inputValue();
		await grace.route('https://wiki.example/**', (route) => route.fulfill({ body: 'Welcome to the wiki' }));
		const request = new URLSearchParams({
			client_id: client,
			redirect_uri: 'https://wiki.example/callback',
			response_type: 'code',
			scope: 'openid profile email',
			code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
			code_challenge_method: 'S256',
			state: 'x',
		});
		await grace.goto(`${mana.url}/api/mana-auth/oidc/authorize?${request}`);
		await expect(grace.getByRole('heading', { name: 'Sign in to Wiki' })).toBeVisible();
		await look(grace, 'allow');
		await grace.getByRole('button', { name: 'Allow' }).click();
		await grace.waitForURL(/^https:\/\/wiki\.example\/callback\?code=.*state=x/);
		await grace.goto(`${mana.url}/settings/software`);
		await expect(grace.getByRole('listitem').filter({ hasText: 'Your e-mail address' })).toBeVisible();
		await look(grace, 'connected');
		await grace.getByRole('button', { name: 'Disconnect' }).click();
		await expect(grace.getByText('Nothing is connected')).toBeVisible();
	});

	await test.step('she takes along everything that every service holds of her', async () => {
		await grace.goto(`${mana.url}/settings/archive`);
		await look(grace, 'archive');
		await grace.getByRole('button', { name: 'Make my archive' }).click();
		await expect(grace.getByText(/^Your archive of .* is ready: .* It is kept until /)).toBeVisible({ timeout: 60_000 });
		await look(grace, 'archive-ready');
		const { name, bytes } = await savedBy(grace, () => grace.getByRole('button', { name: 'Download' }).click());
		expect(name).toMatch(/^mana-\d{4}-\d\d-\d\d\.zip$/);
		const texts = await textsOf(bytes);
		const said = JSON.parse(texts.get('manifest.json') ?? '') as { spaces: { own: boolean }[]; open: { missing: object } };
		expect(said.spaces.map(({ own }) => own)).toEqual([true]);
		expect(said.open.missing).toEqual({});
		expect(texts.get('spaces/own/records.ndjson')).toContain('"title":"Debug the compiler"');
		expect([...texts.values()].join('')).toContain('A list is missing');
		expect([...texts.values()].join('')).not.toContain('olga.owner@example.org');
		await expect(grace.getByRole('button', { name: 'Throw away' })).toBeVisible();
		archive = bytes;
	});

	await test.step('she brings it in again: what is none is named, what is different here becomes what it was, and she takes all of it back', async () => {
		await goToTodo(grace);
		await tick(grace, 'Look for the moth');
		await expect(notice(grace, 'Task completed')).toBeVisible();
		await expect(syncPill(grace, 'Up to date')).toBeVisible();
		await grace.goto(`${mana.url}/settings/archive#bring`);
		const bringing = grace.getByRole('region', { name: 'Bring an archive in' });
		const choose = async (bytes: Uint8Array) =>
			bringing
				.locator('input[type=file]')
				.setInputFiles({ name: 'mana.zip', mimeType: 'application/zip', buffer: Buffer.from(bytes) });
		await choose(Buffer.from('a letter'));
		await expect(bringing.getByRole('alert')).toContainText('This is not a ZIP file');
		await choose(archive.subarray(0, -200));
		await expect(bringing.getByRole('alert')).toContainText('The end of this file is missing');
		await look(grace, 'bring-problem');
		await choose(archive);
		await expect(bringing.getByRole('row', { name: /^Todo/ }).getByRole('cell').last()).toHaveText('1');
		await bringing.getByLabel('Make them what they are in the archive').check();
		await look(grace, 'bring-preview');
		await bringing.getByRole('button', { name: 'Bring it in' }).click();
		await expect(bringing.getByText(/records? stayed as/)).toBeVisible();
		await look(grace, 'bring-done');
		await goToTodo(grace);
		await expect(task(grace, 'Look for the moth')).toBeVisible();
		// Also whoever comes back later can take it back.
		await grace.goto(`${mana.url}/settings/archive#bring`);
		await expect(bringing.getByText(/^On .* you brought in mana\.zip\.$/)).toBeVisible();
		await look(grace, 'bring-kept');
		await bringing.getByRole('button', { name: 'Take it all back' }).click();
		await expect(bringing.getByText('taken back.')).toBeVisible();
		await goToTodo(grace);
		await expect(task(grace, 'Debug the compiler')).toBeVisible();
		await expect(task(grace, 'Look for the moth')).toBeHidden();
	});

	await test.step('she asks to leave, is offered to stay when she signs in again, and stays', async () => {
		await grace.goto(`${mana.url}/settings/leaving`);
		await expect(grace.getByText('Nothing: you share no space with others.')).toBeVisible();
		await look(grace, 'leaving');
		await grace.getByRole('button', { name: 'Delete my account' }).click();
		await grace.getByRole('button', { name: 'Yes, delete everything' }).click();
		await expect(grace.getByText('Your account and everything in it will be deleted')).toBeVisible();
		await look(grace, 'leaving-planned');
		await owner.goto(`${mana.url}/admin`);
		await expect(owner.getByRole('listitem').filter({ hasText: 'Goes on' })).toHaveCount(1);
		await look(owner, 'departures');
		await owner.goto(`${mana.url}/admin/people/${person.id}`);
		await expect(owner.getByRole('button', { name: 'Let them stay' })).toBeVisible();
		await look(owner, 'removal');
		await grace.goto(`${mana.url}/sign-in`);
		await grace.getByLabel('E-mail').fill(person.email);
		await grace.getByLabel('Password').fill(person.password);
		await grace.getByRole('button', { name: 'Sign in', exact: true }).click();
		await grace.getByRole('button', { name: 'Keep my account' }).click();
		await expect(grace.getByRole('button', { name: 'Delete my account' })).toBeVisible();
	});

	await test.step('the owner shuts her out, and her browser is told', async () => {
		await owner.goto(`${mana.url}/admin/people/${person.id}`);
		await owner.getByRole('button', { name: 'Shut out' }).click();
		await expect(owner.getByRole('button', { name: 'Let in again' })).toBeVisible();
		await grace.goto(`${mana.url}/sign-in`);
		await grace.getByLabel('E-mail').fill(person.email);
		await grace.getByLabel('Password').fill(person.password);
		await grace.getByRole('button', { name: 'Sign in', exact: true }).click();
		await expect(grace.getByText('This account is shut out for now')).toBeVisible();
	});

	await test.step('the log has it all, and is whole', async () => {
		await owner.goto(`${mana.url}/admin/log`);
		await expect(owner.getByText('The log is whole')).toBeVisible();
		await owner.getByLabel('What').selectOption('person-suspended');
		await expect(owner.getByRole('listitem').filter({ hasText: 'Shut out' })).toHaveCount(1);
		await look(owner, 'log');
		await owner.goto(`${mana.url}/admin/invitations`);
		await expect(owner.getByText('No invitation is open')).toBeVisible();
		await owner.getByRole('button', { name: 'Make a link' }).click();
		await expect(owner.getByLabel('Link', { exact: true })).toBeVisible();
	});

	await test.step('she invites somebody by mail, who joins as what was chosen, with an address that needs no further proof', async () => {
		await owner.getByLabel('They join as').selectOption('guest');
		await owner.getByLabel('Their e-mail address').fill('joan@example.org');
		await owner.getByRole('button', { name: 'Send invitation' }).click();
		await expect(owner.getByText('Invitation sent to joan@example.org')).toBeVisible();
		const sent = owner.getByRole('listitem').filter({ hasText: 'joan@example.org' });
		await expect(sent).toContainText('Guest');
		await look(owner, 'invitations');
		// Her browser is signed out by now; somebody else sits there.
		await grace.goto(await mailedLink(mana, 'joan@example.org', '/join'));
		await expect(grace.getByText('Olga Owner invites you')).toBeVisible();
		await expect(grace.getByLabel('E-mail')).toHaveValue('joan@example.org');
		await look(grace, 'join-invited');
		await grace.getByLabel('Your name').fill('Joan Clarke');
		await grace.getByLabel('Password').fill('correct horse battery');
		await grace.getByRole('button', { name: 'Create an account' }).click();
		await expect(grace).toHaveURL(`${mana.url}/`);
		await grace.goto(`${mana.url}/settings/security`);
		await expect(grace.getByRole('region', { name: 'E-mail address' }).getByText('Confirmed', { exact: true })).toBeVisible();
		await owner.reload();
		await expect(owner.getByRole('button', { name: 'Make a link' })).toBeVisible();
		await expect(owner.getByRole('listitem').filter({ hasText: 'By link' })).toBeVisible();
		await expect(sent).toBeHidden();
	});

	await test.step('no mail leaves a Mana without a mail server: the owner reads what waits, and throws it away', async () => {
		await owner.goto(`${mana.url}/admin/mails`);
		const outbox = owner.getByRole('region', { name: 'Mails that did not leave' });
		const mail = outbox.getByRole('listitem').filter({ hasText: 'joan@example.org' }).first();
		await expect(owner.getByText('Everything arrived.')).toBeVisible();
		await look(owner, 'admin-mails');
		await mail.getByRole('button', { name: /^Read: / }).click();
		const dialog = owner.getByRole('dialog');
		await expect(dialog.getByText(/\/join#/)).toBeVisible();
		await expect(dialog.getByRole('button', { name: 'Send now' })).toHaveCount(0);
		await look(owner, 'admin-mail');
		await dialog.getByRole('button', { name: 'Throw away' }).click();
		await expect(dialog).toHaveCount(0);
		await expect(outbox.getByRole('listitem').filter({ hasText: 'joan@example.org' })).toHaveCount(0);
	});
});

/** Asks mana-auth as the browser that has this page open. */
function tellAuth<T>(page: Page, method: string, path: string, body?: object): Promise<T> {
	const init = { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body ?? {}) };
	return page.evaluate<T>(`fetch('/api/mana-auth${path}', ${JSON.stringify(init)}).then((answer) => answer.json())`);
}

async function textsOf(zip: Uint8Array): Promise<Map<string, string>> {
	const reader = new ZipReader(new Uint8ArrayReader(zip), { useWebWorkers: false });
	const texts = new Map<string, string>();
	for (const entry of await reader.getEntries())
		if (!entry.directory) texts.set(entry.filename, await entry.getData(new TextWriter()));
	await reader.close();
	return texts;
}

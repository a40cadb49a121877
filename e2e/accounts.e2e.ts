import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';
import { look, savedBy } from './look.ts';
import type { TestMana } from './mana.ts';
import { type Cookie, invite, ownerOf, post, signIn, type TestPerson } from './people.ts';
import { addTasks, goToTodo, readyForOffline, syncPill, task, titles } from './screen.ts';
import { expect, keeping, test } from './test.ts';
import { traces } from './traces.ts';

test('several accounts share a browser, each with what is its own, and what was not sent outlives being signed out elsewhere', async ({
	mana,
	newDevice,
}) => {
	const [ada, grace] = [await invite(mana, 'Ada'), await invite(mana, 'Grace')];
	const device = await newDevice(keeping);
	let { page } = device;

	await test.step('a guest becomes an account', async () => {
		await page.goto(mana.url);
		await page.getByRole('button', { name: 'Try it as a guest' }).click();
		await goToTodo(page);
		await addTasks(page, 'From a guest');
		await page.goto(`${mana.url}/sign-in`);
		await enter(page, ada);
		await goToTodo(page);
		await expect(task(page, 'From a guest')).toBeVisible();
		await expect(syncPill(page, 'Up to date')).toBeVisible();
	});

	await test.step('another account comes beside it, and has nothing of the first', async () => {
		await openAccounts(page, ada);
		await page.getByRole('menuitem', { name: 'Add another account' }).click();
		await expect(page.getByLabel('E-mail')).toHaveValue('');
		await enter(page, grace);
		await expect(page.getByRole('button', { name: 'Account of Grace' })).toBeVisible();
		await goToTodo(page);
		await addTasks(page, 'Of Grace');
		await expect(syncPill(page, 'Up to date')).toBeVisible();
		expect(await titles(page)).toEqual(['Of Grace']);
	});

	const other = await device.context.newPage();
	await test.step('one goes on as the first, in every tab', async () => {
		await other.goto(`${mana.url}/settings`);
		await expect(other.getByRole('button', { name: 'Account of Grace' })).toBeVisible();
		await openAccounts(page, grace);
		await page.getByRole('menuitemcheckbox', { name: 'Ada' }).click();
		await expect(page.getByRole('button', { name: 'Account of Ada' })).toBeVisible();
		await expect(other.getByRole('button', { name: 'Account of Ada' })).toBeVisible();
		await other.close();
		await goToTodo(page);
		await expect.poll(() => titles(page)).toEqual(['From a guest']);
		await expect(syncPill(page, 'Up to date')).toBeVisible();
	});

	await test.step('while it is offline, it is signed out elsewhere; what was written stays, is told, and can be taken out', async () => {
		// What reads a line is fetched with the first one.
		await readyForOffline(page);
		await device.unplug();
		await addTasks(page, 'Written in a tunnel');
		await expect(syncPill(page, '1 unsent')).toBeVisible();
		// Nothing is open when the network is back, so that nothing goes with a token of before.
		await page.close();
		await signOutElsewhere(mana.url, await signIn(mana, ada));
		await device.plugIn();
		page = await device.context.newPage();
		await page.goto(`${mana.url}/todo`);
		await expect(task(page, 'Written in a tunnel')).toBeVisible();
		await expect(syncPill(page, 'Signed out')).toBeVisible();
		await look(page, 'accounts-over');
		await page.goto(`${mana.url}/todo/sync`);
		const { text } = await savedBy(page, () => page.getByRole('button', { name: 'Save as a file' }).click());
		expect(text).toContain('Written in a tunnel');
	});

	await test.step('and is sent when they are in again', async () => {
		await page.goto(`${mana.url}/sign-in?next=/todo`);
		await enter(page, ada);
		await expect(task(page, 'Written in a tunnel')).toBeVisible();
		await expect(syncPill(page, 'Up to date')).toBeVisible();
		await openAccounts(page, ada);
		await expect(page.getByRole('menuitemcheckbox', { name: 'Grace' })).toBeVisible();
		await page.keyboard.press('Escape');
	});

	await test.step('while it is offline the account is removed by an admin: nothing of it stays but what was not sent, to be saved', async () => {
		await device.unplug();
		await addTasks(page, 'Written too late');
		await expect(syncPill(page, '1 unsent')).toBeVisible();
		await page.close();
		await removeAccount(mana, ada);
		await device.plugIn();
		page = await device.context.newPage();
		await page.goto(`${mana.url}/todo`);
		const left = page.getByRole('region', { name: 'Account of Ada removed' });
		await expect(left.getByRole('listitem').first()).toBeVisible();
		await expect(page.getByText('This account was removed from this Mana, with everything in it.')).toBeVisible();
		await look(page, 'accounts-erased');
		const { text } = await savedBy(page, () => left.getByRole('button', { name: 'Save as a file' }).click());
		expect(text).toContain('Written too late');
		expect(text).not.toContain('Written in a tunnel');
		expect(await traces(page, ada.id, 'From a guest', 'Written in a tunnel', ada.email)).toEqual(['storage left-behind']);
	});

	await test.step('once that is dropped nothing reminds of it, and the other account of the browser goes on', async () => {
		await page.getByRole('button', { name: 'Delete it' }).click();
		await page.getByRole('button', { name: /^Delete .* for good/ }).click();
		await expect(page.getByRole('region', { name: 'Account of Ada removed' })).toBeHidden();
		expect(await traces(page, ada.id, 'Written too late', ada.email)).toEqual([]);
		await page.getByRole('button', { name: /^Go on as Grace/ }).click();
		await goToTodo(page);
		await expect(task(page, 'Of Grace')).toBeVisible();
	});
});

async function enter(page: Page, { email, password }: TestPerson): Promise<void> {
	await page.getByLabel('E-mail').fill(email);
	await page.getByLabel('Password').fill(password);
	await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

async function openAccounts(page: Page, { name }: TestPerson): Promise<void> {
	await page.getByRole('button', { name: `Account of ${name}` }).click();
	await page.getByRole('menuitem', { name: 'Accounts' }).click();
}

/** Has an admin remove an account, and its time of grace be over. Resolves when nobody gets in any more. */
async function removeAccount(mana: TestMana, person: TestPerson): Promise<void> {
	const [owner, own] = [await signIn(mana, await ownerOf(mana)), await signIn(mana, person)];
	await post(mana, `/people/${person.id}/departure`, {}, { cookie: `${owner.name}=${owner.value}` });
	const file = join(mana.home, 'mana-auth', 'mana-auth.sqlite');
	const later = `const db = new (require('bun:sqlite').Database)(${JSON.stringify(file)});
		db.run('pragma busy_timeout = 10000');
		db.run('update departure set due_at = 0');
		db.run("update mana_jobs set run_at = 0 where name = 'departure' and state = 'waiting'");`;
	await promisify(execFile)('node_modules/.bin/bun', ['-e', later]);
	const headers = { cookie: `${own.name}=${own.value}` };
	const code = async () =>
		((await (await fetch(`${mana.url}/api/mana-auth/session`, { headers })).json()) as { code?: string }).code;
	await expect.poll(code, 'what mana-auth says to who was removed').toBe('account-erased');
}

async function signOutElsewhere(url: string, { name, value }: Cookie): Promise<void> {
	const headers = { origin: url, cookie: `${name}=${value}` };
	await fetch(`${url}/api/mana-auth/sessions`, { method: 'DELETE', headers });
}

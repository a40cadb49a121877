import type { Page } from '@playwright/test';
import { look, savedBy } from './look.ts';
import { type Cookie, invite, signIn, type TestPerson } from './people.ts';
import { addTasks, goToTodo, syncPill, task, titles } from './screen.ts';
import { expect, test } from './test.ts';

test('several accounts share a browser, each with what is its own, and what was not sent outlives being signed out elsewhere', async ({
	mana,
	newDevice,
}) => {
	const [ada, grace] = [await invite(mana, 'Ada'), await invite(mana, 'Grace')];
	const device = await newDevice();
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

async function signOutElsewhere(url: string, { name, value }: Cookie): Promise<void> {
	const headers = { origin: url, cookie: `${name}=${value}` };
	await fetch(`${url}/api/mana-auth/sessions`, { method: 'DELETE', headers });
}

import type { Page } from '@playwright/test';
import { invite, ownerOf, type TestPerson } from './people.ts';
import { addTasks, goToTodo, syncPill, task, titles } from './screen.ts';
import { expect, test } from './test.ts';

test('what a guest wrote is in the account that an invitation opens', async ({ mana, newDevice }) => {
	const a = await newDevice();
	const { page } = a;

	await test.step('somebody tries it as a guest', async () => {
		await beGuest(page, mana.url);
		await addTasks(page, 'Paint the fence tomorrow #garden !high @House', 'Buy brushes #garden', 'Just a thought');
		await expect(syncPill(page, 'On this device only')).toBeVisible();
	});

	const link = await test.step('the owner makes an invitation in the settings', async () => {
		const owner = await newDevice({ person: await ownerOf(mana) });
		await owner.page.goto(`${mana.url}/admin/invitations`);
		await owner.page.getByRole('button', { name: 'Make a link' }).click();
		return owner.page.getByLabel('Link', { exact: true }).inputValue();
	});

	await test.step('the guest follows it', async () => {
		await page.goto(link);
		await expect(page.getByText('What you wrote here as a guest comes along')).toBeVisible();
		await page.getByLabel('Your name').fill('Grace Hopper');
		await page.getByLabel('E-mail').fill('grace@example.org');
		await page.getByLabel('Password').fill('correct horse battery');
		await page.getByRole('button', { name: 'Create an account' }).click();
		await goToTodo(page);
		await expect.poll(() => titles(page)).toEqual(['Buy brushes', 'Just a thought']);
		await expect(syncPill(page, 'Up to date')).toBeVisible();
		await expect.poll(async () => (await databases(page)).length).toBe(1);
	});

	await test.step('all of it is on a second browser', async () => {
		const b = await newDevice();
		await signIn(b.page, mana.url, { email: 'grace@example.org', password: 'correct horse battery' });
		await goToTodo(b.page);
		await expect.poll(() => titles(b.page)).toEqual(['Buy brushes', 'Just a thought']);
		await b.page.getByRole('link', { name: /^House/ }).click();
		await expect(task(b.page, 'Paint the fence')).toContainText('High');
		await expect(task(b.page, 'Paint the fence')).toContainText('Tomorrow');
		await b.page.getByRole('link', { name: 'garden' }).click();
		await expect.poll(() => titles(b.page)).toEqual(['Paint the fence', 'Buy brushes']);
	});
});

test('what a guest wrote joins what the account has when they sign in', async ({ mana, newDevice }) => {
	const ada = await invite(mana, 'Ada');
	const a = await newDevice({ person: ada });
	await a.page.goto(`${mana.url}/todo`);
	await addTasks(a.page, 'From the account #home');
	await expect(syncPill(a.page, 'Up to date')).toBeVisible();

	const b = await newDevice();
	await beGuest(b.page, mana.url);
	await addTasks(b.page, 'From the guest #home');
	await signIn(b.page, mana.url, ada);
	await goToTodo(b.page);
	for (const { page } of [a, b]) {
		await expect.poll(async () => (await titles(page)).toSorted()).toEqual(['From the account', 'From the guest']);
		// The same tag on both sides is one tag.
		await expect(page.getByRole('link', { name: 'home', exact: true })).toHaveCount(1);
	}
});

test('signing out names what is unsent, and removes everything or keeps it, as one says', async ({ mana, newDevice }) => {
	const ben = await invite(mana, 'Ben');
	const { page } = await newDevice({ person: ben });
	await page.goto(`${mana.url}/todo`);
	await addTasks(page, 'Sent');
	await expect(syncPill(page, 'Up to date')).toBeVisible();
	// Frozen it acknowledges nothing, and killed before it thaws it never will have.
	mana.freeze('mana-sync');
	try {
		await addTasks(page, 'Not sent');

		await test.step('kept: it is there when one comes back', async () => {
			const dialog = await askToSignOut(page);
			await expect(dialog).toContainText('One change has not reached the server');
			await expect(dialog).toContainText('Task added');
			await dialog.getByRole('button', { name: 'Sign out, keep my data here' }).click();
			await expect(page.getByRole('heading', { name: 'Welcome to Mana' })).toBeVisible();
			await expect.poll(() => databases(page)).toEqual([`mana-${ben.id}`]);
			await signIn(page, mana.url, ben);
			await goToTodo(page);
			await expect.poll(() => titles(page)).toEqual(['Sent', 'Not sent']);
		});

		await test.step('removed: nothing is left on this device', async () => {
			const dialog = await askToSignOut(page);
			await dialog.getByRole('button', { name: 'Remove it and lose these changes' }).click();
			await expect(page.getByRole('heading', { name: 'Welcome to Mana' })).toBeVisible();
			await expect.poll(() => databases(page)).toEqual([]);
		});
	} finally {
		await mana.kill('mana-sync');
	}

	await test.step('what the server had comes back with the next sign-in', async () => {
		await signIn(page, mana.url, ben);
		await goToTodo(page);
		await expect.poll(() => titles(page)).toEqual(['Sent']);
	});
});

async function beGuest(page: Page, url: string): Promise<void> {
	await page.goto(url);
	await page.getByRole('button', { name: 'Try it as a guest' }).click();
	await goToTodo(page);
}

async function signIn(page: Page, url: string, { email, password }: Pick<TestPerson, 'email' | 'password'>): Promise<void> {
	await page.goto(`${url}/sign-in`);
	await page.getByLabel('E-mail').fill(email);
	await page.getByLabel('Password').fill(password);
	await page.getByRole('button', { name: 'Sign in', exact: true }).click();
	await page.getByRole('navigation', { name: 'Apps' }).waitFor();
}

async function askToSignOut(page: Page) {
	await page.getByRole('button', { name: /^Account of/ }).click();
	await page.getByRole('menuitem', { name: 'Sign out' }).click();
	return page.getByRole('dialog', { name: 'Sign out on this device' });
}

/** Names of the databases on this device. */
function databases(page: Page): Promise<string[]> {
	return page.evaluate<string[]>('indexedDB.databases().then((all) => all.map(({ name }) => name))');
}

import type { Page } from '@playwright/test';
import { addTasks, closeDetails, details, goToTodo, openTask, readyForOffline, syncPill, task, titles } from './screen.ts';
import { type Device, expect, keeping, test } from './test.ts';

const names = Array.from({ length: 20 }, (_, index) => `Task ${String(index + 1).padStart(2, '0')}`);
const email = 'ada@example.org';
const password = 'correct horse battery';

test('two browsers, edited apart, come to the same state and lose nothing', async ({ mana, newDevice }) => {
	const a = await newDevice(keeping);
	const b = await newDevice(keeping);

	await test.step('A follows the setup link, becomes the owner and writes twenty tasks', async () => {
		await a.page.goto(mana.setupLink);
		await a.page.getByLabel('Your name').fill('Ada Lovelace');
		await a.page.getByLabel('E-mail').fill(email);
		await a.page.getByLabel('Password').fill(password);
		await a.page.getByRole('button', { name: 'Make it mine' }).click();
		await expect(a.page.getByRole('heading', { name: 'Welcome home, Ada Lovelace' })).toBeVisible();
		await a.page.getByRole('link', { name: 'Open Mana' }).click();
		await goToTodo(a.page);
		await addTasks(a.page, ...names);
		expect(await titles(a.page)).toEqual(names);
		await expect(syncPill(a.page, 'Up to date')).toBeVisible();
	});

	await test.step('B signs in and has them all, in the same order', async () => {
		await b.page.goto(mana.url);
		await b.page.getByRole('link', { name: 'Sign in' }).click();
		await b.page.getByLabel('E-mail').fill(email);
		await b.page.getByLabel('Password').fill(password);
		await b.page.getByRole('button', { name: 'Sign in', exact: true }).click();
		await goToTodo(b.page);
		await expect.poll(() => titles(b.page)).toEqual(names);
	});

	await test.step('both lose the network', async () => {
		for (const { page } of [a, b]) await readyForOffline(page);
		await Promise.all([a, b].map((device) => device.unplug()));
		for (const { page } of [a, b]) await expect(syncPill(page, 'Offline')).toBeVisible();
	});

	await test.step('A renames a task of which B sets priority and day', async () => {
		await rename(a.page, 'Task 07', 'Seven, as A calls it');
		const pane = await openTask(b.page, 'Task 07');
		await pane.getByLabel('Priority').selectOption('High');
		await pane.getByRole('button', { name: 'Day: No day' }).click();
		await b.page.getByRole('dialog', { name: 'Schedule' }).getByRole('button', { name: 'Tomorrow' }).click();
		await closeDetails(b.page);
	});

	await test.step('both rename the same two tasks: once B is the later one, once A', async () => {
		await rename(a.page, 'Task 03', 'Three of A');
		await rename(b.page, 'Task 03', 'Three of B, later');
		await rename(b.page, 'Task 04', 'Four of B');
		await rename(a.page, 'Task 04', 'Four of A, later');
	});

	await test.step('each shows its own edits at once, and what is unsent', async () => {
		expect((await titles(a.page)).slice(2, 7)).toEqual([
			'Three of A',
			'Four of A, later',
			'Task 05',
			'Task 06',
			'Seven, as A calls it',
		]);
		expect((await titles(b.page)).slice(2, 7)).toEqual(['Three of B, later', 'Four of B', 'Task 05', 'Task 06', 'Task 07']);
		await expect(task(b.page, 'Task 07')).toContainText('High');
		await expect(task(b.page, 'Task 07')).toContainText('Tomorrow');
		await saysUnsent(a.page, 3, ['Task changed']);
		await saysUnsent(b.page, 4, ['Priority changed', 'Task scheduled for tomorrow', 'Task changed']);
	});

	await test.step('both come back and agree; where they cannot both be right, the later edit stands', async () => {
		await Promise.all([a, b].map((device) => device.plugIn()));
		const agreed = names.with(2, 'Three of B, later').with(3, 'Four of A, later').with(6, 'Seven, as A calls it');
		const c = await newDevice();
		await c.context.addCookies(await a.context.cookies());
		await c.page.goto(`${mana.url}/todo`);
		for (const device of [a, b, c]) await agrees(device, agreed);
	});
});

async function rename(page: Page, from: string, to: string): Promise<void> {
	const pane = await openTask(page, from);
	const title = pane.getByRole('textbox', { name: 'Title' }).first();
	await title.fill(to);
	await title.press('Enter');
	await expect(task(page, to)).toBeVisible();
	await closeDetails(page);
}

async function saysUnsent(page: Page, count: number, labels: readonly string[]): Promise<void> {
	await syncPill(page, `${count} unsent`).click();
	const says = page.getByRole('dialog', { name: `${count} unsent` });
	await expect(says).toContainText(`${count} changes wait to be sent`);
	for (const label of labels) await expect(says).toContainText(label);
	await page.keyboard.press('Escape');
	await expect(says).toBeHidden();
}

async function agrees({ page }: Device, agreed: readonly string[]): Promise<void> {
	await expect(syncPill(page, 'Up to date')).toBeVisible();
	await expect.poll(() => titles(page)).toEqual(agreed);
	const pane = await openTask(page, 'Seven, as A calls it');
	await expect(pane.getByLabel('Priority').locator('option:checked')).toHaveText('High');
	await expect(pane.getByRole('button', { name: /^Day: / })).toHaveText('Tomorrow');
	await closeDetails(page);
	await expect(details(page)).toBeHidden();
}

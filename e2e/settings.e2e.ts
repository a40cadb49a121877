import type { Page } from '@playwright/test';
import { invite } from './people.ts';
import { addTasks, goToTodo, readyForOffline, redAndBlue, syncPill, task } from './screen.ts';
import { expect, keeping, test } from './test.ts';

test('what a person sets holds at once in every app, travels to their other devices, and a device may keep a look of its own', async ({
	mana,
	newDevice,
}) => {
	const person = await invite(mana, 'Selma Settings');
	const a = await newDevice({ person, ...keeping });
	const b = await newDevice({ person });

	await test.step('somebody new is asked once, on whatever device', async () => {
		const [asked, askedToo] = [a, b].map(({ page }) => page.getByRole('region', { name: 'Make yourself at home' }));
		await a.page.goto(mana.url);
		await b.page.goto(mana.url);
		await expect(askedToo!).toBeVisible();
		await asked!.getByRole('combobox', { name: 'Time zone' }).selectOption('Europe/Vienna');
		await asked!.getByRole('button', { name: 'That is right' }).click();
		await expect(asked!).toBeHidden();
		await expect(askedToo!).toBeHidden();
	});

	await test.step('a setting is found by a word of another language, and its address leads to it', async () => {
		await a.page.goto(`${mana.url}/settings`);
		await a.page.getByLabel('Find a setting').fill('wochenst');
		await a.page.getByRole('link', { name: 'The week begins on' }).click();
		await expect(a.page).toHaveURL(/\/settings\/language#dates$/);
	});

	await test.step('the clock that was chosen is the clock of tasks, on both devices', async () => {
		await b.page.goto(`${mana.url}/todo/today`);
		await addTasks(b.page, 'Call the plumber today 14:30');
		await expect(task(b.page, 'Call the plumber')).toContainText('14:30');
		await choose(a.page, 'Time of day', '2:30 PM');
		await expect(task(b.page, 'Call the plumber')).toContainText(/2:30 ?pm/i);
	});

	await test.step('language and region travel, and dates follow', async () => {
		await a.page.getByLabel('Written as in').selectOption('US');
		await expect(b.page.getByText(/^\w+, \w+ \d{1,2}, \d{4}$/)).toBeVisible();
		await choose(a.page, 'Language', 'Deutsch');
		await expect(a.page.getByRole('heading', { name: 'Sprache und Region', level: 1 })).toBeVisible();
		await expect(b.page.getByRole('heading', { name: 'Heute' })).toBeVisible();
		await choose(a.page, 'Sprache', 'English');
		await expect(b.page.getByRole('heading', { name: 'Today' })).toBeVisible();
	});

	await test.step('a dark look is everywhere, but not on a device that has its own', async () => {
		await b.page.goto(`${mana.url}/settings/look`);
		await b.page.getByRole('switch', { name: 'A look of its own' }).check({ force: true });
		await choose(b.page, 'Text size', 'Larger');
		await a.page.goto(`${mana.url}/settings/look`);
		await choose(a.page, 'Appearance', 'Dark');
		await expect(a.page.locator('html')).toHaveAttribute('data-theme', 'dark');
		await expect(a.page.locator('html')).toHaveAttribute('data-text', 'normal');
		await b.page.getByRole('switch', { name: 'A look of its own' }).uncheck({ force: true });
		await expect(b.page.locator('html')).toHaveAttribute('data-theme', 'dark');
		await expect(b.page.locator('html')).toHaveAttribute('data-text', 'normal');
		await a.page.getByRole('switch', { name: 'One colour in all apps' }).check({ force: true });
		await a.page.getByRole('radio', { name: 'Green' }).check();
		await expect(b.page.locator('html')).toHaveAttribute('style', /--hue: ?140/);
		await a.page.getByRole('button', { name: 'Reset this section' }).click();
		await expect(b.page.locator('html')).toHaveAttribute('data-theme', 'system');
		await expect(b.page.locator('html')).toHaveAttribute('style', /--hue: ?265/);
	});

	await test.step('name and picture are changed offline, and are everywhere when there is a network', async () => {
		await a.page.goto(`${mana.url}/settings/profile`);
		await expect(a.page.getByLabel('Your name')).toHaveValue('Selma Settings');
		// What places a picture is fetched when there is one.
		await readyForOffline(a.page, 'hub');
		await a.unplug();
		await a.page.locator('input[type=file]').setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: redAndBlue });
		const dialog = a.page.getByRole('dialog', { name: 'Place the picture' });
		await dialog.getByLabel('What will be seen').press('ArrowLeft');
		await dialog.getByRole('button', { name: 'Take this' }).click();
		await a.page.getByLabel('Your name').fill('Selma  Sun');
		await a.page.getByLabel('Your name').blur();
		await expect(a.page.getByRole('button', { name: 'Account of Selma Sun' }).locator('img')).toBeVisible();
		await a.plugIn();
		const there = b.page.getByRole('button', { name: 'Account of Selma Sun' });
		await expect(there.locator('img')).toBeVisible();
		await expect(syncPill(a.page, 'Up to date')).toBeVisible();
		// mana-auth learned the name: it is in the session that a new page asks for.
		await expect
			.poll(() =>
				a.page.evaluate(`fetch('/api/mana-auth/session').then((answer) => answer.json()).then(({ person }) => person.name)`),
			)
			.toBe('Selma Sun');
	});
});

test('a traveller is asked once whether to go by the clock of the place', async ({ mana, newDevice }) => {
	const person = await invite(mana, 'Tara Traveller');
	const home = await newDevice({ person });
	await home.page.goto(mana.url);
	await expect(syncPill(home.page, 'Up to date')).toBeVisible();
	const { page } = await newDevice({ person, timezoneId: 'Pacific/Auckland' });
	await page.goto(`${mana.url}/settings/language`);
	await expect(page.getByText('You are in Auckland (Pacific) now')).toBeVisible();
	await page.getByRole('button', { name: 'Use Auckland (Pacific)' }).click();
	await expect(page.getByRole('combobox', { name: 'Time zone' })).toHaveValue('Pacific/Auckland');
	await goToTodo(home.page);
	await home.page.goto(`${mana.url}/settings/language`);
	await expect(home.page.getByRole('combobox', { name: 'Time zone' })).toHaveValue('Pacific/Auckland');
});

async function choose(page: Page, group: string, name: string): Promise<void> {
	await page.getByRole('group', { name: group }).getByRole('radio', { name, exact: true }).check({ force: true });
}

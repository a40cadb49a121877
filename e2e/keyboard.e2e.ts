import { Keyboard } from './hands.ts';
import { look } from './look.ts';
import { invite } from './people.ts';
import { addField, details, syncPill, task, tasks, titles } from './screen.ts';
import { expect, test } from './test.ts';

for (const [size, viewport] of Object.entries({ wide: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } })) {
	test(`${size}: everything from the door to the account is done by keyboard alone`, async ({ mana, newDevice }) => {
		const person = await invite(mana, `Kim ${size}`);
		const { page } = await newDevice({ viewport });
		const keys = new Keyboard(page);
		await page.goto(mana.url);
		await page.getByRole('heading', { level: 1 }).waitFor();

		await test.step('in by the door', async () => {
			await keys.reach('Try it as a guest');
			await keys.press('Enter');
			await page.getByRole('region', { name: 'Today' }).waitFor();
		});

		await test.step('quick add from anywhere', async () => {
			await keys.press('q');
			await expect(page.getByRole('textbox', { name: 'What do you want to do?' })).toBeFocused();
			await keys.type('First task');
			await keys.press('Enter');
			await expect(page.getByRole('dialog')).toBeHidden();
		});

		await test.step('by the palette to the inbox', async () => {
			await keys.press('Control+k');
			await expect(page.getByRole('combobox', { name: 'Go, do, find' })).toBeFocused();
			await keys.type('Inbox');
			await page
				.getByRole('option', { name: /^Inbox/ })
				.first()
				.waitFor();
			await keys.press('Enter');
			await page.getByRole('heading', { name: 'Inbox' }).waitFor();
			await expect(task(page, 'First task')).toBeVisible();
		});

		await test.step('tasks are added', async () => {
			await keys.press('n');
			await expect(addField(page)).toBeFocused();
			for (const title of ['Second task', 'Third task']) {
				await keys.type(title);
				await keys.press('Enter');
			}
			await expect.poll(() => titles(page)).toEqual(['First task', 'Second task', 'Third task']);
		});

		await test.step('moved, made urgent, given a day', async () => {
			await keys.reach('First task', 'Shift+Tab');
			await keys.press('Alt+ArrowDown');
			await expect.poll(() => titles(page)).toEqual(['Second task', 'First task', 'Third task']);
			await keys.isOn('First task');
			await keys.press('1');
			await expect(task(page, 'First task')).toContainText('Urgent');
			await keys.press('t');
			await expect(task(page, 'First task')).toContainText('Today');
			await keys.isOn('First task');
		});

		await test.step('completed, and taken back', async () => {
			await keys.press('x');
			await expect(task(page, 'First task')).toHaveCount(0);
			await keys.isOn('Third task');
			await keys.press('Control+z');
			await expect(task(page, 'First task')).toBeVisible();
			await keys.isOn('Third task');
		});

		await test.step('several at once', async () => {
			await keys.press('Home', 'Shift+ArrowDown');
			await expect(page.getByRole('toolbar', { name: '2 selected' })).toBeVisible();
			await keys.press('v');
			await expect(page.getByRole('menu')).toBeVisible();
			await keys.press('Escape');
			await expect(page.getByRole('menu')).toBeHidden();
			await keys.press('Escape');
			await expect(page.getByRole('toolbar')).toBeHidden();
		});

		await test.step('the menu of a task', async () => {
			await keys.press('Home', 'Shift+F10');
			await expect(page.getByRole('menu')).toBeVisible();
			await keys.press('ArrowDown', 'Escape');
			await expect(page.getByRole('menu')).toBeHidden();
			await keys.isOn('Second task');
		});

		await test.step('details: steps, a day, and back', async () => {
			await keys.press('Enter');
			await details(page).waitFor();
			await keys.reach('Add a step');
			await keys.type('First step');
			await keys.press('Enter');
			await keys.type('Second step');
			await keys.press('Enter');
			await keys.reach('Title', 'Shift+Tab');
			const second = details(page).locator('[data-step]').nth(1);
			await expect(second.getByRole('textbox')).toBeFocused();
			await keys.press('Tab');
			await expect(second.getByRole('textbox')).toHaveAccessibleDescription('Level 2');
			await expect(details(page).getByRole('img', { name: '0 of 1 steps done' })).toBeVisible();
			await keys.press('Shift+Tab');
			await expect(second.getByRole('textbox')).not.toHaveAccessibleDescription('Level 2');
			await keys.press('Tab');
			await expect(second.getByRole('textbox')).toHaveAccessibleDescription('Level 2');
			await look(page, 'steps-deep');
			await keys.reach('Day: No day');
			await keys.press('Enter');
			await page.getByRole('dialog', { name: 'Schedule' }).waitFor();
			// What is in it is fetched; until then the panel itself would hold the focus, and all of its words.
			await page.getByRole('button', { name: 'Tomorrow' }).waitFor();
			await keys.reach('Tomorrow');
			await keys.press('Enter');
			await expect(details(page).getByRole('button', { name: /^Day: / })).toHaveText('Tomorrow');
			await keys.isOn('Day: ');
			await keys.press('Escape');
			await details(page).waitFor({ state: 'hidden' });
			await keys.isOn('Second task');
		});

		await test.step('everything is deleted, down to the last, which the notice gives back', async () => {
			for (const left of [2, 1, 0]) {
				await keys.press('Delete');
				await expect(tasks(page)).toHaveCount(left);
			}
			await keys.reach('Undo');
			await keys.press('Enter');
			await expect(tasks(page)).toHaveCount(1);
		});

		await test.step('the keys of this screen', async () => {
			await keys.reach('Complete “', 'Shift+Tab');
			await keys.press('?');
			await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
			await keys.press('Escape');
			await page.getByRole('dialog').waitFor({ state: 'hidden' });
		});

		await test.step('through the settings into the account', async () => {
			await keys.press('g', ',');
			await page.getByRole('heading', { name: 'Settings' }).waitFor();
			await keys.reach('Sign in');
			await keys.press('Enter');
			await page.getByRole('heading', { name: 'Sign in' }).waitFor();
			await keys.reach('E-mail');
			await keys.type(person.email);
			await keys.press('Tab');
			await keys.type(person.password);
			await keys.press('Enter');
			await page.getByRole('region', { name: 'Today' }).waitFor();
			await keys.press('g', 'h');
			if (size === 'wide') await expect(syncPill(page, 'Up to date')).toBeVisible();
		});
	});
}

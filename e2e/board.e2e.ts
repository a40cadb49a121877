import type { Locator, Page } from '@playwright/test';
import { faultless } from './axe.ts';
import { Keyboard } from './hands.ts';
import { look } from './look.ts';
import { addField, addTasks, details, notice } from './screen.ts';
import { expect, test } from './test.ts';

const column = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true });
const card = (page: Page, title: string): Locator => page.locator('[data-card]').filter({ hasText: title });
const filter = (page: Page): Locator => page.getByRole('combobox', { name: 'Filter' });

test('a board is worked on by keyboard and by mouse, does what its columns mean, and is kept with its filter', async ({
	mana,
	newDevice,
}) => {
	const { page } = await newDevice({ viewport: { width: 1280, height: 900 } });
	const keys = new Keyboard(page);
	await page.goto(`${mana.url}/todo`);
	await page.getByRole('button', { name: 'Try it as a guest' }).click();
	await addField(page).waitFor();
	await addTasks(page, 'Paint the fence today #garden', 'Call Ana tomorrow !high @Work', 'Read Middlemarch');
	await page.getByRole('link', { name: 'Board', exact: true }).click();
	await expect(column(page, 'To do').locator('[data-card]')).toHaveCount(3);
	await look(page, 'board');

	await test.step('by keyboard: written into a column, moved, and opened', async () => {
		await faultless(page, 'board');
		await card(page, 'Paint the fence').getByRole('link').focus();
		await keys.press('ArrowDown');
		await keys.isOn('Call Ana');
		await keys.press('Alt+ArrowRight');
		await expect(column(page, 'Doing')).toContainText('Call Ana');
		await keys.isOn('Call Ana');
		await keys.press('n');
		await keys.type('Write to Ben');
		await keys.press('Enter');
		await expect(column(page, 'Doing')).toContainText('Write to Ben');
		await card(page, 'Call Ana').getByRole('link').focus();
		await keys.press('Enter');
		await expect(details(page)).toBeVisible();
		await expect(details(page).getByLabel('Status')).toHaveValue('doing');
		await keys.press('Escape');
		await details(page).waitFor({ state: 'hidden' });
		await keys.isOn('Call Ana');
		await keys.press('ArrowLeft');
		await keys.isOn('Paint the fence');
	});

	await test.step('by mouse: what is let go over Done is done, and undo takes it back', async () => {
		await card(page, 'Read Middlemarch').dragTo(column(page, 'Done'), { targetPosition: { x: 60, y: 80 } });
		await expect(column(page, 'Done')).toContainText('Read Middlemarch');
		await notice(page, 'Task completed').getByRole('button', { name: 'Undo' }).click();
		await expect(column(page, 'To do')).toContainText('Read Middlemarch');
	});

	await test.step('days and tags mean what they say', async () => {
		await page.getByLabel('Columns by').selectOption('By day');
		await expect(column(page, 'Today')).toContainText('Paint the fence');
		await card(page, 'Read Middlemarch').getByRole('link').focus();
		for (const key of ['Alt+ArrowLeft', 'Alt+ArrowLeft', 'Alt+ArrowLeft']) await keys.press(key);
		await expect(column(page, 'Tomorrow')).toContainText('Read Middlemarch');
		await page.getByLabel('Columns by').selectOption('By tag');
		await card(page, 'Call Ana').dragTo(column(page, 'garden'), { targetPosition: { x: 60, y: 60 } });
		await expect(column(page, 'garden')).toContainText('Call Ana');
		await page.getByLabel('Grid', { exact: true }).check({ force: true });
		await expect(column(page, 'Important and urgent')).toContainText('Call Ana');
		await look(page, 'grid');
		await faultless(page, 'grid');
	});

	await test.step('on a timeline a task is carried, begins earlier, and is given a day', async () => {
		await page.getByLabel('Timeline', { exact: true }).check({ force: true });
		const row = (title: string) => page.getByRole('row').filter({ hasText: title });
		const when = async (title: string) => (await row(title).locator('[title]').last().getAttribute('title')) ?? '';
		await row('Paint the fence').focus();
		// A key with Alt alone does not let a browser show where the focus is.
		await keys.press('ArrowDown', 'ArrowUp');
		const before = await when('Paint the fence');
		await keys.press('Alt+Shift+ArrowRight');
		await expect.poll(() => when('Paint the fence')).not.toBe(before);
		await keys.isOn('Paint the fence');
		await keys.press('Alt+Shift+ArrowLeft');
		await expect.poll(() => when('Paint the fence')).toBe(before);
		await keys.press('Shift+ArrowLeft');
		await expect.poll(() => when('Paint the fence')).toMatch(new RegExp(` – ${before}$`));
		await look(page, 'timeline');
		await faultless(page, 'timeline');
		await page.getByRole('button', { name: 'Later weeks' }).click();
		await expect(row('Paint the fence')).toBeHidden();
		await page.getByRole('button', { name: 'Choose a day for “Write to Ben”' }).click({ position: { x: 4, y: 20 } });
		await row('Write to Ben').locator('[title]').last().hover();
		const first = await when('Write to Ben');
		const { x, y, width, height } = (await row('Write to Ben').locator('[title]').last().boundingBox())!;
		await page.mouse.down();
		await page.mouse.move(x + 3.5 * width, y + height / 2, { steps: 4 });
		await page.mouse.up();
		await expect.poll(() => when('Write to Ben')).not.toBe(first);
		await page.getByRole('group', { name: 'Weeks' }).getByRole('button', { name: 'Today' }).click();
		await expect(row('Paint the fence')).toBeVisible();
	});

	await test.step('a filter is completed while it is typed, says what is wrong, and is kept', async () => {
		await page.getByLabel('List', { exact: true }).check({ force: true });
		await filter(page).fill('#gar');
		await page.keyboard.press('Enter');
		await expect(filter(page)).toHaveValue('#garden ');
		await expect(page.locator('[data-row]')).toHaveCount(2);
		await filter(page).fill('#garden & colour:red');
		await expect(page.getByText('There is no condition “colour:”')).toBeVisible();
		await look(page, 'filter-wrong');
		await filter(page).fill('(#garden | due:tomorrow) !done sort:priority');
		await expect(page.locator('[data-row]')).toHaveCount(3);
		await faultless(page, 'filter');
		// A board that is kept has an order of its own where its filter names none.
		await filter(page).fill('(#garden | due:tomorrow) !done');
		await expect(page.locator('[data-row]')).toHaveCount(3);
		await page.getByRole('button', { name: 'Save view' }).click();
		await page.getByRole('dialog').getByLabel('Name').fill('Soon');
		await page.keyboard.press('Enter');
		await page.getByRole('heading', { name: 'Soon', level: 1 }).waitFor();
	});

	await test.step('a kept board has columns of its own and a limit, on a phone one at a time', async () => {
		await page.getByLabel('Board', { exact: true }).check({ force: true });
		await page.getByLabel('Columns by').selectOption('Own columns');
		await page.getByRole('button', { name: 'Add column' }).click();
		await page.getByRole('dialog').getByLabel('Name of the column').fill('Now');
		await page.keyboard.press('Enter');
		await card(page, 'Call Ana').dragTo(column(page, 'Now'), { targetPosition: { x: 60, y: 60 } });
		await expect(column(page, 'Now')).toContainText('Call Ana');
		await card(page, 'Paint the fence').dragTo(card(page, 'Call Ana'), { targetPosition: { x: 60, y: 2 } });
		const now = () => column(page, 'Now').locator('[data-card]').getByRole('link').allTextContents();
		await expect.poll(now).toEqual([expect.stringContaining('Paint the fence'), expect.stringContaining('Call Ana')]);
		await card(page, 'Paint the fence').getByRole('link').focus();
		await keys.press('Alt+ArrowDown');
		await expect.poll(now).toEqual([expect.stringContaining('Call Ana'), expect.stringContaining('Paint the fence')]);
		await keys.isOn('Paint the fence');
		await keys.press('Alt+ArrowLeft');
		await expect.poll(now).toEqual([expect.stringContaining('Call Ana')]);
		await page.getByRole('button', { name: 'Actions for column Now' }).click();
		await page.getByRole('menuitem', { name: 'Limit this column' }).click();
		await page.getByRole('dialog').getByLabel('At most').fill('1');
		await page.keyboard.press('Enter');
		await expect(column(page, 'Now')).toContainText('1/1');
		await page.reload();
		await expect(column(page, 'Now')).toContainText('Call Ana');
		await look(page, 'board-own');
		await page.setViewportSize({ width: 390, height: 844 });
		await page.getByLabel('Column', { exact: true }).selectOption('Now (1)');
		await expect(page.getByRole('region', { name: 'Unsorted' })).toHaveCount(0);
		await card(page, 'Call Ana').getByRole('button', { name: 'Actions for “Call Ana”' }).click();
		await page.getByRole('menuitem', { name: 'Move to column' }).click();
		await page.getByRole('menuitem', { name: 'Unsorted' }).click();
		await page.getByLabel('Column', { exact: true }).selectOption('Unsorted (3)');
		await expect(card(page, 'Call Ana')).toBeVisible();
		await faultless(page, 'board of its own, on a phone');
	});
});

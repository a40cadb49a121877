import type { Locator, Page } from '@playwright/test';
import { faultless } from './axe.ts';
import { Keyboard } from './hands.ts';
import { look } from './look.ts';
import { addField, addTasks, details, notice, openTask, task } from './screen.ts';
import { expect, test } from './test.ts';

const day = '2031-03-05';

/** What has no time yet, beside the hours of the calendar. */
function waiting(page: Page): Locator {
	return page.getByRole('complementary', { name: 'Tasks without a time' });
}

/** An event among the hours. */
function block(page: Page, title: string): Locator {
	return page.getByRole('main').getByRole('button', { name: new RegExp(`^${title}, `) });
}

/** Goes there within the open page, as its links do: a guest's store is the page's. */
async function asGuest(page: Page, url: string): Promise<void> {
	await page.goto(`${url}/todo`);
	await page.getByRole('button', { name: 'Try it as a guest' }).click();
	await addField(page).waitFor();
}

test('tasks get time in the calendar by keys and by mouse, and what becomes of either shows in the other', async ({
	mana,
	newDevice,
}) => {
	const { page } = await newDevice({ viewport: { width: 1280, height: 900 } });
	const keys = new Keyboard(page);
	await asGuest(page, mana.url);

	await test.step('a task gets the next free time by one key, and its details lead there', async () => {
		await addTasks(page, 'Write the report', 'Read Middlemarch', 'Call Ana');
		await task(page, 'Write the report').focus();
		await keys.press('b');
		const menu = page.getByRole('menu', { name: 'When to do “Write the report”?' });
		await expect(menu.getByRole('menuitem').first()).toContainText('–');
		await keys.press('ArrowDown', 'Enter');
		await notice(page, 'Time planned in the calendar').waitFor();
		await expect(task(page, 'Write the report')).toContainText(/Planned (Today|Tomorrow) \d/);
		await openTask(page, 'Write the report');
		await look(page, 'kept-time-details');
		await details(page).getByRole('region', { name: 'Planned times' }).getByRole('link').click();
		const event = page.getByRole('complementary', { name: 'Details' });
		await expect(event).toContainText('Time for the task Write the report');
		await event.getByRole('checkbox', { name: 'Complete the task' }).check({ force: true });
		await expect(block(page, 'Write the report')).toHaveAccessibleName(/Done$/);
		await look(page, 'kept-time-done');
		await page.goto(`${mana.url}/todo/completed`);
		await expect(task(page, 'Write the report')).toBeVisible();
	});

	await test.step('beside a day, a task is taken up, carried and let go by keys, and ticked off there', async () => {
		await page.goto(`${mana.url}/calendar/day/${day}`);
		await page.getByRole('heading', { level: 1 }).waitFor();
		await page.keyboard.press('p');
		await expect(waiting(page).getByRole('button', { name: /Read Middlemarch|Call Ana/ })).toHaveCount(2);
		await look(page, 'kept-time-list');
		await faultless(page, 'tasks beside the hours');
		await waiting(page).getByRole('button', { name: 'Read Middlemarch' }).focus();
		await keys.press('Enter', 'ArrowDown', 'ArrowDown', 'ArrowDown');
		await expect(page.getByText(/^“Read Middlemarch”: .*8:45/)).toBeAttached();
		await keys.press('ArrowUp', 'Enter');
		await expect(block(page, 'Read Middlemarch')).toHaveAccessibleName(/ 8:30–9:00,/);
		await expect(waiting(page).getByRole('button', { name: 'Read Middlemarch' })).toBeHidden();
		await keys.isOn('Call Ana');
		await block(page, 'Read Middlemarch').focus();
		await keys.press('x');
		await expect(block(page, 'Read Middlemarch')).toHaveAccessibleName(/Done$/);
		await keys.press('x');
		await expect(block(page, 'Read Middlemarch')).toHaveAccessibleName(/Still to do$/);
	});

	await test.step('another one is dragged among the hours, where moving it moves the time alone', async () => {
		const from = (await waiting(page).getByRole('button', { name: 'Call Ana' }).boundingBox())!;
		const column = (await page.locator(`[data-column="${day}"]`).boundingBox())!;
		const first = (await block(page, 'Read Middlemarch').boundingBox())!;
		await page.mouse.move(from.x + 40, from.y + 12);
		await page.mouse.down();
		await page.mouse.move(column.x + 60, first.y + first.height * 3 + 4, { steps: 6 });
		await expect(page.locator('[data-ghost]')).toBeVisible();
		await page.mouse.up();
		await expect(block(page, 'Call Ana')).toHaveAccessibleName(/10:00/);
		await block(page, 'Call Ana').focus();
		await keys.press('ArrowDown', 'ArrowDown', 'Enter');
		await expect(block(page, 'Call Ana')).toHaveAccessibleName(/10:30/);
		await expect(waiting(page)).toContainText('Everything has its time.');
		await page.goto(`${mana.url}/todo`);
		await expect(task(page, 'Call Ana')).toContainText(/5 Mar 2031 10:30/);
	});

	await test.step('a task that is deleted takes its time along, and undo, or the trash, brings both back', async () => {
		await task(page, 'Call Ana').focus();
		await keys.press('Delete');
		await expect(task(page, 'Call Ana')).toBeHidden();
		await notice(page, 'Task moved to trash').getByRole('button', { name: 'Undo' }).click();
		await expect(task(page, 'Call Ana')).toContainText(/5 Mar 2031 10:30/);
		await task(page, 'Call Ana').focus();
		await keys.press('Delete');
		await expect(task(page, 'Call Ana')).toBeHidden();
		await page.goto(`${mana.url}/calendar/day/${day}`);
		await block(page, 'Read Middlemarch').waitFor();
		await expect(block(page, 'Call Ana')).toBeHidden();
		await page.goto(`${mana.url}/todo/trash`);
		await page.getByRole('listitem').filter({ hasText: 'Call Ana' }).getByRole('button', { name: 'Restore' }).click();
		await notice(page, 'Call Ana').waitFor();
		await page.goto(`${mana.url}/todo`);
		await expect(task(page, 'Call Ana')).toContainText(/5 Mar 2031 10:30/);
	});

	await test.step('the plan of a day gives what it holds their times', async () => {
		await addTasks(page, 'Water the plants today', 'Sweep the floor today');
		await page.goto(`${mana.url}/todo/plan`);
		await page.getByRole('button', { name: 'Plan times for 2 tasks' }).waitFor();
		await look(page, 'kept-time-plan');
		await faultless(page, 'plan of a day with times');
	});
});

test('on a phone a task gets time from its details, and in the calendar by a tap', async ({ mana, newDevice }) => {
	const { page } = await newDevice({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
	await asGuest(page, mana.url);
	await addTasks(page, 'Fold the laundry', 'Bake bread');
	await openTask(page, 'Fold the laundry');
	await details(page).getByRole('button', { name: 'Plan a time' }).tap();
	await page.getByRole('menu').getByRole('menuitem').first().tap();
	await expect(details(page).getByRole('region', { name: 'Planned times' }).getByRole('link')).toHaveCount(1);
	await look(page, 'kept-time-details-phone');
	await page.goto(`${mana.url}/calendar/day/${day}`);
	await page.getByRole('button', { name: 'Tasks without a time' }).tap();
	await waiting(page).getByRole('button', { name: 'Bake bread' }).tap();
	await expect(block(page, 'Bake bread')).toHaveAccessibleName(/8:00/);
	await expect(waiting(page)).toContainText('Everything has its time.');
	await look(page, 'kept-time-phone');
});

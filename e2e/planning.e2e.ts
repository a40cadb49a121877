import type { Locator, Page } from '@playwright/test';
import { faultless } from './axe.ts';
import { Keyboard } from './hands.ts';
import { look } from './look.ts';
import { addField, addTasks, details, notice, openTask, task, titles } from './screen.ts';
import { expect, test } from './test.ts';

/** The list of all projects, each with how deep it stands. */
function projectRow(page: Page, name: string): Locator {
	return page.getByRole('list', { name: 'Projects' }).getByRole('link', { name, exact: true });
}

async function addProject(page: Page, name: string): Promise<void> {
	await page.getByRole('dialog').getByLabel('Name of the project').fill(name);
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { level: 1, name }).waitFor();
}

test('projects stand under one another and begin again as templates, and tags are made one', async ({ mana, newDevice }) => {
	const { page } = await newDevice({ viewport: { width: 1280, height: 900 } });
	const keys = new Keyboard(page);
	await page.goto(`${mana.url}/todo`);
	await page.getByRole('button', { name: 'Try it as a guest' }).click();
	await addField(page).waitFor();

	await test.step('a project is made in another, and moved by keyboard, by mouse and by its menu', async () => {
		await page.goto(`${mana.url}/todo/projects?new`);
		await addProject(page, 'House');
		await addTasks(page, 'Buy paint today #shop', 'Paint the wall tomorrow');
		await page.getByRole('button', { name: 'Actions for House' }).click();
		await page.getByRole('menuitem', { name: 'New project in it' }).click();
		await addProject(page, 'Garden');
		await expect(page.getByRole('main').getByRole('link', { name: 'House' })).toBeVisible();
		await addTasks(page, 'Rake leaves');
		for (const name of ['Work', 'Trip']) {
			await page.goto(`${mana.url}/todo/projects?new`);
			await addProject(page, name);
		}
		await page.goto(`${mana.url}/todo/projects`);
		await expect(projectRow(page, 'Garden')).toHaveAccessibleDescription('Level 2');
		await projectRow(page, 'Work').focus();
		await keys.press('Alt+ArrowRight');
		await expect(projectRow(page, 'Work')).toHaveAccessibleDescription('Level 2');
		await keys.isOn('Work');
		await keys.press('Alt+ArrowUp');
		await expect.poll(() => page.getByRole('list', { name: 'Projects' }).getByRole('link').allTextContents()).toEqual(['House', 'Work', 'Garden', 'Trip']); // prettier-ignore
		await keys.press('Alt+ArrowLeft');
		await expect(projectRow(page, 'Work')).toHaveAccessibleDescription('Level 1');
		const grip = page
			.getByRole('list', { name: 'Projects' })
			.getByRole('listitem')
			.filter({ hasText: 'Trip' })
			.locator('[data-drag-handle]');
		const from = (await grip.boundingBox())!;
		await page.mouse.move(from.x + 16, from.y + 16);
		await page.mouse.down();
		await page.mouse.move(from.x + 46, from.y + 14, { steps: 5 });
		await page.mouse.up();
		await expect(projectRow(page, 'Trip')).toHaveAccessibleDescription('Level 2');
		await faultless(page, 'projects');
		await look(page, 'projects');
		await projectRow(page, 'House').click();
		await page.getByRole('heading', { level: 1, name: 'House' }).waitFor();
		await look(page, 'project-with-more');
	});

	await test.step('a project is kept as a template, changed there, and begun on another day', async () => {
		await page.getByRole('button', { name: 'Actions for House' }).click();
		await page.getByRole('menuitem', { name: 'Save as template' }).click();
		await notice(page, 'Saved as a template').getByRole('button', { name: 'Open' }).click();
		await page.getByRole('heading', { level: 1, name: 'House' }).waitFor();
		await expect(page.getByLabel('Day of “Paint the wall”, counted from the first')).toHaveValue('1');
		await page.getByLabel('Day of “Paint the wall”, counted from the first').fill('3');
		await page.getByRole('textbox', { name: 'Add a task' }).fill('Clean the brushes tomorrow');
		await page.keyboard.press('Enter');
		await expect(page.getByLabel('Day of “Clean the brushes”, counted from the first')).toHaveValue('1');
		await faultless(page, 'template');
		await look(page, 'template');
		await page.getByRole('button', { name: 'Begin', exact: true }).click();
		const dialog = page.getByRole('dialog', { name: 'Begin “House”' });
		await dialog.getByLabel('Name of the project').fill('House in spring');
		await dialog.getByLabel('First day').fill('2031-03-01');
		await dialog.getByRole('button', { name: 'Begin' }).click();
		await page.getByRole('heading', { level: 1, name: 'House in spring' }).waitFor();
		await expect.poll(() => titles(page)).toEqual(['Buy paint', 'Paint the wall', 'Clean the brushes']);
		await expect(task(page, 'Paint the wall')).toContainText('4 Mar 2031');
		await expect(page.getByRole('list', { name: 'Projects in House in spring' })).toContainText('Garden');
		await page.goto(`${mana.url}/todo/templates`);
		await expect(page.getByText('A project with 4 tasks')).toBeVisible();
		await look(page, 'templates');
	});

	await test.step('a tag is renamed into another one, which everything carries then', async () => {
		await page.goto(`${mana.url}/todo`);
		await addTasks(page, 'Post a letter #errands');
		await page.goto(`${mana.url}/todo/tags`);
		const list = page.getByRole('list', { name: 'Tags', exact: true });
		await expect(list.getByRole('listitem')).toHaveCount(2);
		await expect(list.getByRole('listitem').filter({ hasText: '#shop' })).toContainText('3 entries');
		await look(page, 'tags');
		await page.getByRole('button', { name: 'Actions for tag shop' }).click();
		await page.getByRole('menuitem', { name: 'Change tag' }).click();
		await page.getByRole('dialog').getByLabel('Name of the tag').fill('errands');
		await page.keyboard.press('Enter');
		await expect(list.getByRole('listitem')).toHaveText([/#errands.*4 entries/s]);
		await list.getByRole('link', { name: '#errands' }).click();
		await expect.poll(async () => (await titles(page)).toSorted()).toEqual(['Buy paint', 'Buy paint', 'Post a letter']);
	});
});

test('a day is planned beside what is in the calendar, and one task is worked on at a time', async ({ mana, newDevice }) => {
	const { page } = await newDevice({ viewport: { width: 1280, height: 900 } });
	await page.goto(`${mana.url}/todo`);
	await page.getByRole('button', { name: 'Try it as a guest' }).click();
	await addField(page).waitFor();

	await test.step('a day is planned from what was left over and what has no day, beside what is in the calendar', async () => {
		await page.goto(`${mana.url}/calendar/day`);
		await page.getByRole('heading', { level: 1 }).waitFor();
		await page.keyboard.press('q');
		const dialog = page.getByRole('dialog', { name: 'Add to Calendar' });
		await dialog.getByRole('textbox').first().fill('Lunch with Ben today 12:30');
		await page.keyboard.press('Enter');
		await dialog.waitFor({ state: 'hidden' });
		await page.goto(`${mana.url}/todo`);
		await addTasks(page, 'Answer Ana 5.1.2020', 'Read Middlemarch');
		await page.goto(`${mana.url}/todo/plan`);
		await expect(page.getByRole('list', { name: 'On this day' }).getByRole('link', { name: 'Lunch with Ben' })).toBeVisible();
		await look(page, 'plan');
		await faultless(page, 'plan of a day');
		await page.getByRole('group', { name: 'When to do “Answer Ana”' }).getByRole('button', { name: 'Tomorrow' }).click();
		await expect(page.getByRole('list', { name: 'Left over' })).toBeHidden();
		await page.getByRole('group', { name: 'When to do “Read Middlemarch”' }).getByRole('button', { name: 'Today' }).click();
		await expect(task(page, 'Read Middlemarch')).toBeVisible();
		await page.getByRole('link', { name: 'Begin the day' }).click();
		await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
		await expect(task(page, 'Read Middlemarch')).toBeVisible();
		await expect(page.getByRole('list', { name: 'On this day' })).toContainText('Lunch with Ben');
		await look(page, 'today-with-events');
		await page.getByRole('button', { name: 'Events and more beside tasks' }).click();
		await expect(page.getByRole('list', { name: 'On this day' })).toBeHidden();
	});

	await test.step('a week is looked back on, one task after the other, by keyboard alone', async () => {
		await page.goto(`${mana.url}/todo`);
		await addTasks(page, 'Mend the gate 5.1.2020', 'Ask about the roof 6.1.2020', 'Learn to whistle');
		const keys = new Keyboard(page);
		await page.getByRole('link', { name: 'Weekly review' }).click();
		await page.getByRole('heading', { level: 1, name: 'Weekly review' }).waitFor();
		await expect(page.getByRole('region', { name: 'What was done' })).toContainText('Nothing was done this week');
		await keys.press('n');
		const one = (name: string) => page.getByRole('region', { name, exact: true });
		await expect(one('Mend the gate')).toContainText('1 of 2');
		await look(page, 'review-slipped');
		await faultless(page, 'review, what slipped');
		await keys.press('x');
		await expect(one('Ask about the roof')).toContainText('2 of 2');
		await keys.press('s');
		await expect(page.getByRole('region', { name: 'What slipped' })).toContainText('You went through all of it');
		await keys.press('n');
		await expect(one('Learn to whistle').or(one('Ask about the roof'))).toContainText('1 of 2');
		await keys.press('k', 'k');
		await expect(page.getByRole('region', { name: 'What has no day' })).toContainText('2 tasks stay as they are.');
		await keys.press('n');
		await expect(page.getByRole('region', { name: 'What comes' })).toContainText('Answer Ana');
		await look(page, 'review-coming');
		await page.getByRole('link', { name: /^What was done/ }).click();
		await expect(page.getByRole('region', { name: 'What was done' })).toContainText('Mend the gate');
		await look(page, 'review-done');
		await faultless(page, 'review, what was done');
		await page.goto(`${mana.url}/todo/today`);
	});

	await test.step('one task fills the screen with its steps, and the clock measures the time that it takes', async () => {
		const pane = await openTask(page, 'Read Middlemarch');
		await pane.getByRole('textbox', { name: 'Add a step' }).fill('Book one');
		await page.keyboard.press('Enter');
		await pane.getByRole('button', { name: 'Focus on it' }).click();
		const focus = page.getByRole('dialog', { name: 'Focus' });
		await expect(focus.getByRole('heading', { name: 'Read Middlemarch' })).toBeVisible();
		await focus.getByRole('checkbox', { name: 'Complete “Book one”' }).check({ force: true });
		await focus.getByRole('button', { name: 'Focus on this' }).click();
		await expect(focus.getByText(/^24:|^25:00/)).toBeVisible();
		await focus.getByRole('button', { name: 'Count the time' }).click();
		await expect(focus.getByRole('button', { name: /^Stop counting/ })).toBeVisible();
		await faultless(page, 'focus on a task');
		await look(page, 'focus-task');
		await page.keyboard.press('Escape');
		await expect(details(page).getByRole('checkbox', { name: 'Reopen “Book one”' })).toBeChecked();
		await page.goto(`${mana.url}/clock/time`);
		await expect(page.getByRole('region', { name: 'What runs' })).toContainText('Read Middlemarch');
	});
});

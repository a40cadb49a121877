import type { Page } from '@playwright/test';
import { tasks as taskCollection } from '../apps/todo/model.ts';
import { look } from './look.ts';
import { invite, type TestPerson } from './people.ts';
import { addField, addTasks, closeDetails, details, notice, openTask, task, tasks, tick, titles } from './screen.ts';
import { seed } from './seed.ts';
import { type Device, expect, test as base } from './test.ts';

/** Somebody new in front of their empty inbox, as a guest: nothing here needs an account. */
const test = base.extend<{ page: Page }>({
	page: async ({ newDevice, mana }, use) => {
		const { page } = await newDevice();
		await page.goto(`${mana.url}/todo`);
		await page.getByRole('button', { name: 'Try it as a guest' }).click();
		await addField(page).waitFor();
		await use(page);
	},
});

test('quick add understands a line, from anywhere', async ({ page, mana }) => {
	await page.goto(mana.url);
	await page.getByRole('heading', { level: 1 }).waitFor();
	await page.keyboard.press('q');
	const field = page.getByRole('textbox', { name: 'What do you want to do?' });
	await expect(field).toBeFocused();
	await page.keyboard.type('Call Ana tomorrow 9:00 #phone !high @Work');
	const dialog = page.getByRole('dialog', { name: 'Add to Todo' });
	for (const chip of ['Tomorrow', '9:00', '#phone', 'High', '@Work'])
		await expect(dialog.getByText(chip, { exact: true }).last()).toBeVisible();
	await page.keyboard.press('Enter');
	await expect(dialog).toBeHidden();
	await expect(notice(page, 'Task added')).toBeVisible();
	await page.goto(`${mana.url}/todo/upcoming`);
	const row = task(page, 'Call Ana');
	for (const part of ['High', '9:00', 'Work', '#phone']) await expect(row).toContainText(part);
});

test('quick add understands German in a German interface, and leaves in the title what is dismissed', async ({
	mana,
	newDevice,
}) => {
	const { page } = await newDevice({ locale: 'de-DE' });
	await page.goto(mana.url);
	await page.getByRole('button', { name: 'Als Gast ausprobieren' }).click();
	await page.getByRole('heading', { level: 1 }).waitFor();
	await page.keyboard.press('q');
	const dialog = page.getByRole('dialog');
	await dialog.getByRole('textbox').fill('Morgen Magazin abonnieren übermorgen um 14 Uhr #post !dringend @Haus');
	await dialog.getByRole('button', { name: /„Morgen“/ }).click();
	await page.keyboard.press('Enter');
	await expect(page.getByText('Aufgabe hinzugefügt')).toBeVisible();
	await page.goto(`${mana.url}/todo/upcoming`);
	const row = page.getByRole('row').filter({ hasText: 'Morgen Magazin abonnieren' });
	for (const part of ['Dringend', '14:00', 'Haus', '#post']) await expect(row).toContainText(part);
	const inTwoDays = new Intl.DateTimeFormat('de-DE', { weekday: 'long', timeZone: 'Europe/Berlin' }).format(
		Date.now() + 48 * 3_600_000,
	);
	await expect(page.getByRole('grid', { name: `Aufgaben in ${inTwoDays}` })).toContainText('Morgen Magazin abonnieren');
});

test('completing is taken back by the notice, and by Ctrl+Z', async ({ page }) => {
	await addTasks(page, 'One', 'Two');
	await tick(page, 'One');
	await expect.poll(() => titles(page)).toEqual(['Two']);
	await notice(page, 'Task completed').getByRole('button', { name: 'Undo' }).click();
	await expect.poll(() => titles(page)).toEqual(['One', 'Two']);

	await tick(page, 'Two');
	await expect.poll(() => titles(page)).toEqual(['One']);
	await page.keyboard.press('Control+z');
	await expect(notice(page, 'Taken back: Task completed')).toBeVisible();
	await expect.poll(() => titles(page)).toEqual(['One', 'Two']);
	await page.keyboard.press('Control+Shift+z');
	await expect.poll(() => titles(page)).toEqual(['One']);
});

test('many tasks at once: completed, scheduled, prioritised, moved and deleted', async ({ page, mana }) => {
	await addTasks(page, 'One', 'Two', 'Three', 'Four', 'Five', 'For the project @Garden');
	await select(page, 'One', 'Two');
	await page.getByRole('toolbar').getByRole('button', { name: 'Schedule' }).click();
	await page.getByRole('menuitemcheckbox', { name: 'Tomorrow' }).click();
	for (const title of ['One', 'Two']) await expect(task(page, title)).toContainText('Tomorrow');
	await expect(page.getByRole('toolbar')).toHaveAccessibleName('2 selected');

	await page.getByRole('toolbar').getByRole('button', { name: 'Priority' }).click();
	await page.getByRole('menuitemcheckbox', { name: 'Urgent' }).click();
	for (const title of ['One', 'Two']) await expect(task(page, title)).toContainText('Urgent');

	await page.getByRole('toolbar').getByRole('button', { name: 'Move to' }).click();
	await page.getByRole('menuitemcheckbox', { name: 'Garden' }).click();
	await expect.poll(() => titles(page)).toEqual(['Three', 'Four', 'Five']);
	await expect(page.getByRole('toolbar')).toBeHidden();

	await select(page, 'Three', 'Four');
	await page.getByRole('toolbar').getByRole('button', { name: 'Complete' }).click();
	await expect.poll(() => titles(page)).toEqual(['Five']);
	await notice(page, '2 tasks completed').getByRole('button', { name: 'Undo' }).click();

	await expect.poll(() => titles(page)).toEqual(['Three', 'Four', 'Five']);
	await task(page, 'Three').focus();
	await page.keyboard.press('Control+a');
	await expect(page.getByRole('toolbar')).toHaveAccessibleName('3 selected');
	await page.getByRole('toolbar').getByRole('button', { name: 'Delete' }).click();
	await expect.poll(() => titles(page)).toEqual([]);
	await page.goto(`${mana.url}/todo/trash`);
	await expect(page.getByRole('list', { name: 'Trash' }).getByRole('listitem')).toHaveCount(3);
});

test('a task has steps, notes, a day, a time, a priority, tags and a project, saved while they are typed', async ({ page }) => {
	await addTasks(page, 'Move house', 'Elsewhere @House');
	let pane = await openTask(page, 'Move house');
	await pane.getByLabel('Notes').fill('Ask Ben for the van');
	const step = pane.getByRole('textbox', { name: 'Add a step' });
	for (const name of ['Boxes', 'Van', 'Friends']) {
		await step.fill(name);
		await step.press('Enter');
	}
	await tick(page, 'Boxes');
	await pane.getByRole('button', { name: /^Day/ }).click();
	await page.getByRole('dialog', { name: 'Schedule' }).getByRole('button', { name: 'In a week' }).click();
	await pane.getByLabel('Time', { exact: true }).fill('10:30');
	await pane.getByLabel('Priority').selectOption('Medium');
	await pane.getByRole('combobox', { name: 'Add a tag' }).fill('spring');
	await pane.getByRole('combobox', { name: 'Add a tag' }).press('Enter');
	await pane.getByLabel('Project').selectOption('House');
	await expect(details(page)).toBeVisible();

	await page.reload();
	pane = details(page);
	await expect(pane.getByRole('textbox', { name: 'Title' }).first()).toHaveValue('Move house');
	await expect(pane.getByRole('group', { name: 'Notes' }).getByText('Ask Ben for the van', { exact: true })).toBeVisible();
	await expect(pane.getByRole('checkbox', { name: 'Reopen “Boxes”' })).toBeChecked();
	await expect(pane.getByLabel('Time', { exact: true })).toHaveValue('10:30');
	await expect(pane.getByLabel('Priority').locator('option:checked')).toHaveText('Medium');
	await expect(pane.getByLabel('Project').locator('option:checked')).toHaveText('House');
	await pane.getByRole('button', { name: 'Remove tag spring' }).click();
	await expect(pane.getByText('#spring')).toBeHidden();

	await closeDetails(page);
	await page.getByRole('link', { name: /^House/ }).click();
	await expect(task(page, 'Move house').getByRole('img', { name: '1 of 3 steps done' })).toBeVisible();
});

test('a task that repeats is typed, chosen, done, taken back, skipped, seen ahead and ended', async ({ page, mana }) => {
	// By the clock of the browser, which is not that of the test.
	const inDays = (count: number) =>
		new Intl.DateTimeFormat('en', { weekday: 'long', timeZone: 'Europe/Berlin' }).format(Date.now() + count * 24 * 3_600_000);
	await addField(page).fill('Water plants every day');
	await expect(page.getByText('Every day', { exact: true })).toBeVisible();
	await look(page, 'repeat-typed');
	await addField(page).press('Enter');
	const row = task(page, 'Water plants');
	await expect(row.getByRole('img', { name: 'Repeats' })).toBeVisible();
	await expect(row).toContainText('Today');

	const pane = await openTask(page, 'Water plants');
	await pane.getByRole('textbox', { name: 'Add a step' }).fill('Fill the can');
	await pane.getByRole('textbox', { name: 'Add a step' }).press('Enter');
	await tick(page, 'Fill the can');
	await pane.getByRole('button', { name: 'Repeats: Every day' }).click();
	const panel = page.getByRole('dialog', { name: 'Repeats' });
	await look(page, 'repeat-preset');
	await panel.getByLabel('Repeats').selectOption('Custom…');
	await panel.getByLabel('Every').fill('3');
	await panel.getByLabel('Every').press('Tab');
	await panel.getByLabel('Ends').selectOption('After so many');
	await panel.getByLabel('Times').fill('4');
	await panel.getByLabel('Times').press('Tab');
	await expect(panel.getByRole('status')).toContainText('Every 3 days, 4 times');
	await expect(panel.getByRole('status').getByRole('time')).toHaveCount(3);
	await look(page, 'repeat-custom');
	await page.keyboard.press('Escape');
	await closeDetails(page);

	await tick(page, 'Water plants');
	await expect(tasks(page)).toHaveCount(1); // the done one has left
	await expect(row).toContainText(inDays(3));
	await expect(row.getByRole('img', { name: '0 of 1 steps done' })).toBeVisible();
	await notice(page, 'Task completed').getByRole('button', { name: 'Undo' }).click();
	await expect(tasks(page)).toHaveCount(1);
	await expect(row).toContainText('Today');
	await row.click({ button: 'right' });
	await page.getByRole('menuitem', { name: 'Skip this one' }).click();
	await expect(row).toContainText(inDays(3));

	await page.goto(`${mana.url}/todo/upcoming`);
	await expect(page.getByRole('grid', { name: `Tasks in ${inDays(3)}` })).toContainText('Water plants');
	await look(page, 'repeat-upcoming');
	await page.getByRole('list', { name: 'Comes again' }).getByRole('link').first().click();
	await details(page).getByRole('button', { name: 'Repeats: Every 3 days, 3 times' }).click();
	await panel.getByRole('button', { name: 'End repeating' }).click();
	await expect(details(page).getByRole('button', { name: 'Repeats: Does not repeat' })).toBeVisible();
	await expect(page.getByRole('list', { name: 'Comes again' })).toHaveCount(0);
});

test('the order is made with the mouse, and with Alt and the arrows', async ({ page }) => {
	await addTasks(page, 'One', 'Two', 'Three', 'Four');
	await drag(page, 'Four', 'Two');
	await expect.poll(() => titles(page)).toEqual(['One', 'Four', 'Two', 'Three']);

	await task(page, 'One').focus();
	await page.keyboard.press('Alt+ArrowDown');
	await expect.poll(() => titles(page)).toEqual(['Four', 'One', 'Two', 'Three']);
	await page.keyboard.press('Alt+ArrowDown');
	await expect.poll(() => titles(page)).toEqual(['Four', 'Two', 'One', 'Three']);
	await expect(task(page, 'One')).toBeFocused();
	await page.keyboard.press('Alt+ArrowUp');
	await expect.poll(() => titles(page)).toEqual(['Four', 'One', 'Two', 'Three']);
	await page.reload();
	await expect.poll(() => titles(page)).toEqual(['Four', 'One', 'Two', 'Three']);
});

test('a project is made, renamed, deleted with its tasks, and brought back', async ({ page, mana }) => {
	await page.getByRole('button', { name: 'New project' }).click();
	const dialog = page.getByRole('dialog', { name: 'New project' });
	await dialog.getByLabel('Name of the project').fill('Garden');
	await dialog.getByRole('button', { name: 'Save' }).click();
	await expect(page.getByRole('heading', { name: 'Garden', level: 1 })).toBeVisible();
	await addTasks(page, 'Dig', 'Sow');

	await page.getByRole('button', { name: 'Actions for Garden' }).click();
	await page.getByRole('menuitem', { name: 'Rename project' }).click();
	await page.getByRole('dialog', { name: 'Rename project' }).getByLabel('Name of the project').fill('Balcony');
	await page.getByRole('dialog', { name: 'Rename project' }).getByRole('radio', { name: 'Green' }).check();
	await page.getByRole('dialog', { name: 'Rename project' }).getByRole('button', { name: 'Save' }).click();
	await expect(page.getByRole('heading', { name: 'Balcony', level: 1 })).toBeVisible();

	await page.getByRole('button', { name: 'Actions for Balcony' }).click();
	await page.getByRole('menuitem', { name: 'Delete project' }).click();
	await expect(page.getByRole('heading', { name: 'Inbox', level: 1 })).toBeVisible();
	await expect(page.getByRole('link', { name: /^Balcony/ })).toBeHidden();
	await notice(page, 'Project moved to trash').getByRole('button', { name: 'Undo' }).click();
	await page.getByRole('link', { name: /^Balcony/ }).click();
	await expect.poll(() => titles(page)).toEqual(['Dig', 'Sow']);
	await page.goto(`${mana.url}/todo/projects`);
	await expect(page.getByRole('list', { name: 'Projects' }).getByRole('link')).toHaveText(['Balcony']);
});

test('search finds titles and notes, without regard for case and accents', async ({ page, mana }) => {
	await addTasks(page, 'Straße fegen', 'Garten', 'Anything else');
	const pane = await openTask(page, 'Garten');
	await pane.getByLabel('Notes').fill('Die STRASSE kehren, Änne fragen');
	await closeDetails(page);
	await page.goto(`${mana.url}/todo/search`);
	const field = page.getByRole('searchbox');
	await expect(field).toBeFocused();
	await field.fill('strasse');
	await expect.poll(() => titles(page)).toEqual(['Straße fegen', 'Garten']);
	await field.fill('anne strasse');
	await expect.poll(() => titles(page)).toEqual(['Garten']);
	await page.reload();
	await expect.poll(() => titles(page)).toEqual(['Garten']);
	await field.fill('unknown words');
	await expect(page.getByText('Nothing found for “unknown words”')).toBeVisible();

	await test.step('a link to another search is followed, what is opened keeps the words, and back is the search before', async () => {
		await page.keyboard.press('Control+k');
		await page.getByRole('combobox', { name: 'Go, do, find' }).fill('anything');
		await page.getByRole('option', { name: 'Anything else' }).click();
		await expect(details(page)).toBeVisible();
		await expect(field).toHaveValue('anything');
		await expect.poll(() => titles(page)).toEqual(['Anything else']);
		await closeDetails(page);
		await field.fill('strasse');
		await expect(page).toHaveURL(/[?&]q=strasse(&|$)/);
		await openTask(page, 'Garten');
		await expect(page).toHaveURL(/[?&]q=strasse&task=/);
		await expect.poll(() => titles(page)).toEqual(['Straße fegen', 'Garten']);
		await page.goBack();
		await expect(details(page)).toBeHidden();
		await expect.poll(() => titles(page)).toEqual(['Straße fegen', 'Garten']);
		await page.goBack();
		await expect(details(page)).toBeVisible();
		await expect(field).toHaveValue('anything');
		await expect.poll(() => titles(page)).toEqual(['Anything else']);
	});
});

test('the trash gives back, and is emptied only after a question', async ({ page, mana }) => {
	await addTasks(page, 'Keep me', 'Lose me', 'Lose me too');
	for (const title of ['Keep me', 'Lose me', 'Lose me too']) {
		await task(page, title).focus();
		await page.keyboard.press('Delete');
		await expect(task(page, title)).toBeHidden();
	}
	await page.goto(`${mana.url}/todo/trash`);
	const trash = page.getByRole('list', { name: 'Trash' }).getByRole('listitem');
	await expect(trash).toHaveText([/^Lose me too/, /^Lose me/, /^Keep me/]);
	await trash.filter({ hasText: 'Keep me' }).getByRole('button', { name: 'Restore' }).click();
	await expect(trash).toHaveCount(2);

	await page.getByRole('button', { name: 'Empty trash' }).click();
	const question = page.getByRole('dialog', { name: 'Delete for good?' });
	await expect(question).toContainText('2 entries will be gone');
	await question.getByRole('button', { name: 'Cancel' }).click();
	await expect(trash).toHaveCount(2);
	await page.getByRole('button', { name: 'Empty trash' }).click();
	await question.getByRole('button', { name: 'Delete for good' }).click();
	await expect(page.getByText('The trash is empty')).toBeVisible();
	await page.goto(`${mana.url}/todo`);
	await expect.poll(() => titles(page)).toEqual(['Keep me']);
});

test.describe('with ten thousand tasks', () => {
	const many = 10_000;

	test('the list opens, scrolls and is written to without waiting', async ({ mana, newDevice }) => {
		const ada: TestPerson = await invite(mana, 'Ada');
		await seed(mana, ada, (store) => {
			for (let from = 0; from < many; from += 250)
				store.write('Import', (tx) => {
					for (let n = from; n < from + 250; n++) tx.create(taskCollection, { title: `Task ${n}` });
				});
		});
		const { page }: Device = await newDevice({ person: ada });
		await page.goto(`${mana.url}/todo`);
		await expect(page.getByRole('link', { name: `Inbox ${many} tasks` })).toBeVisible({ timeout: 20_000 });
		await page.reload();
		const first = task(page, 'Task 0');
		await expect(first).toBeVisible();
		expect(await tasks(page).count(), 'rows that are made before one scrolls').toBeLessThan(500);

		await first.focus();
		const began = Date.now();
		await page.keyboard.press('x');
		await expect(page.getByRole('link', { name: `Inbox ${many - 1} tasks` })).toBeVisible();
		await page.keyboard.press('Control+a');
		await expect(page.getByRole('toolbar')).toHaveAccessibleName(`${many - 1} selected`);
		await page.keyboard.press('Escape');
		// The field is at the end of the list, where the one that is added may not be in sight.
		await addField(page).fill('One more');
		await addField(page).press('Enter');
		await expect(page.getByRole('link', { name: `Inbox ${many} tasks` })).toBeVisible();
		console.log(`completing, selecting all and adding among ${many} tasks: ${Date.now() - began} ms`);

		await page.evaluate('scrollTo(0, 0)');
		await page.getByRole('grid').hover({ position: { x: 200, y: 200 } });
		await page.mouse.wheel(0, 20_000);
		const inTheMiddle = `document.elementFromPoint(innerWidth * 0.6, innerHeight / 2)?.closest('[role=row]')?.textContent ?? ''`;
		await expect.poll(() => page.evaluate<string>(inTheMiddle)).toMatch(/Task [45]\d\d/);
		expect(await tasks(page).count(), 'rows that are made after one scrolled').toBeLessThan(500);
	});
});

async function select(page: Page, ...wanted: readonly string[]): Promise<void> {
	for (const title of wanted)
		await task(page, title)
			.getByRole('paragraph')
			.first()
			.click({ modifiers: ['Control'] });
}

/** Drags a task by its handle to the upper half of another one. */
async function drag(page: Page, title: string, before: string): Promise<void> {
	await task(page, title).locator('[data-drag-handle]').hover();
	await page.mouse.down();
	const { x, y } = (await task(page, before).boundingBox())!;
	await page.mouse.move(x, y + 4, { steps: 8 });
	await page.mouse.up();
}

import { join } from 'node:path';
import { invite, ownerOf } from './people.ts';
import { addTasks, details, goToTodo, joinSpace, openTask, task } from './screen.ts';
import { expect, test } from './test.ts';

test('two people in a shared list see each other, and which task the other has open, until one goes', async ({
	mana,
	newDevice,
}) => {
	const olga = await newDevice({ person: await ownerOf(mana) });
	const ben = await newDevice({ person: await invite(mana, 'Ben Guest') });
	const here = (page: typeof olga.page, names: string) => page.getByRole('img', { name: `Here now: ${names}` });

	await test.step('Olga shares a space with Ben, and both open its list', async () => {
		await olga.page.goto(`${mana.url}/spaces`);
		await olga.page.getByLabel('Name').fill('Home');
		await olga.page.getByRole('button', { name: 'Create the space' }).click();
		await olga.page.getByLabel('Who comes in may be').selectOption('Editor');
		await olga.page.getByRole('button', { name: 'Make a link' }).click();
		await ben.page.goto(await olga.page.getByRole('textbox', { name: 'Link' }).inputValue());
		await joinSpace(ben.page, 'Home');
		await goToTodo(ben.page);
		await expect(ben.page.getByRole('link', { name: 'You are in Home' })).toBeVisible();
		await addTasks(ben.page, 'Milk', 'Bread');
		await expect(ben.page.getByRole('img', { name: /Here now/ })).toHaveCount(0);
		await olga.page.getByRole('button', { name: 'Work in this space' }).click();
		await expect(olga.page.getByRole('button', { name: 'Work on my own' })).toBeVisible();
		await goToTodo(olga.page);
	});

	await test.step('each sees the other in the head of the list', async () => {
		await expect(here(olga.page, 'Ben Guest')).toBeVisible();
		await expect(here(ben.page, 'Olga Owner')).toBeVisible();
	});

	await test.step('and which task the other has open, in the list and beside it', async () => {
		await openTask(ben.page, 'Milk');
		const open = (page: typeof olga.page, names: string) => page.getByRole('img', { name: `Also open for ${names}` });
		await expect(open(olga.page, 'Ben Guest')).toBeVisible();
		await expect(task(olga.page, 'Milk').getByRole('img', { name: 'Also open for Ben Guest' })).toBeVisible();
		await picture(olga.page, 'list');
		await openTask(olga.page, 'Milk');
		await expect(details(olga.page).getByRole('img', { name: 'Also open for Ben Guest' })).toBeVisible();
		await expect(details(ben.page).getByRole('img', { name: 'Also open for Olga Owner' })).toBeVisible();
		await picture(olga.page, 'task');
		await ben.page.getByRole('button', { name: 'Close details' }).click();
		await expect(open(olga.page, 'Ben Guest')).toHaveCount(0);
		await expect(here(olga.page, 'Ben Guest')).toBeVisible();
	});

	await test.step('offline it says that nobody can be seen, and shows them again afterwards', async () => {
		await olga.unplug();
		await expect(olga.page.getByRole('img', { name: 'Offline: who else is here cannot be seen' })).toBeVisible();
		await expect(here(olga.page, 'Ben Guest')).toHaveCount(0);
		await picture(olga.page, 'offline');
		await olga.plugIn();
		await expect(here(olga.page, 'Ben Guest')).toBeVisible();
	});

	await test.step('who closes the page is gone', async () => {
		await ben.page.close();
		await expect(here(olga.page, 'Ben Guest')).toHaveCount(0);
	});

	/** Pictures for people, where a folder for them is named. */
	async function picture(page: typeof olga.page, name: string): Promise<void> {
		const folder = process.env['MANA_LOOK'];
		if (!folder) return;
		for (const colorScheme of ['light', 'dark'] as const)
			for (const width of [1280, 390]) {
				await page.emulateMedia({ colorScheme });
				await page.setViewportSize({ width, height: 800 });
				await page.screenshot({ path: join(folder, `presence-${name}-${colorScheme}-${width}.png`) });
			}
		await page.setViewportSize({ width: 1280, height: 800 });
	}
});

import { AxeBuilder } from '@axe-core/playwright';
import { Keyboard } from './hands.ts';
import { look, savedBy } from './look.ts';
import { invite, ownerOf } from './people.ts';
import {
	addTasks,
	attach,
	attachedFile,
	details,
	goToTodo,
	joinSpace,
	openTask,
	readyForOffline,
	redAndBlue,
	task,
	tasks,
	tick,
	titles,
} from './screen.ts';
import { stillness } from './stillness.ts';
import { expect, keeping, test } from './test.ts';
import { traces } from './traces.ts';

test('two people share a space: invited by a link, at work together, and nothing is left with the one who is removed', async ({
	mana,
	newDevice,
}) => {
	const person = await invite(mana, 'Ben Guest');
	const olga = await newDevice({ person: await ownerOf(mana) });
	const ben = await newDevice({ person, ...keeping });
	let address = '';

	await test.step('Olga creates a space and makes a link', async () => {
		await olga.page.goto(`${mana.url}/spaces`);
		await expect(olga.page.getByText('You share nothing yet')).toBeVisible();
		await olga.page.getByLabel('Name').fill('Home');
		await olga.page.getByRole('button', { name: 'Create the space' }).click();
		await expect(olga.page.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible();
		address = olga.page.url();
		await olga.page.getByLabel('Who comes in may be').selectOption('Editor');
		await olga.page.getByRole('button', { name: 'Make a link' }).click();
		await expect(olga.page.getByRole('img', { name: 'Code for Home' })).toBeVisible();
	});

	await test.step('or sends one by mail', async () => {
		await olga.page.getByLabel('Or by mail to').fill('carla@example.org');
		await olga.page.getByRole('button', { name: 'Send' }).click();
		await expect(olga.page.getByText('The invitation to carla@example.org is on its way')).toBeVisible();
		await expect(olga.page.getByText(/^Open: Editor/)).toHaveCount(2);
	});

	await test.step('Ben gives himself a picture', async () => {
		await ben.page.goto(`${mana.url}/settings/profile`);
		await ben.page.locator('input[type=file]').setInputFiles({ name: 'ben.png', mimeType: 'image/png', buffer: redAndBlue });
		await ben.page.getByRole('button', { name: 'Take this' }).click();
		await expect(ben.page.getByRole('button', { name: 'Account of Ben Guest' }).locator('img')).toBeVisible();
		await expect(ben.page.getByRole('button', { name: 'Up to date' })).toBeVisible();
	});

	await test.step('Ben follows it, comes in, and writes there', async () => {
		await ben.page.goto(await olga.page.getByRole('textbox', { name: 'Link' }).inputValue());
		await expect(ben.page.getByText('Olga Owner invites you to Home as Editor.')).toBeVisible();
		await joinSpace(ben.page, 'Home');
		await goToTodo(ben.page);
		await addTasks(ben.page, 'Milk', 'Cinnamon @Baking');
	});

	await test.step('Olga sees him among the members, works there too, and both see everything', async () => {
		const member = olga.page.getByRole('listitem').filter({ hasText: 'Ben Guest' });
		await expect(member).toBeVisible();
		await olga.page.reload();
		await expect(member.locator('img')).toBeVisible();
		await olga.page.getByText('Who may see what').click();
		await expect(olga.page.getByRole('row', { name: /Ben Guest/ })).toContainText('Reads and changes');
		await olga.page.getByRole('button', { name: 'Work in this space' }).click();
		await goToTodo(olga.page);
		await expect(task(olga.page, 'Milk')).toBeVisible();
		await addTasks(olga.page, 'Bread');
		await expect(task(ben.page, 'Bread')).toBeVisible();
		expect(await titles(ben.page)).toEqual(['Milk', 'Bread']);
	});

	await test.step('a project of the space is edited by both at once, and each sees what the other does', async () => {
		for (const { page } of [olga, ben]) {
			await page.getByRole('link', { name: /^Baking/ }).click();
			await expect(task(page, 'Cinnamon')).toBeVisible();
		}
		await Promise.all([addTasks(olga.page, 'Flour'), addTasks(ben.page, 'Yeast')]);
		for (const { page } of [olga, ben]) for (const title of ['Flour', 'Yeast']) await expect(task(page, title)).toBeVisible();
		await tick(olga.page, 'Cinnamon');
		await expect(task(ben.page, 'Cinnamon')).toBeHidden();
		await goToTodo(ben.page);
	});

	await test.step('an event of the space is talked about', async () => {
		await ben.page.goto(`${mana.url}/calendar/week/2027-03-10`);
		await ben.page.getByRole('heading', { name: /8\D+14 Mar 2027/ }).waitFor();
		await ben.page.keyboard.press('c');
		await ben.page.getByRole('textbox', { name: 'What is planned?' }).fill('Feast 2027-03-10 18:00');
		await ben.page.keyboard.press('Enter');
		await olga.page.goto(`${mana.url}/calendar/week/2027-03-10`);
		await olga.page
			.getByRole('main')
			.getByRole('button', { name: /^Feast/ })
			.click();
		const panel = olga.page.getByRole('complementary', { name: 'Details' });
		await panel.getByRole('textbox', { name: 'Write a comment' }).fill('I bring the cake');
		await panel.getByRole('button', { name: 'Send' }).click();
		await ben.page
			.getByRole('main')
			.getByRole('button', { name: /^Feast/ })
			.click();
		await expect(ben.page.getByRole('complementary', { name: 'Details' }).getByText('I bring the cake')).toBeVisible();
		await goToTodo(olga.page);
		await goToTodo(ben.page);
	});

	await test.step('who works on his own does not see the space’s tasks', async () => {
		const other = await ben.context.newPage();
		await other.goto(address);
		await other.getByRole('button', { name: 'Work on my own' }).click();
		await goToTodo(other);
		await expect(tasks(other)).toHaveCount(0);
		await expect(task(ben.page, 'Milk')).toBeVisible();
		// Its events stand among his own where he wants them to, and lead into it.
		await other.goto(`${mana.url}/calendar/week/2027-03-10`);
		const feast = other.getByRole('main').getByRole('link', { name: /^Feast, Wednesday.*Home$/ });
		await other.getByRole('checkbox', { name: 'Home' }).check();
		await expect(feast).toHaveAttribute('href', new RegExp(`^/calendar\\?in=${address.split('/').at(-1)!}&event=`));
		await look(other, 'calendar-overlay');
		await other.getByRole('checkbox', { name: 'Home' }).uncheck();
		await expect(feast).toHaveCount(0);
		// Of which of them he is reminded he chooses there by keys, and finds it among his settings.
		await other.getByRole('button', { name: 'Reminders in Home' }).press('Enter');
		await expect(other.getByRole('menuitemcheckbox', { name: 'Remind me of what concerns me' })).toBeChecked();
		await other.getByRole('menuitemcheckbox', { name: 'Remind me of everything' }).press('Enter');
		await expect(other.getByRole('button', { name: 'Up to date' })).toBeVisible();
		await other.reload();
		await other.getByRole('button', { name: 'View and defaults' }).click();
		await expect(other.getByRole('dialog').getByRole('combobox', { name: 'Home' })).toHaveValue('all');
		await other.close();
	});

	await test.step('what the space holds lies in his browser', async () => {
		expect((await traces(ben.page, address.split('/').at(-1)!, 'Milk')).length).toBeGreaterThan(2);
	});

	await test.step('Olga removes him: his screen loses the space at once', async () => {
		const second = await olga.context.newPage();
		await second.goto(address);
		const remove = second.getByRole('button', { name: 'Remove Ben Guest' });
		await remove.waitFor();
		const start = performance.now();
		await remove.click();
		await expect(ben.page.getByText('You are no longer in this space')).toBeVisible();
		await expect(task(ben.page, 'Milk')).toBeHidden();
		console.log(`who was removed lost the space from the screen after ${Math.round(performance.now() - start)} ms`);
		await expect(second.getByRole('button', { name: 'Remove Ben Guest' })).toBeHidden();
	});

	await test.step('and nothing of it is left in his browser', async () => {
		await expect.poll(() => traces(ben.page, address.split('/').at(-1)!, 'Milk', 'Bread', 'Baking', 'Flour')).toEqual([]);
		await ben.page.goto(address);
		await expect(ben.page.getByText('You are not in this space')).toBeVisible();
	});
});

test('who was offline when removed loses the space at the next contact, and keeps what was not sent', async ({
	mana,
	newDevice,
}) => {
	const person = await invite(mana, 'Kim Guest');
	const olga = await newDevice({ person: await ownerOf(mana) });
	const kim = await newDevice({ person, ...keeping });
	await olga.page.goto(`${mana.url}/spaces`);
	await olga.page.getByLabel('Name').fill('Cabin');
	await olga.page.getByRole('button', { name: 'Create the space' }).click();
	await olga.page.getByLabel('Who comes in may be').selectOption('Editor');
	await olga.page.getByRole('button', { name: 'Make a link' }).click();
	const space = olga.page.url().split('/').at(-1)!;
	await kim.page.goto(await olga.page.getByRole('textbox', { name: 'Link' }).inputValue());
	await joinSpace(kim.page, 'Cabin');
	await goToTodo(kim.page);
	await addTasks(kim.page, 'Firewood');
	await expect(kim.page.getByRole('button', { name: 'Up to date' })).toBeVisible();

	await readyForOffline(kim.page);
	await kim.unplug();
	await addTasks(kim.page, 'Written in the woods');
	await openTask(kim.page, 'Written in the woods');
	await attach(kim.page, { name: 'map.txt', mimeType: 'text/plain', buffer: Buffer.from('Left at the creek') });
	await expect(attachedFile(kim.page, 'map.txt')).toContainText('Waiting');
	await olga.page.getByRole('button', { name: 'Remove Kim Guest' }).click();
	await expect(olga.page.getByRole('button', { name: 'Remove Kim Guest' })).toBeHidden();
	await expect(task(kim.page, 'Firewood')).toBeVisible();

	await kim.plugIn();
	await expect(kim.page.getByText('You are no longer in this space')).toBeVisible();
	await kim.page.goto(`${mana.url}/spaces`);
	await expect(kim.page.getByRole('heading', { name: 'Not sent in time' })).toBeVisible();
	const { text } = await savedBy(kim.page, () => kim.page.getByRole('button', { name: 'Save as a file' }).click());
	expect(text).toContain('Written in the woods');
	expect(text).not.toContain('Firewood');
	const file = kim.page.getByRole('list', { name: 'Files that were not sent' }).getByRole('listitem');
	await expect(file).toContainText('map.txt');
	await look(kim.page, 'quarantine');
	const map = await savedBy(kim.page, () => file.getByRole('button', { name: 'Save' }).click());
	expect([map.name, map.text]).toEqual(['map.txt', 'Left at the creek']);
	await file.getByRole('button', { name: 'Delete' }).click();
	await file.getByRole('button', { name: 'Delete this file for good' }).click();
	await expect(file).toBeHidden();
	await kim.page.getByRole('button', { name: 'Delete it' }).click();
	await kim.page.getByRole('button', { name: 'Delete 2 changes for good' }).click();
	await expect(kim.page.getByRole('heading', { name: 'Not sent in time' })).toBeHidden();
	await expect.poll(() => traces(kim.page, space, 'Firewood', 'Written in the woods')).toEqual([]);
});

test('by keyboard alone: a space, a link, somebody who follows it, what they may do and which apps they see', async ({
	mana,
	newDevice,
}) => {
	const ben = await newDevice({ person: await invite(mana, 'Bo Keys') });
	const olga = await newDevice({ person: await ownerOf(mana) });
	const keys = new Keyboard(olga.page);
	const theirs = new Keyboard(ben.page);

	await test.step('a space is made', async () => {
		await olga.page.goto(`${mana.url}/spaces`);
		await olga.page.getByRole('heading', { name: 'Spaces', level: 1 }).waitFor();
		await ben.page.goto(`${mana.url}/spaces`);
		await expect(ben.page.getByText('You share nothing yet')).toBeVisible();
		await look(ben.page, 'spaces-empty');
		await keys.reach('Name');
		await keys.type('Garden');
		await keys.press('Enter');
		await expect(olga.page.getByRole('heading', { name: 'Garden', level: 1 })).toBeVisible();
	});

	await test.step('a link for an editor', async () => {
		await keys.reach('Who comes in may be');
		await expect(olga.page.getByText('Reads what is in the apps they see, and changes nothing.').last()).toBeVisible();
		await keys.press('ArrowDown');
		await expect(olga.page.getByText('and comments on it').last()).toBeVisible();
		await keys.press('ArrowDown');
		await keys.reach('Make a link');
		// While the page reads which links there are it takes no press.
		await expect(olga.page.getByRole('button', { name: 'Make a link' })).not.toHaveAttribute('aria-busy');
		await keys.press('Enter');
		await expect(olga.page.getByRole('img', { name: 'Code for Garden' })).toBeVisible();
	});

	await test.step('who follows it comes in, and writes', async () => {
		await ben.page.goto(await olga.page.getByRole('textbox', { name: 'Link' }).inputValue());
		await ben.page.getByText('invites you to Garden').waitFor();
		await theirs.reach('Join Garden');
		await theirs.press('Enter');
		await ben.page.getByRole('link', { name: 'You are in Garden' }).waitFor();
		await goToTodo(ben.page);
		await addTasks(ben.page, 'Rake the leaves');
		await expect(olga.page.getByRole('listitem').filter({ hasText: 'Bo Keys' })).toBeVisible();
		await look(olga.page, 'space-full');
	});

	await test.step('what the roles may do is told', async () => {
		await keys.reach('What each role may do', 'Shift+Tab');
		await keys.press('Enter');
		await expect(olga.page.getByText('Always sees all apps.')).toBeVisible();
	});

	const member = olga.page.getByRole('listitem').filter({ hasText: 'Bo Keys' });
	await test.step('an app is not open to them any more: what they had of it goes', async () => {
		await keys.reach('Sees all apps', 'Shift+Tab');
		await keys.press('Enter');
		await keys.reach('All apps');
		await keys.press('Space');
		await expect(member).toContainText('Sees only Todo');
		await keys.reach('Todo');
		await look(olga.page, 'space-apps');
		await keys.press('Space');
		await expect(member).toContainText(/Sees only (?!Todo)/);
		await expect(task(ben.page, 'Rake the leaves')).toBeHidden();
	});

	await test.step('and with the app it comes back', async () => {
		await keys.press('Space');
		await expect(member).toContainText('Sees only Todo');
		await expect(task(ben.page, 'Rake the leaves')).toBeVisible();
	});

	await test.step('another role', async () => {
		await keys.reach('Role of Bo Keys', 'Shift+Tab');
		await keys.press('ArrowDown');
		await expect(olga.page.getByText('Role of Bo Keys: Commenter')).toBeVisible();
		await look(ben.page, 'space-member');
	});

	await test.step('the space gets a colour and a picture, and who is in it sees them', async () => {
		const badge = ben.page.getByRole('link', { name: 'You are in Garden' });
		await expect(badge).not.toHaveAttribute('style', /--hue: ?140/);
		await olga.page.getByRole('radio', { name: 'Green' }).check();
		await expect(badge).toHaveAttribute('style', /--hue: ?140/);
		const picture = { name: 'garden.png', mimeType: 'image/png', buffer: redAndBlue };
		await olga.page.locator('input[type=file]').setInputFiles(picture);
		await olga.page.getByRole('button', { name: 'Take this' }).click();
		await expect(badge.locator('img')).toHaveAttribute('src', /^data:image\/jpeg;base64,/);
		await look(olga.page, 'space-look');
	});

	const address = olga.page.url();
	await olga.page.getByRole('button', { name: 'Work in this space' }).click();
	await goToTodo(olga.page);
	const panel = await openTask(olga.page, 'Rake the leaves');

	await test.step('a task is given to people of the space, found by any word of their name', async () => {
		await panel.getByRole('button', { name: 'Give to somebody' }).focus();
		await keys.press('Enter');
		const picker = olga.page.getByRole('dialog', { name: 'Give to somebody' });
		await expect(picker.getByRole('option')).toHaveText([/Olga Owner\s+You/, /Bo Keys/]);
		await keys.isOn('Find somebody');
		await keys.type('nobody');
		await expect(picker.getByText('Nobody here is called “nobody”')).toBeVisible();
		await picker.getByRole('combobox', { name: 'Find somebody' }).fill('key');
		await expect(picker.getByRole('option')).toHaveText([/Bo Keys/]);
		await keys.press('Enter');
		await expect(picker.getByRole('option', { name: 'Bo Keys', selected: true })).toBeVisible();
		await keys.press('Escape');
		await expect(picker.getByRole('option', { name: 'Olga Owner' })).toBeVisible();
		await stillness(olga.page);
		const { violations } = await new AxeBuilder({ page: olga.page }).setLegacyMode().analyze();
		expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
		await look(olga.page, 'people-picker');
		await keys.press('Escape');
		await keys.isOn('Give to somebody');
		await expect(panel.getByRole('button', { name: 'Take from Bo Keys' })).toBeVisible();
	});

	await test.step('who is spoken to in a comment is told, and the message leads from their own space to the task', async () => {
		const field = panel.getByRole('textbox', { name: 'Write a comment' });
		await field.focus();
		await keys.type('Not before rain, @bo');
		await expect(panel.getByRole('option', { name: 'Bo Keys' })).toBeVisible();
		await keys.press('Enter');
		await expect(field).toHaveValue('Not before rain, @Bo Keys ');
		await field.press('Enter');
		await expect(panel.getByRole('listitem').filter({ hasText: 'Not before rain, @Bo Keys' })).toBeVisible();

		await ben.page.goto(address);
		await ben.page.getByRole('button', { name: 'Work on my own' }).click();
		await expect(ben.page.getByRole('button', { name: 'Work in this space' })).toBeVisible();
		await ben.page.goto(`${mana.url}/notifications`);
		await ben.page.getByRole('link', { name: /Olga Owner mentioned you: Rake the leaves/ }).click();
		await expect(details(ben.page)).toContainText('Not before rain, @Bo Keys');
		await expect(ben.page).toHaveURL(/\/todo\?task=[^&]+$/);
		await expect(ben.page.getByText('This task is gone')).toBeHidden();
	});

	await test.step('it is archived and taken up again, handed over, and left by who made it', async () => {
		await olga.page.goto(address);
		const act = async (name: string) => {
			await olga.page.getByRole('button', { name, exact: true }).focus();
			await keys.press('Enter');
		};
		await ben.page.goto(address);
		await act('Archive');
		for (const { page } of [olga, ben]) await expect(page.getByText('Archived', { exact: true })).toBeVisible();
		await look(olga.page, 'space-archived');
		await keys.isOn('Take out of the archive');
		await keys.press('Enter');
		for (const { page } of [olga, ben]) await expect(page.getByText('Archived', { exact: true })).toBeHidden();
		await olga.page.getByRole('combobox', { name: 'New owner' }).selectOption('Bo Keys');
		await look(olga.page, 'space-hand-over');
		await act('Hand Garden over');
		await expect(ben.page.getByRole('combobox', { name: 'New owner' })).toBeVisible();
		await act('Leave the space');
		await keys.isOn('Leave Garden now');
		await look(olga.page, 'space-leave');
		await keys.press('Enter');
		await expect(olga.page).toHaveURL(`${mana.url}/spaces`);
		await expect(ben.page.getByRole('listitem').filter({ hasText: 'Olga Owner' })).toHaveCount(0);
		await expect(olga.page.getByRole('heading', { name: 'Your spaces' })).toBeVisible();
		await expect(olga.page.getByRole('link', { name: /^Garden/ })).toHaveCount(0);
	});
});

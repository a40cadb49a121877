import { look } from './look.ts';
import { invite, ownerOf } from './people.ts';
import { addTasks, goToTodo, syncPill, titles } from './screen.ts';
import { expect, test } from './test.ts';

test('an owner looks after people: finds, helps in their name, shuts out, and reads it all in the log', async ({
	mana,
	newDevice,
}) => {
	const person = await invite(mana, 'Grace Hopper');
	const grace = (await newDevice({ person })).page;
	const owner = (await newDevice({ person: await ownerOf(mana) })).page;

	await test.step('somebody allows help for a day', async () => {
		await grace.goto(mana.url);
		await goToTodo(grace);
		await addTasks(grace, 'Debug the compiler');
		await expect(syncPill(grace, 'Up to date')).toBeVisible();
		await grace.goto(`${mana.url}/settings/activity`);
		await expect(grace.getByText('Account made')).toBeVisible();
		await grace.getByRole('button', { name: 'For a day' }).click();
		await expect(grace.getByText('Allowed until')).toBeVisible();
		await look(grace, 'activity');
	});

	await test.step('the owner finds them and helps in their name, under a banner', async () => {
		await owner.goto(`${mana.url}/admin`);
		await owner.getByLabel('Find by name or e-mail').fill('hopper');
		await expect(owner.getByText('1 person', { exact: true })).toBeVisible();
		await look(owner, 'people');
		await owner.getByRole('link', { name: 'Grace Hopper' }).click();
		await owner.getByLabel('Why').fill('A list is missing');
		await look(owner, 'person');
		await owner.getByRole('button', { name: 'Begin' }).click();
		await expect(owner.getByText('You are looking as Grace Hopper')).toBeVisible();
		await goToTodo(owner);
		await expect.poll(() => titles(owner)).toContain('Debug the compiler');
		await look(owner, 'visit');
	});

	await test.step('and is themselves again, with nothing of hers left in their browser', async () => {
		await owner.getByRole('button', { name: 'Be yourself again' }).click();
		await expect(owner.getByText('You are looking as')).toBeHidden();
		await expect
			.poll(() => owner.evaluate<string[]>(`indexedDB.databases().then((all) => all.map(({ name }) => name))`))
			.not.toContainEqual(expect.stringContaining(person.id));
		await goToTodo(owner);
		expect(await titles(owner)).not.toContain('Debug the compiler');
	});

	await test.step('she reads who it was and why', async () => {
		await grace.reload();
		await expect(grace.getByText('A list is missing')).toBeVisible();
		await expect(grace.getByText('by Olga Owner').first()).toBeVisible();
	});

	await test.step('the owner shuts her out, and her browser is told', async () => {
		await owner.goto(`${mana.url}/admin/people/${person.id}`);
		await owner.getByRole('button', { name: 'Shut out' }).click();
		await expect(owner.getByRole('button', { name: 'Let in again' })).toBeVisible();
		await grace.goto(`${mana.url}/sign-in`);
		await grace.getByLabel('E-mail').fill(person.email);
		await grace.getByLabel('Password').fill(person.password);
		await grace.getByRole('button', { name: 'Sign in' }).click();
		await expect(grace.getByText('This account is shut out for now')).toBeVisible();
	});

	await test.step('the log has it all, and is whole', async () => {
		await owner.goto(`${mana.url}/admin/log`);
		await expect(owner.getByText('The log is whole')).toBeVisible();
		await owner.getByLabel('What').selectOption('person-suspended');
		await expect(owner.getByRole('listitem').filter({ hasText: 'Shut out' })).toHaveCount(1);
		await look(owner, 'log');
		await owner.goto(`${mana.url}/admin/invitations`);
		await owner.getByRole('button', { name: 'Make an invitation' }).click();
		await expect(owner.getByLabel('Link')).toBeVisible();
		await look(owner, 'invitations');
	});
});

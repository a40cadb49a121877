import { invite } from './people.ts';
import { addTasks, readyForOffline, syncPill, task, tick, titles } from './screen.ts';
import { expect, keeping, test } from './test.ts';

const MONTH = 31 * 86_400_000;

test('what was done long ago stays on the server until somebody wants to see it, or to keep everything', async ({
	mana,
	newDevice,
}) => {
	const ada = await invite(mana, 'Ada');
	const a = await newDevice({ person: ada });

	await test.step('a task is done, in a year that has passed', async () => {
		await a.page.clock.install({ time: Date.now() - 12 * MONTH });
		await a.page.goto(`${mana.url}/todo`);
		await addTasks(a.page, 'Paint the fence');
		await tick(a.page, 'Paint the fence');
		await expect.poll(() => titles(a.page)).toEqual([]);
		await expect(syncPill(a.page, 'Up to date')).toBeVisible();
		await a.page.close();
	});

	const { page, ...b } = await newDevice({ person: ada, ...keeping });
	const keep = page.getByRole('group', { name: 'Keep on this device' });
	await page.goto(`${mana.url}/todo/completed`);

	await test.step('another device does not have it, and says so', async () => {
		await expect(syncPill(page, 'Up to date')).toBeVisible();
		await expect(page.getByText('is not on this device')).toBeVisible();
		expect(await titles(page)).toEqual([]);
		await expect(keep.getByRole('radio', { name: 'Open and recent' })).toBeChecked();
	});

	await test.step('offline it cannot be had', async () => {
		await readyForOffline(page);
		await b.unplug();
		await expect(syncPill(page, 'Offline')).toBeVisible();
		await page.getByRole('button', { name: 'Show older' }).click();
		await expect(page.getByText('You are offline.')).toBeVisible();
	});

	await test.step('with a network it comes', async () => {
		await b.plugIn();
		await expect.poll(() => titles(page)).toEqual(['Paint the fence']);
		await expect(page.getByText('is not on this device')).toBeHidden();
	});

	await test.step('one is kept whatever happens, also after a reload', async () => {
		const keepOne = async () => {
			await task(page, 'Paint the fence').click({ button: 'right' });
			return page.getByRole('menuitemcheckbox', { name: 'Keep on this device' });
		};
		await expect(await keepOne()).not.toBeChecked();
		await page.getByRole('menuitemcheckbox', { name: 'Keep on this device' }).click();
		await expect(await keepOne()).toBeChecked();
		await page.keyboard.press('Escape');
		await page.reload();
		await expect.poll(() => titles(page)).toEqual(['Paint the fence']);
		await expect(await keepOne()).toBeChecked();
		await page.keyboard.press('Escape');
	});

	await test.step('everything is kept when that is wanted, also after a reload', async () => {
		await keep.getByRole('radio', { name: 'Everything' }).check();
		await expect(page.locator('[aria-busy=true]')).toHaveCount(0); // it is remembered
		await page.reload();
		await expect(keep.getByRole('radio', { name: 'Everything' })).toBeChecked();
		await expect.poll(() => titles(page)).toEqual(['Paint the fence']);
	});
});

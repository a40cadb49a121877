import { invite } from './people.ts';
import { addTasks, readyForOffline, syncPill, task, titles, upToDate } from './screen.ts';
import { expect, keeping, test } from './test.ts';

test('without a network every page opens again, and what is written there survives the reload and arrives later', async ({
	mana,
	newDevice,
}) => {
	const ada = await invite(mana, 'Ada');
	const a = await newDevice({ person: ada, ...keeping });
	const { page } = a;
	await page.goto(`${mana.url}/todo`);
	await addTasks(page, 'Water the plants today', 'Read Middlemarch');
	await upToDate(page);
	await readyForOffline(page);
	await a.unplug();

	await test.step('the app opens', async () => {
		await page.reload();
		await expect.poll(() => titles(page)).toEqual(['Water the plants', 'Read Middlemarch']);
		await expect(syncPill(page, 'Offline')).toBeVisible();
	});

	await test.step('the hub opens, with what today holds', async () => {
		await page.goto(mana.url);
		const today = page.getByRole('region', { name: 'Today' });
		await expect(today.getByRole('link', { name: 'Water the plants' })).toBeVisible();
	});

	await test.step('a deep link opens, also one that was never visited', async () => {
		await page.goto(`${mana.url}/todo/today`);
		await expect(page.getByRole('heading', { name: 'Today', level: 1 })).toBeVisible();
		await expect(task(page, 'Water the plants')).toBeVisible();
	});

	await test.step('what is written offline is there after a reload', async () => {
		await addTasks(page, 'Written offline');
		await expect(syncPill(page, '1 unsent')).toBeVisible();
		await page.reload();
		await expect(task(page, 'Written offline')).toBeVisible();
		await expect(syncPill(page, '1 unsent')).toBeVisible();
	});

	await test.step('parts that are fetched when they are needed are there too', async () => {
		await page.keyboard.press('Control+k');
		await page.getByRole('combobox', { name: 'Go, do, find' }).fill('middle');
		await page.getByRole('option', { name: 'Read Middlemarch' }).click();
		await page.getByRole('button', { name: 'Day: No day' }).click();
		await page.getByRole('dialog', { name: 'Schedule' }).getByRole('button', { name: 'Tomorrow' }).click();
		await expect(syncPill(page, '2 unsent')).toBeVisible();
	});

	await test.step('all of it arrives when the network is back', async () => {
		const b = await newDevice({ person: ada });
		await b.page.goto(`${mana.url}/todo`);
		await expect.poll(() => titles(b.page)).toEqual(['Water the plants', 'Read Middlemarch']);
		await a.plugIn();
		await expect.poll(() => titles(b.page)).toEqual(['Water the plants', 'Read Middlemarch', 'Written offline']);
		await expect(task(b.page, 'Read Middlemarch')).toContainText('Tomorrow');
		await expect(syncPill(page, 'Up to date')).toBeVisible();
	});
});

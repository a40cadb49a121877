import { invite } from './people.ts';
import { addTasks, syncPill, task, titles } from './screen.ts';
import { expect, test } from './test.ts';

test('two tabs stay in step, and the second goes on syncing when the leading one is closed', async ({ mana, newDevice }) => {
	const ada = await invite(mana, 'Ada');
	const a = await newDevice({ person: ada });
	const b = await newDevice({ person: ada });
	const first = a.page;
	await first.goto(`${mana.url}/todo`);
	await expect(syncPill(first, 'Up to date')).toBeVisible();
	const second = await a.context.newPage();
	await second.goto(`${mana.url}/todo`);
	await b.page.goto(`${mana.url}/todo`);

	await test.step('what one tab writes, the other shows, in both directions', async () => {
		await addTasks(first, 'From the first tab');
		await expect(task(second, 'From the first tab')).toBeVisible();
		await addTasks(second, 'From the second tab');
		await expect(task(first, 'From the second tab')).toBeVisible();
		await expect.poll(() => titles(b.page)).toEqual(['From the first tab', 'From the second tab']);
	});

	await test.step('also without a network', async () => {
		await a.unplug();
		await addTasks(second, 'Offline, from the second tab');
		await expect(task(first, 'Offline, from the second tab')).toBeVisible();
		for (const page of [first, second]) await expect(syncPill(page, '1 unsent')).toBeVisible();
		await a.plugIn();
		await expect(task(b.page, 'Offline, from the second tab')).toBeVisible();
	});

	await test.step('the leading tab goes, the other takes over', async () => {
		await first.close();
		await addTasks(second, 'After the first tab');
		await expect(task(b.page, 'After the first tab')).toBeVisible();
		await addTasks(b.page, 'From the other browser');
		await expect(task(second, 'From the other browser')).toBeVisible();
		await expect(syncPill(second, 'Up to date')).toBeVisible();
	});
});

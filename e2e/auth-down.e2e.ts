import { invite } from './people.ts';
import { addTasks, comebackMs, goToTodo, syncPill, task, titles, upToDate } from './screen.ts';
import { expect, test } from './test.ts';

test('while mana-auth is down one gets at what is on the device, writes, and it is sent later', async ({ mana, newDevice }) => {
	const ada = await invite(mana, 'Ada');
	const a = await newDevice({ person: ada });
	const { page } = a;
	await page.goto(`${mana.url}/todo`);
	await addTasks(page, 'Written before');
	await upToDate(page);

	await page.route('**/api/mana-auth/**', (route) => route.abort('connectionrefused'));
	await page.reload();
	await expect(task(page, 'Written before')).toBeVisible();
	await expect(syncPill(page, 'Offline')).toBeVisible();
	await addTasks(page, 'Written while it was down');
	await expect(syncPill(page, '1 unsent')).toBeVisible();
	await page.reload();
	await expect(task(page, 'Written while it was down')).toBeVisible();

	await page.unroute('**/api/mana-auth/**');
	await expect(syncPill(page, 'Up to date')).toBeVisible({ timeout: comebackMs });
});

test('a mana-auth that takes questions and never answers keeps nobody out', async ({ mana, newDevice }) => {
	const ben = await invite(mana, 'Ben');
	const [known, stranger] = [await newDevice({ person: ben }), await newDevice()];
	await known.page.goto(`${mana.url}/todo`);
	await addTasks(known.page, 'Written before');
	await expect(syncPill(known.page, 'Up to date')).toBeVisible();

	const thaw = mana.freeze('mana-auth');
	try {
		await known.page.reload();
		await addTasks(known.page, 'Written while it was frozen');
		await expect.poll(() => titles(known.page)).toEqual(['Written before', 'Written while it was frozen']);

		await stranger.page.goto(mana.url);
		await expect(stranger.page.getByText('The server does not answer right now')).toBeVisible();
		await stranger.page.getByRole('button', { name: 'Try it as a guest' }).click();
		await goToTodo(stranger.page);
		await addTasks(stranger.page, 'Written as a guest');
		await expect.poll(() => titles(stranger.page)).toEqual(['Written as a guest']);
	} finally {
		thaw();
	}
	await expect(syncPill(known.page, 'Up to date')).toBeVisible({ timeout: comebackMs });
});

import { invite } from './people.ts';
import { addTasks, comebackMs, syncPill, titles } from './screen.ts';
import { expect, test } from './test.ts';

test('what the server acknowledged outlives a SIGKILL, and the browser sends the rest by itself', async ({ mana, newDevice }) => {
	const ada = await invite(mana, 'Ada');
	const a = await newDevice({ person: ada });
	await a.page.goto(`${mana.url}/todo`);
	await addTasks(a.page, 'Acknowledged one', 'Acknowledged two');
	await expect(syncPill(a.page, 'Up to date')).toBeVisible();

	await a.unplug();
	await mana.kill('mana-sync');
	await addTasks(a.page, 'Written after the crash');
	await expect(syncPill(a.page, '1 unsent')).toBeVisible();
	await mana.whole();

	const fresh = await newDevice({ person: ada });
	await fresh.page.goto(`${mana.url}/todo`);
	await expect.poll(() => titles(fresh.page)).toEqual(['Acknowledged one', 'Acknowledged two']);
	await expect(syncPill(fresh.page, 'Up to date')).toBeVisible();

	await a.plugIn();
	await expect.poll(() => titles(fresh.page)).toEqual(['Acknowledged one', 'Acknowledged two', 'Written after the crash']);
	await expect(syncPill(a.page, 'Up to date')).toBeVisible();
});

test('a server that dies in the middle of a burst of writes loses none and keeps none twice', async ({ mana, newDevice }) => {
	const burst = Array.from({ length: 30 }, (_, index) => `Burst ${index}`);
	const ben = await invite(mana, 'Ben');
	const b = await newDevice({ person: ben });
	await b.page.goto(`${mana.url}/todo`);
	await expect(syncPill(b.page, 'Up to date')).toBeVisible();

	await addTasks(b.page, ...burst.slice(0, 10));
	await Promise.all([mana.kill('mana-sync'), addTasks(b.page, ...burst.slice(10))]);

	// Nobody tells the browser that the server is back.
	await expect(syncPill(b.page, 'Up to date')).toBeVisible({ timeout: comebackMs });
	const fresh = await newDevice({ person: ben });
	await fresh.page.goto(`${mana.url}/todo`);
	await expect.poll(() => titles(fresh.page)).toEqual(burst);
	expect(await titles(b.page)).toEqual(burst);
});

import { invite } from './people.ts';
import { addTasks, attach, attachedFile, closeDetails, comebackMs, openTask, syncPill, task, titles } from './screen.ts';
import { expect, test } from './test.ts';

test('a browser that knows more than the backup brings it back to the server', async ({ mana, newDevice }, info) => {
	const ada = await invite(mana, 'Ada');
	const ahead = await newDevice({ person: ada });
	await ahead.page.goto(`${mana.url}/todo`);
	await addTasks(ahead.page, 'Before the backup', 'Renamed after the backup');
	await openTask(ahead.page, 'Before the backup');
	await attach(ahead.page, { name: 'scan.txt', mimeType: 'text/plain', buffer: Buffer.from('kept for ever') });
	await expect(attachedFile(ahead.page, 'scan.txt')).not.toContainText(/Waiting|Sending/);
	await closeDetails(ahead.page);
	await expect(syncPill(ahead.page, 'Up to date')).toBeVisible();

	const file = info.outputPath('mana.tar.gz');
	await mana.command('backup', file);
	const pane = await openTask(ahead.page, 'Renamed after the backup');
	const title = pane.getByRole('textbox', { name: 'Title' }).first();
	await title.fill('Has its new name');
	await title.press('Enter');
	await closeDetails(ahead.page);
	await addTasks(ahead.page, 'Synced after the backup');
	await expect(syncPill(ahead.page, 'Up to date')).toBeVisible();

	await mana.down();
	await addTasks(ahead.page, 'Written while nothing ran');
	await expect(syncPill(ahead.page, /unsent/)).toBeVisible();
	await mana.command('restore', file, '--replace');
	await mana.up();

	const all = ['Before the backup', 'Has its new name', 'Synced after the backup', 'Written while nothing ran'];
	await expect(syncPill(ahead.page, 'Up to date')).toBeVisible({ timeout: comebackMs });
	await expect.poll(() => titles(ahead.page)).toEqual(all);
	const fresh = await newDevice({ person: ada });
	await fresh.page.goto(`${mana.url}/todo`);
	await expect.poll(() => titles(fresh.page)).toEqual(all);

	await openTask(fresh.page, 'Before the backup');
	await attachedFile(fresh.page, 'scan.txt').getByRole('button', { name: 'Open' }).click();
	await expect(fresh.page.getByRole('dialog', { name: 'scan.txt' })).toContainText('kept for ever');
	await fresh.page.keyboard.press('Escape');
	await closeDetails(fresh.page);

	await addTasks(fresh.page, 'And on it goes');
	await expect(task(ahead.page, 'And on it goes')).toBeVisible();
});

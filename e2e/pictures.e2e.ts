import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { ownerOf } from './people.ts';
import { addField, addTasks, openTask, syncPill, task } from './screen.ts';
import { stillness } from './stillness.ts';
import { expect, test } from './test.ts';

const folder = join(import.meta.dir, '../docs/pictures');
/** `MANA_PICTURES=1` writes the README's pictures anew; every run proves that what they show is there. */
const writing = process.env['MANA_PICTURES'] === '1';

const day = [
	'Water the plants today',
	'Call Ana today 14:30 #phone !high',
	'Finish the talk today !urgent @Work',
	'Pick up the bike today 17:00 @Home',
	'Send the invoice tomorrow !medium @Work',
	'Book the train to Hamburg in 2 weeks #travel',
	'Plan the weekend with Ben friday #travel',
	'Read the first chapter of Middlemarch',
	'Find a present for Mum dec 12',
	'Repair the lamp in the hall @Home',
];

test('the hub and todo on a filled day, as the README shows them', async ({ mana, newDevice }) => {
	const person = await ownerOf(mana);
	const { page } = await newDevice({ person, viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1 });
	await page.goto(`${mana.url}/todo`);
	await addField(page).waitFor();
	await addTasks(page, ...day);
	await expect(syncPill(page, 'Up to date')).toBeVisible();

	await page.goto(mana.url);
	await expect(page.getByRole('link', { name: 'Water the plants' })).toBeVisible();
	await picture(page, 'hub-light');

	await page.emulateMedia({ colorScheme: 'dark' });
	await page.goto(`${mana.url}/todo/today`);
	await openTask(page, 'Finish the talk');
	await picture(page, 'todo-dark');

	await page.emulateMedia({ colorScheme: 'light' });
	await page.setViewportSize({ width: 390, height: 844 });
	await page.goto(`${mana.url}/todo/today`);
	await expect(task(page, 'Call Ana')).toBeVisible();
	await picture(page, 'todo-phone');
});

async function picture(page: Page, name: string): Promise<void> {
	await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
	await stillness(page);
	if (!writing) return;
	mkdirSync(folder, { recursive: true });
	await page.screenshot({ path: join(folder, `${name}.png`) });
}

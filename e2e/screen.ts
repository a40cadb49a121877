import { expect, type Locator, type Page } from '@playwright/test';
import { countStored } from './traces.ts';

/** A picture of 4 × 2 pixels, the left half red and the right half blue. */
export const redAndBlue = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAQAAAACCAIAAADwyuo0AAAAFUlEQVR4nGP4z8Dwn4EBTPxnQOYAAGeyB/nadYY6AAAAAElFTkSuQmCC',
	'base64',
);

/** Goes from anywhere to the inbox, by the rail. */
export async function goToTodo(page: Page): Promise<void> {
	await page.getByRole('navigation', { name: 'Apps' }).getByRole('link', { name: 'Todo' }).click();
	// The hub has a field to add tasks too: only the heading tells that it is gone.
	await page.getByRole('heading', { name: 'Inbox' }).waitFor();
}

/** Follows the invitation that is shown, and waits until the apps work in that space: until then one is on one's own. */
export async function joinSpace(page: Page, name: string): Promise<void> {
	await page.getByRole('button', { name: `Join ${name}` }).click();
	await page.getByRole('link', { name: `You are in ${name}` }).waitFor();
}

/** The field at the end of the list that is shown. */
export function addField(page: Page): Locator {
	return page.getByRole('textbox', { name: 'Add a task' }).first();
}

/** Types tasks into the list that is shown, one after another, and waits until the last one that belongs there is in it. */
export async function addTasks(page: Page, ...lines: readonly string[]): Promise<void> {
	const field = addField(page);
	for (const line of lines) {
		await field.fill(line);
		await field.press('Enter');
	}
	// The first lines wait for what reads them to be fetched; what a test looks at next, such as how sync stands, may not be of the time before.
	const last = lines.findLast((line) => !line.includes('@'));
	const begins = last?.split(' ').slice(0, 2).join(' ');
	if (begins !== undefined) await expect(page.getByRole('grid').getByText(begins).last()).toBeAttached();
}

/** A task of the list that is shown. */
export function task(page: Page, title: string): Locator {
	return page.getByRole('row').filter({ has: page.getByRole('checkbox', { name: `“${title}”` }) });
}

/** All tasks of the list that is shown. */
export function tasks(page: Page): Locator {
	return page.getByRole('grid').getByRole('row');
}

/** Titles of the list that is shown, in order. */
export async function titles(page: Page): Promise<string[]> {
	const all = await tasks(page).locator('label').allTextContents();
	return all.map((text) => /“(.*)”/s.exec(text)?.[1] ?? text);
}

/** Ticks a task or a step off. */
export async function tick(page: Page, title: string): Promise<void> {
	// What is drawn lies over the checkbox itself: what a person presses is its label, once the row stands still.
	await page
		.locator('label')
		.filter({ has: page.getByRole('checkbox', { name: `Complete “${title}”` }) })
		.click();
}

/** Opens the details of a task. */
export async function openTask(page: Page, title: string): Promise<Locator> {
	await task(page, title).getByRole('paragraph').first().click();
	return details(page);
}

export function details(page: Page): Locator {
	return page.getByRole('complementary', { name: 'Details' });
}

/** Attaches files to the task whose details are open, as by the button. */
export async function attach(
	page: Page,
	...files: readonly { readonly name: string; readonly mimeType: string; readonly buffer: Buffer }[]
): Promise<void> {
	await details(page).getByRole('button', { name: 'Attach files' }).waitFor();
	await details(page)
		.locator('input[type=file][multiple]')
		// Megabytes take long on their way into the browser.
		.setInputFiles([...files], { timeout: 60_000 });
}

/** A file in the list of the task whose details are open. */
export function attachedFile(page: Page, name: string): Locator {
	return details(page)
		.getByRole('listitem')
		.filter({ has: page.getByRole('button', { name: `Open “${name}”` }) });
}

/** What stands between this device and the server, by its words: `Up to date`, `2 unsent`. */
export function syncPill(page: Page, words: string | RegExp): Locator {
	return page.getByRole('button', { name: words });
}

/**
 * Resolves when all is on the server and the device has noted so. The page says “Up to date” a moment before its disk knows; closed in
 * that moment, it counts as unsent again what arrived.
 */
export async function upToDate(page: Page): Promise<void> {
	await expect(syncPill(page, 'Up to date')).toBeVisible();
	await expect.poll(() => countStored(page, 'outbox')).toBe(0);
}

export async function closeDetails(page: Page): Promise<void> {
	await details(page).getByRole('button', { name: 'Close details' }).click();
	await details(page).waitFor({ state: 'hidden' });
}

/** Resolves when the service worker serves this page and has everything of the hub or of an app for going offline. */
export async function readyForOffline(page: Page, app = 'todo'): Promise<void> {
	const sign = `${app === 'hub' ? '' : `/${app}`}/manifest.webmanifest`;
	const kept = `navigator.serviceWorker.controller !== null && (await caches.match('${sign}')) !== undefined`;
	const message = `${app} to be kept for offline use`;
	await expect.poll(() => page.evaluate<boolean>(`(async () => ${kept})()`), { message, timeout: 60_000 }).toBe(true);
}

/**
 * Patience with a server that comes back without anybody telling the tab, in ms: the pause between two attempts may have grown to a minute.
 */
export const comebackMs = 90_000;

/** What the house says for a moment, with what can be pressed in it. */
export function notice(page: Page, text: string): Locator {
	// The innermost part that has both the words and what can be pressed.
	const parts = page.getByRole('region', { name: 'Notices' }).locator('div');
	return parts
		.filter({ hasText: text })
		.filter({ has: page.getByRole('button') })
		.last();
}

/** Points at what the house says, which keeps it there: for whoever looks elsewhere before they press what is in it. */
export async function holdNotice(page: Page, text: string): Promise<Locator> {
	const said = notice(page, text);
	await said.hover();
	return said;
}

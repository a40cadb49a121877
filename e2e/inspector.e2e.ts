import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';
import { look, savedBy } from './look.ts';
import type { TestMana } from './mana.ts';
import { invite, ownerOf } from './people.ts';
import {
	addTasks,
	closeDetails,
	comebackMs,
	details,
	goToTodo,
	joinSpace,
	openTask,
	readyForOffline,
	syncPill,
	task,
} from './screen.ts';
import { type Device, expect, keeping, test } from './test.ts';

const simulator = join(import.meta.dir, '../kit/sync/simulator/simulate.ts');

/** A part of the page by its heading. */
const part = (page: Page, name: string) => page.getByRole('region', { name });

async function openInspector(page: Page): Promise<void> {
	await page
		.getByRole('button', { name: /^(Up to date|Offline|\d+ unsent|.* refused)$/ })
		.first()
		.click();
	await page.getByRole('link', { name: 'Sync', exact: true }).click();
	await page.getByRole('heading', { name: 'Sync', level: 1 }).waitFor();
}

async function rename(page: Page, from: string, to: string): Promise<void> {
	const pane = await openTask(page, from);
	await pane.getByRole('textbox', { name: 'Title' }).fill(to);
	await closeDetails(page);
}

test('the inspector says in words what waits, since when and why; it is reached from the sync pill, also offline', async ({
	mana,
	newDevice,
}) => {
	const device = await newDevice({ person: await invite(mana, 'Ida Inspect'), ...keeping });
	const { page } = device;
	await page.goto(`${mana.url}/todo`);
	await addTasks(page, 'Water the plants');
	await expect(syncPill(page, 'Up to date')).toBeVisible();
	await openInspector(page);
	await expect(page).toHaveURL(/\/todo\/sync$/);
	await expect(page.getByText('Nothing waits. The server has everything')).toBeVisible();
	await expect(page.getByText('Nothing that you wrote was replaced.')).toBeVisible();
	await look(page, 'inspector-empty');

	await test.step('an app can be kept on this device whatever happens, and stays so', async () => {
		const keep = part(page, 'Keep on this device').getByRole('switch', { name: 'Todo' });
		await expect(keep).not.toBeChecked();
		await keep.check();
		await expect(part(page, 'Keep on this device').locator('[aria-busy=true]')).toHaveCount(0); // it is remembered
		await page.reload();
		await expect(keep).toBeChecked();
		await look(page, 'inspector-keep');
	});

	await test.step('the details name cursor, device, clock and storage', async () => {
		await page.getByText('All facts').click();
		const exactly = part(page, 'Behind the scenes');
		await expect(exactly).toContainText('an open connection');
		await expect(exactly).toContainText(/Shown state\s*\d+ of \d+/);
		await expect(exactly).toContainText('this tab');
		await expect(exactly).toContainText(/right \(-?\d+ ms\)/);
		await expect(exactly).toContainText('on this device');
		await page.getByText(/^The last \d+ events$/).click();
		await expect(exactly.getByRole('listitem').filter({ hasText: 'heard subbed' }).first()).toBeVisible();
		await look(page, 'inspector-details');
	});

	await test.step('offline it lists what waits, and gives it as a file', async () => {
		await readyForOffline(page);
		device.cut();
		await goToTodo(page);
		await addTasks(page, 'Call Ana tomorrow', 'Send the invoice');
		await task(page, 'Water the plants').focus();
		await page.keyboard.press('1');
		await expect(syncPill(page, '3 unsent').first()).toBeVisible({ timeout: comebackMs });
		await openInspector(page);
		await expect(page.getByText('3 changes wait to be sent')).toBeVisible();
		const waiting = part(page, 'Waits to be sent').getByRole('listitem');
		await expect(waiting).toHaveCount(3);
		await expect(waiting.first()).toContainText('New: “Call Ana”');
		await expect(waiting.last()).toContainText('“Water the plants”: priority');
		await look(page, 'inspector-waiting');
		const { name, text } = await savedBy(page, () => page.getByRole('button', { name: 'Save as a file' }).click());
		expect(name).toMatch(/^mana-unsent-.*\.json$/);
		expect(JSON.parse(text)).toMatchObject({ format: 'mana-outbox', unsent: [{}, {}, {}] });
		expect(text).toContain('Send the invoice');
	});

	await test.step('with the network back, one press sends it', async () => {
		device.mend();
		// The tab tries by itself, too, and takes the button away meanwhile: whoever finds none, or one that is gone, looks again.
		await expect(async () => {
			const again = await page.getByRole('button', { name: 'Try again now' }).elementHandles();
			await again[0]?.dispatchEvent('click');
			await expect(page.getByText('Nothing waits.')).toBeVisible({ timeout: 5_000 });
		}).toPass({ timeout: comebackMs });
	});

	await test.step('the hub has it too', async () => {
		await page.goto(mana.url);
		await page.getByRole('region', { name: 'Today' }).waitFor();
		await page.keyboard.press('Control+k');
		await expect(page.getByRole('combobox', { name: 'Go, do, find' })).toBeFocused();
		await page.keyboard.type('Sync');
		await page.getByRole('option', { name: /^Sync/ }).first().click();
		await expect(page).toHaveURL(`${mana.url}/sync`);
		await expect(page.getByText('Nothing waits.')).toBeVisible();
	});
});

test('another tab leads: its inspector says so, and tells what the leading one knows', async ({ mana, newDevice }) => {
	const { page, context } = await newDevice({ person: await invite(mana, 'Tom Tabs') });
	await page.goto(`${mana.url}/todo`);
	await addTasks(page, 'One');
	await expect(syncPill(page, 'Up to date')).toBeVisible();
	const second = await context.newPage();
	await second.goto(`${mana.url}/todo/sync`);
	await second.getByText('All facts').click();
	await expect(part(second, 'Behind the scenes')).toContainText('another tab');
	// On a machine that does much else a socket may have been given up, and HTTP taken for a while.
	await expect(part(second, 'Behind the scenes')).toContainText('an open connection', { timeout: comebackMs });
});

test('in a browser that stores nothing a red sign says so, and everything can be saved as a file', async ({
	mana,
	newDevice,
}) => {
	const { page } = await newDevice();
	await page.addInitScript(`indexedDB.open = () => { throw new DOMException('no', 'SecurityError'); }`);
	await page.goto(mana.url);
	await page.getByRole('button', { name: 'Try it as a guest' }).click();
	await goToTodo(page);
	await addTasks(page, 'Only for a moment');
	await page.goto(`${mana.url}/todo/sync`);
	await page.getByText('Only in memory').waitFor();
	await goToTodo(page);
	await addTasks(page, 'Gone with the tab');
	await page.getByRole('button', { name: 'Not stored' }).first().click();
	await page.getByRole('link', { name: 'Sync', exact: true }).click();
	await expect(page.getByText('Only in memory')).toBeVisible();
	await expect(page.getByText('Only this tab has it.')).toBeVisible();
	await look(page, 'inspector-memory');
	const { text } = await savedBy(page, () => page.getByRole('button', { name: 'Save as a file' }).click());
	expect(text).toContain('Gone with the tab');
});

test('what the server refuses is kept with its reason: to save, to try again, to drop', async ({ mana, newDevice }) => {
	const olga = await newDevice({ person: await ownerOf(mana) });
	const person = await invite(mana, 'Ray Refused');
	const ray = await newDevice({ person, ...keeping });
	await shareSpace(mana, olga, ray, 'Attic');
	await goToTodo(ray.page);
	await addTasks(ray.page, 'Before');
	await expect(syncPill(ray.page, 'Up to date')).toBeVisible();
	await readyForOffline(ray.page);
	await ray.unplug();
	await addTasks(ray.page, 'Written without the right', 'And one more');
	await olga.page.getByLabel('Role of Ray Refused').selectOption('Viewer');
	await expect(olga.page.getByText('Role of Ray Refused: Viewer')).toBeVisible();
	await ray.plugIn();
	await openInspector(ray.page);
	const refused = part(ray.page, 'Refused').getByRole('listitem');
	await expect(refused).toHaveCount(2);
	await expect(refused.first()).toContainText('You may read this space but not change it');
	await expect(refused.first()).toContainText('“Written without the right”');
	await look(ray.page, 'inspector-refused');

	const { text } = await savedBy(ray.page, () => refused.first().getByRole('button', { name: 'Save as a file' }).click());
	expect(text).toContain('Written without the right');
	expect(text).not.toContain('And one more');
	await refused.first().getByRole('button', { name: 'Drop it' }).click();
	await expect(refused).toHaveCount(2);
	await refused.first().getByRole('button', { name: 'Drop this change for good' }).click();
	await expect(refused).toHaveCount(1);

	await olga.page.getByLabel('Role of Ray Refused').selectOption('Editor');
	await expect(olga.page.getByText('Role of Ray Refused: Editor')).toBeVisible();
	await refused.first().getByRole('button', { name: 'Try again', exact: true }).click();
	await expect(refused).toHaveCount(0);
	await expect(ray.page.getByText('Nothing waits.')).toBeVisible();
	await goToTodo(ray.page);
	await expect(task(ray.page, 'And one more')).toBeVisible();
	await expect(task(ray.page, 'Written without the right')).toBeHidden();
});

test('a title that was replaced is told on the task and in the inspector, and comes back with one press', async ({
	mana,
	newDevice,
}) => {
	const person = await invite(mana, 'Cleo Conflict');
	const a = await newDevice({ person, ...keeping });
	const b = await newDevice({ person });
	await a.page.goto(`${mana.url}/todo`);
	await addTasks(a.page, 'Dinner', 'Lunch');
	await b.page.goto(`${mana.url}/todo`);
	await expect(task(b.page, 'Lunch')).toBeVisible();
	await readyForOffline(a.page);
	await a.unplug();
	await rename(a.page, 'Dinner', 'Dinner at mine');
	await rename(a.page, 'Lunch', 'Lunch at mine');
	await rename(b.page, 'Dinner', 'Dinner at the harbour');
	await rename(b.page, 'Lunch', 'Lunch at the harbour');
	await expect(syncPill(b.page, 'Up to date')).toBeVisible();
	await a.plugIn();
	await expect(task(a.page, 'Dinner at the harbour')).toBeVisible();

	await test.step('on the task', async () => {
		const pane = await openTask(a.page, 'Dinner at the harbour');
		const hint = pane.getByRole('region', { name: 'Replaced by others' });
		await expect(hint).toContainText(/Your title of \d+:\d+ was replaced by another of \d+:\d+\./);
		await expect(hint).toContainText('Dinner at mine');
		await look(a.page, 'conflict-hint');
		await hint.getByRole('button', { name: 'Take mine' }).click();
		await expect(details(a.page).getByRole('textbox', { name: 'Title' })).toHaveValue('Dinner at mine');
		await expect(hint).toBeHidden();
		await closeDetails(a.page);
		await expect(task(b.page, 'Dinner at mine')).toBeVisible();
	});

	await test.step('in the inspector', async () => {
		await openInspector(a.page);
		const log = part(a.page, 'Replaced by others');
		await expect(log.getByRole('article')).toHaveCount(1);
		await expect(log).toContainText('Lunch at mine');
		await look(a.page, 'inspector-conflict');
		await log.getByRole('button', { name: 'Keep theirs' }).click();
		await expect(a.page.getByText('Nothing that you wrote was replaced.')).toBeVisible();
		await goToTodo(a.page);
		await expect(task(a.page, 'Lunch at the harbour')).toBeVisible();
	});
});

test('the history of a task tells who changed what and when, and an older version is put back', async ({ mana, newDevice }) => {
	const olga = await newDevice({ person: await ownerOf(mana) });
	const ray = await newDevice({ person: await invite(mana, 'Hal History') });
	await shareSpace(mana, olga, ray, 'Cellar');
	await goToTodo(ray.page);
	await addTasks(ray.page, 'Buy wine #cellar !low');
	await olga.page.getByRole('button', { name: 'Work in this space' }).click();
	await goToTodo(olga.page);
	await rename(olga.page, 'Buy wine', 'Buy beer');
	await expect(task(ray.page, 'Buy beer')).toBeVisible();
	const pane = await openTask(ray.page, 'Buy beer');
	await pane.getByText('What happened to this task').click();
	const versions = pane.getByRole('listitem').filter({ has: ray.page.locator('time') });
	await expect(versions).toHaveCount(2);
	await expect(versions.first()).toContainText('Olga Owner');
	await expect(versions.first()).toContainText(/title\s*Buy wine\s*→\s*Buy beer/);
	await expect(versions.last()).toContainText('You');
	await versions.last().getByRole('button', { name: 'As it was then' }).click();
	await expect(versions.last()).toContainText('with #cellar');
	await look(ray.page, 'history');
	await versions.last().getByRole('button', { name: 'Put this back' }).click();
	await expect(pane.getByRole('textbox', { name: 'Title' })).toHaveValue('Buy wine');
	await expect(versions).toHaveCount(3);
	await expect(versions.first()).toContainText(/title\s*Buy beer\s*→\s*Buy wine/);
	await expect(task(olga.page, 'Buy wine')).toBeVisible();

	await test.step('offline it says what it needs', async () => {
		await pane.getByText('What happened to this task').click();
		await ray.unplug();
		await pane.getByText('What happened to this task').click();
		await expect(pane.getByText('The server keeps what was before, and it cannot be reached now.')).toBeVisible();
	});
});

test('undo and redo have buttons, and undo says what it leaves to others', async ({ mana, newDevice }) => {
	const person = await invite(mana, 'Uma Undo');
	const a = await newDevice({ person });
	const b = await newDevice({ person });
	await a.page.goto(`${mana.url}/todo`);
	await addTasks(a.page, 'Bake bread');
	await b.page.goto(`${mana.url}/todo`);
	const undo = a.page.getByRole('button', { name: 'Undo', exact: true }).first();
	const redo = a.page.getByRole('button', { name: 'Redo', exact: true }).first();
	await expect(redo).toHaveAttribute('aria-disabled', 'true');
	await undo.click();
	await expect(task(a.page, 'Bake bread')).toBeHidden();
	await expect(redo).toHaveAttribute('aria-disabled', 'false');
	await redo.click();
	await expect(task(a.page, 'Bake bread')).toBeVisible();

	await rename(a.page, 'Bake bread', 'Bake two loaves');
	await rename(b.page, 'Bake two loaves', 'Bake rolls');
	await expect(task(a.page, 'Bake rolls')).toBeVisible();
	await a.page.keyboard.press('Control+z');
	await expect(a.page.getByText(/^Left as it is, because it was changed elsewhere since: “Bake rolls”: title/)).toBeVisible();
	await expect(task(a.page, 'Bake rolls')).toBeVisible();
});

test('a report from the browser has nothing of what was written, and the simulator replays it', async ({ mana, newDevice }) => {
	const device = await newDevice({ person: await invite(mana, 'Rita Report') });
	const { page } = device;
	await page.goto(`${mana.url}/todo`);
	await addTasks(page, 'Secret errand today #hidden !high @Lair');
	await expect(syncPill(page, 'Up to date')).toBeVisible();
	device.cut();
	await addTasks(page, 'Another secret');
	await expect(syncPill(page, /unsent/)).toBeVisible({ timeout: comebackMs });
	device.mend();
	await page.goto(`${mana.url}/todo/sync`);
	await expect(page.getByText('Nothing waits.')).toBeVisible({ timeout: comebackMs });
	await page.getByRole('link', { name: /^Inbox/ }).click();
	await page.getByRole('heading', { name: 'Inbox' }).waitFor();
	await addTasks(page, 'Third secret');
	await task(page, 'Third secret').focus();
	await page.keyboard.press('x');
	await openInspector(page);
	const { name, text } = await savedBy(page, () => page.getByRole('button', { name: 'Save a report' }).click());
	expect(name).toMatch(/^mana-report-.*\.json$/);
	expect(text).not.toMatch(/secret|hidden|Lair|Rita|rita|example\.org/i);
	expect(JSON.parse(text)).toMatchObject({ format: 'mana-sync-bundle', version: 1 });

	const folder = mkdtempSync(join(tmpdir(), 'mana-bundle-'));
	try {
		const file = join(folder, name);
		writeFileSync(file, text);
		const { stdout } = await promisify(execFile)(process.execPath, [simulator, '--bundle', file]);
		expect(stdout).toMatch(/bundle of .*: \d+ events, [1-9]\d* steps/);
		expect(stdout).toContain('21 passed, 0 failed');
	} finally {
		rmSync(folder, { recursive: true });
	}
});

/** One makes a space and lets the other in as an editor, who works there then. */
async function shareSpace(mana: TestMana, owner: Device, guest: Device, name: string): Promise<void> {
	const { page } = owner;
	await page.goto(`${mana.url}/spaces`);
	await page.getByLabel('Name').fill(name);
	await page.getByRole('button', { name: 'Create the space' }).click();
	await page.getByLabel('Who comes in may be').selectOption('Editor');
	await page.getByRole('button', { name: 'Make a link' }).click();
	await guest.page.goto(await page.getByRole('textbox', { name: 'Link' }).inputValue());
	await joinSpace(guest.page, name);
	await expect(guest.page.getByRole('link', { name: `You are in ${name}` })).toBeVisible();
}

import type { Page } from '@playwright/test';
import { tagId } from '../kit/shared/model.ts';
import { faultless, faultlessInTheDark } from './axe.ts';
import { invite, ownerOf } from './people.ts';
import { addTasks, attach, attachedFile, openTask, task, titles } from './screen.ts';
import { stillness } from './stillness.ts';
import { type Device, expect, test } from './test.ts';

/** A screen of the house, and how one comes to it. */
interface Screen {
	readonly name: string;
	readonly path: string;
	/** What is done there before one looks. */
	readonly ready?: (page: Page) => Promise<unknown>;
}

const heading = (page: Page) => page.getByRole('heading', { level: 1 }).waitFor();
const dialog = (page: Page) => page.getByRole('dialog').waitFor();
const press = (key: string) => async (page: Page) => {
	await heading(page);
	await page.keyboard.press(key);
	await dialog(page);
};

/** What one sees before one is in. */
const outside: readonly Screen[] = [
	{ name: 'doors', path: '/' },
	{ name: 'setup', path: '/setup' },
	{ name: 'sign in', path: '/sign-in' },
	{
		name: 'sign in, refused',
		path: '/sign-in',
		ready: async (page) => {
			await page.getByRole('button', { name: 'Sign in', exact: true }).click();
			await page.getByText('Write an e-mail address').waitFor();
		},
	},
	{ name: 'join', path: '/join' },
	{ name: 'reset', path: '/reset' },
];

/** What the person sees. `/todo` holds the tasks of `fill`. */
const inside: readonly Screen[] = [
	{
		name: 'hub',
		path: '/',
		ready: (page) => page.getByRole('region', { name: 'Today' }).getByRole('link', { name: 'Water the plants' }).waitFor(),
	},
	{ name: 'settings', path: '/settings', ready: (page) => page.getByText('This device', { exact: true }).first().waitFor() },
	{ name: 'profile', path: '/settings/profile' },
	{
		name: 'security',
		path: '/settings/security',
		ready: (page) => page.getByRole('button', { name: 'Add a passkey' }).waitFor(),
	},
	{ name: 'connected devices', path: '/settings/devices', ready: (page) => page.getByText('Nothing is connected yet').waitFor() },
	{ name: 'what one hears about', path: '/settings/notifications' },
	{ name: 'notifications', path: '/notifications' },
	{ name: 'people of this Mana', path: '/admin' },
	{ name: 'gallery', path: '/gallery' },
	{ name: 'sync in the hub', path: '/sync', ready: (page) => page.getByText('All facts').waitFor() },
	{
		name: 'sync with everything open',
		path: '/todo/sync',
		ready: async (page) => {
			await page.getByText('All facts').click();
			await page.getByText(/^The last \d+ events$/).click();
		},
	},
	{ name: 'spaces', path: '/spaces', ready: (page) => page.getByText('You share nothing yet').waitFor() },
	{
		name: 'space with a link',
		path: '/spaces',
		ready: async (page) => {
			await page.getByLabel('Name').fill('Home');
			await page.getByRole('button', { name: 'Create the space' }).click();
			await page.getByRole('heading', { name: 'Services', exact: true }).waitFor();
			await page.getByRole('button', { name: 'Make a link' }).click();
			await page.getByRole('img', { name: 'Code for Home' }).waitFor();
		},
	},
	{ name: 'spaces, one of them', path: '/spaces', ready: (page) => page.getByRole('link', { name: 'Home Family' }).waitFor() },
	{ name: 'inbox', path: '/todo', ready: (page) => task(page, 'Read Middlemarch').waitFor() },
	{ name: 'today', path: '/todo/today', ready: (page) => task(page, 'Water the plants').waitFor() },
	{ name: 'upcoming', path: '/todo/upcoming', ready: (page) => task(page, 'Call Ana').waitFor() },
	{
		name: 'projects',
		path: '/todo/projects',
		ready: (page) => page.getByRole('list', { name: 'Projects' }).getByRole('link', { name: 'Work' }).waitFor(),
	},
	{ name: 'new project', path: '/todo/projects?new', ready: dialog },
	{
		name: 'project',
		path: '/todo/projects',
		ready: async (page) => {
			await page.getByRole('list', { name: 'Projects' }).getByRole('link', { name: 'Work' }).click();
			await page.getByRole('heading', { name: 'Work', level: 1 }).waitFor();
		},
	},
	{ name: 'tag', path: `/todo/tag/${tagId('home')}`, ready: (page) => task(page, 'Water the plants').waitFor() },
	{ name: 'search', path: '/todo/search?q=middle', ready: (page) => task(page, 'Read Middlemarch').waitFor() },
	{
		name: 'search without an answer',
		path: '/todo/search?q=nothing+at+all',
		ready: (page) => page.getByText('Nothing found').waitFor(),
	},
	{ name: 'completed', path: '/todo/completed', ready: (page) => task(page, 'Already done').waitFor() },
	{
		name: 'trash',
		path: '/todo/trash',
		ready: (page) => page.getByRole('list', { name: 'Trash' }).getByRole('listitem').first().waitFor(),
	},
	{ name: 'no such page', path: '/nothing-here', ready: heading },
	{ name: 'details', path: '/todo', ready: (page) => openTask(page, 'Read Middlemarch').then((pane) => pane.waitFor()) },
	{
		name: 'details with the calendar',
		path: '/todo',
		ready: async (page) => {
			await openTask(page, 'Read Middlemarch');
			await page.getByRole('button', { name: /^Day/ }).click();
			await page.getByRole('dialog', { name: 'Schedule' }).waitFor();
		},
	},
	{
		name: 'details with how it repeats',
		path: '/todo',
		ready: async (page) => {
			const pane = await openTask(page, 'Water the plants');
			await pane.getByRole('button', { name: /^Repeats/ }).click();
			const panel = page.getByRole('dialog', { name: 'Repeats' });
			await panel.getByLabel('Repeats').selectOption('Custom…');
			await panel.getByLabel('Unit').selectOption('Weeks');
			await panel.getByRole('group', { name: 'On these days' }).waitFor();
			await panel.getByLabel('Ends').selectOption('After so many');
		},
	},
	{
		name: 'details with files',
		path: '/todo',
		ready: async (page) => {
			await openTask(page, 'Sort the photos');
			await attachedFile(page, 'list.txt').waitFor();
		},
	},
	{
		name: 'file, opened',
		path: '/todo',
		ready: async (page) => {
			await openTask(page, 'Sort the photos');
			await attachedFile(page, 'list.txt').getByRole('button', { name: 'Open' }).click();
			await page.getByRole('dialog', { name: 'list.txt' }).getByText('Rome').waitFor();
		},
	},
	{ name: 'palette', path: '/todo', ready: press('Control+k') },
	{ name: 'shortcuts', path: '/todo', ready: press('?') },
	{
		name: 'quick add',
		path: '/todo',
		ready: async (page) => {
			await press('q')(page);
			await expect(page.getByRole('textbox', { name: 'What do you want to do?' })).toBeFocused();
			await page.keyboard.type('Call Ana tomorrow 9:00 #phone !high @Work');
		},
	},
	{
		name: 'menu of a task',
		path: '/todo',
		ready: async (page) => {
			await task(page, 'Read Middlemarch').click({ button: 'right' });
			await page.getByRole('menu').waitFor();
		},
	},
	{
		name: 'several selected',
		path: '/todo',
		ready: async (page) => {
			await task(page, 'Read Middlemarch').focus();
			await page.keyboard.press('Control+a');
			await page.getByRole('toolbar').waitFor();
		},
	},
	{
		name: 'notice',
		path: '/todo',
		ready: async (page) => {
			await task(page, 'Read Middlemarch').focus();
			await page.keyboard.press('1');
			await page.getByText('Priority changed').waitFor();
		},
	},
	{
		name: 'sidebar over the page, where there is no room beside it',
		path: '/todo',
		ready: async (page) => {
			const menu = page.getByRole('button', { name: 'Menu' });
			if (!(await menu.isVisible())) return;
			await menu.click();
			await page.getByRole('dialog', { name: 'Menu' }).getByRole('link', { name: 'Inbox' }).waitFor();
		},
	},
	{
		name: 'menu of the account',
		path: '/',
		ready: async (page) => {
			const menu = page.getByRole('button', { name: 'Menu' });
			if (await menu.isVisible()) await menu.click();
			await page.getByRole('button', { name: /^Account of/ }).click();
			await page.getByRole('menu').waitFor();
		},
	},
	{
		name: 'signing out',
		path: '/settings',
		ready: async (page) => {
			await page.getByRole('button', { name: 'Sign out' }).last().click();
			await dialog(page);
		},
	},
];

// Each walks through all screens. What axe finds tells more than a trace would.
test.describe.configure({ timeout: 300_000 });
test.use({ trace: 'off' });

// 320 px is the narrowest phone, and also 1280 px at 400 %: there nothing may need scrolling sideways, either.
for (const [width, height] of [
	[1280, 800],
	[320, 640],
] as const)
	test.describe(`at ${width} px`, () => {
		const view = { viewport: { width, height }, reducedMotion: 'reduce' } as const;

		test('axe finds nothing on the way in, light and dark, and nothing sticks out', async ({ mana, newDevice }) => {
			const { page } = await newDevice(view);
			for (const screen of outside) await test.step(screen.name, () => isFit(page, mana.url, screen));
		});

		test('axe finds nothing inside, light and dark, and nothing sticks out', async ({ mana, newDevice }) => {
			// Somebody with nothing yet for each size; the owner sees the most in settings.
			const person = width === 1280 ? await ownerOf(mana) : await invite(mana, 'Nora Narrow');
			const device = await newDevice({ ...view, person });
			await fill(device, mana.url);
			for (const screen of inside) await test.step(screen.name, () => isFit(device.page, mana.url, screen));
		});
	});

/** Every part of the page that reaches beyond its right edge without being in something that scrolls by itself or is cut off. */
const tooWide = `[...document.querySelectorAll('body *')]
	.filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && element.checkVisibility({ visibilityProperty: true }))
	.filter((element) => {
		for (let around = element.parentElement; around && around !== document.body; around = around.parentElement) {
			if (getComputedStyle(around).overflowX !== 'visible' && around.getBoundingClientRect().right <= innerWidth + 1) return false;
		}
		return true;
	})
	.map((element) => element.outerHTML.slice(0, 120))`;

/**
 * The markup is the same in the dark; only its colours are others, which are the tokens' (`kit/ui/tokens` proves their contrast): looked at where
 * every component is, on the frame, and where most is shown.
 */
const inTheDark = new Set(
	[...outside, ...inside].filter(({ name }) =>
		['doors', 'hub', 'gallery', 'inbox', 'details with files', 'sync with everything open'].includes(name),
	),
);

async function isFit(page: Page, url: string, screen: Screen): Promise<void> {
	await show(page, url, screen);
	expect(await page.evaluate<string[]>(tooWide), `${screen.name}: parts that stick out`).toEqual([]);
	const beyond = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
	expect(beyond, `${screen.name}: px to scroll sideways, unseen parts included`).toBe(0);
	await faultless(page, screen.name);
	if (inTheDark.has(screen)) await faultlessInTheDark(page, screen.name);
}

async function show(page: Page, url: string, { path, ready }: Screen): Promise<void> {
	await page.goto(url + path);
	await heading(page);
	await ready?.(page);
	await stillness(page);
}

async function fill({ page }: Device, url: string): Promise<void> {
	await page.goto(`${url}/todo`);
	await page.getByRole('textbox', { name: 'Add a task' }).waitFor();
	await addTasks(
		page,
		'Water the plants every day #home',
		'Call Ana tomorrow 9:00 #phone !high @Work',
		'Read Middlemarch',
		'Already done',
		'Thrown away',
		'Sort the photos !low',
	);
	for (const [title, key] of [
		['Already done', 'x'],
		['Thrown away', 'Delete'],
	] as const) {
		await task(page, title).focus();
		await page.keyboard.press(key);
	}
	await expect.poll(() => titles(page)).toEqual(['Water the plants', 'Read Middlemarch', 'Sort the photos']);
	await openTask(page, 'Sort the photos');
	await attach(
		page,
		{ name: 'list.txt', mimeType: 'text/plain', buffer: Buffer.from('Rome') },
		{ name: `${'A name that goes on and on '.repeat(5)}.zip`, mimeType: 'application/zip', buffer: Buffer.from('none') },
	);
	await attachedFile(page, 'list.txt').waitFor();
}

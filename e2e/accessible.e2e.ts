import type { Page } from '@playwright/test';
import { tagId } from '../kit/shared/model.ts';
import { faultless, faultlessInTheDark } from './axe.ts';
import { ownerOf } from './people.ts';
import { addTasks, attach, attachedFile, holdNotice, openTask, task, titles } from './screen.ts';
import { stillness } from './stillness.ts';
import { type Device, expect, test } from './test.ts';

/** A screen of the house, and how one comes to it. */
interface Screen {
	readonly name: string;
	readonly path: string;
	/** What is waited for there before one looks. */
	readonly ready?: (page: Page) => Promise<unknown>;
	/** What is opened or changed there first: the next screen is loaded anew, so that nothing of it is left. */
	readonly open?: (page: Page) => Promise<unknown>;
	/** It is another one at another width: it is opened anew there. */
	readonly byWidth?: true;
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
		open: async (page) => {
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
		open: async (page) => {
			await page.getByText('All facts').click();
			await page.getByText(/^The last \d+ events$/).click();
		},
	},
	{ name: 'spaces', path: '/spaces', ready: (page) => page.getByText('You share nothing yet').waitFor() },
	{
		name: 'space with a link',
		path: '/spaces',
		open: async (page) => {
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
	{ name: 'new project', path: '/todo/projects?new', open: dialog },
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
	{ name: 'details', path: '/todo', open: (page) => openTask(page, 'Read Middlemarch').then((pane) => pane.waitFor()) },
	{
		name: 'details with the calendar',
		path: '/todo',
		open: async (page) => {
			await openTask(page, 'Read Middlemarch');
			await page.getByRole('button', { name: /^Day/ }).click();
			await page.getByRole('dialog', { name: 'Schedule' }).waitFor();
		},
	},
	{
		name: 'details with how it repeats',
		path: '/todo',
		open: async (page) => {
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
		open: async (page) => {
			await openTask(page, 'Sort the photos');
			await attachedFile(page, 'list.txt').waitFor();
		},
	},
	{
		name: 'file, opened',
		path: '/todo',
		open: async (page) => {
			await openTask(page, 'Sort the photos');
			await attachedFile(page, 'list.txt').getByRole('button', { name: 'Open' }).click();
			await page.getByRole('dialog', { name: 'list.txt' }).getByText('Rome').waitFor();
		},
	},
	{ name: 'palette', path: '/todo', open: press('Control+k') },
	{ name: 'shortcuts', path: '/todo', open: press('?') },
	{
		name: 'quick add',
		path: '/todo',
		open: async (page) => {
			await press('q')(page);
			await expect(page.getByRole('textbox', { name: 'What do you want to do?' })).toBeFocused();
			await page.keyboard.type('Call Ana tomorrow 9:00 #phone !high @Work');
		},
	},
	{
		name: 'menu of a task',
		path: '/todo',
		open: async (page) => {
			await task(page, 'Read Middlemarch').click({ button: 'right' });
			await page.getByRole('menu').waitFor();
		},
	},
	{
		name: 'several selected',
		path: '/todo',
		open: async (page) => {
			await task(page, 'Read Middlemarch').focus();
			await page.keyboard.press('Control+a');
			await page.getByRole('toolbar').waitFor();
		},
	},
	{
		name: 'notice',
		path: '/todo',
		open: async (page) => {
			await task(page, 'Read Middlemarch').focus();
			await page.keyboard.press('1');
			await holdNotice(page, 'Priority changed');
		},
	},
	{
		name: 'sidebar over the page, where there is no room beside it',
		path: '/todo',
		byWidth: true,
		open: async (page) => {
			const menu = page.getByRole('button', { name: 'Menu' });
			if (!(await menu.isVisible())) return;
			await menu.click();
			await page.getByRole('dialog', { name: 'Menu' }).getByRole('link', { name: 'Inbox' }).waitFor();
		},
	},
	{
		name: 'menu of the account',
		path: '/',
		byWidth: true,
		open: async (page) => {
			const menu = page.getByRole('button', { name: 'Menu' });
			if (await menu.isVisible()) await menu.click();
			await page.getByRole('button', { name: /^Account of/ }).click();
			await page.getByRole('menu').waitFor();
		},
	},
	{
		name: 'signing out',
		path: '/settings',
		open: async (page) => {
			await page.getByRole('button', { name: 'Sign out' }).last().click();
			await dialog(page);
		},
	},
];

// Each walks through all screens. What axe finds tells more than a trace would.
test.describe.configure({ timeout: 600_000 });
test.use({ trace: 'off' });

/** 320 px is the narrowest phone, and also 1280 px at 400 %: there nothing may need scrolling sideways, either. */
const sizes = [
	{ width: 320, height: 640 },
	{ width: 1280, height: 800 },
] as const;

test('axe finds nothing on the way in, narrow and wide, light and dark, and nothing sticks out', async ({ mana, newDevice }) => {
	const { page } = await newDevice({ reducedMotion: 'reduce' });
	await walk(page, mana.url, outside);
});

test('axe finds nothing inside, narrow and wide, light and dark, and nothing sticks out', async ({ mana, newDevice }) => {
	// Somebody with nothing yet; the owner sees the most in settings.
	const device = await newDevice({ person: await ownerOf(mana), reducedMotion: 'reduce' });
	await fill(device, mana.url);
	await walk(device.page, mana.url, inside);
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

/** Looks at each screen at every size. It grows while it is shown, as when a phone is turned. */
async function walk(page: Page, url: string, screens: readonly Screen[]): Promise<void> {
	let leftOpen = true;
	for (const screen of screens)
		await test.step(screen.name, async () => {
			for (const size of sizes) {
				await page.setViewportSize(size);
				if (size === sizes[0] || screen.byWidth) await show(page, url, screen, leftOpen);
				leftOpen = screen.open !== undefined;
				await isFit(page, screen, `${screen.name}, ${size.width} px`);
			}
		});
}

async function isFit(page: Page, screen: Screen, name: string): Promise<void> {
	await stillness(page);
	expect(await page.evaluate<string[]>(tooWide), `${name}: parts that stick out`).toEqual([]);
	const beyond = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
	expect(beyond, `${name}: px to scroll sideways, unseen parts included`).toBe(0);
	await faultless(page, name);
	if (inTheDark.has(screen)) await faultlessInTheDark(page, name);
}

/** Goes to a screen: as by a link from the one before, or by its address where something may be left open there. */
async function show(page: Page, url: string, { path, ready, open }: Screen, anew: boolean): Promise<void> {
	if (anew) await page.goto(url + path);
	else {
		await page.evaluate(`{
			const link = document.body.appendChild(Object.assign(document.createElement('a'), { href: ${JSON.stringify(path)} }));
			link.click();
			link.remove();
		}`);
		await page.waitForURL(url + path);
	}
	await heading(page);
	await ready?.(page);
	await open?.(page);
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

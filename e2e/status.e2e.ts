import type { Page } from '@playwright/test';
import { faultless } from './axe.ts';
import { invite, ownerOf } from './people.ts';
import { readyForOffline } from './screen.ts';
import { expect, keeping, test } from './test.ts';

const row = (page: Page, name: string) => page.getByRole('listitem').filter({ has: page.getByText(name, { exact: true }) });
const well = (page: Page) => page.getByText(/All \d+ services are well/);

test('the owner comes from the settings, sees where everything is, and a service that stops answering', async ({
	mana,
	newDevice,
}) => {
	const { page } = await newDevice({ person: await ownerOf(mana) });
	await page.goto(`${mana.url}/settings/system`);
	await page.getByRole('link', { name: 'See what runs' }).click();
	await expect(well(page)).toBeVisible();
	await expect(row(page, 'mana-sync')).toContainText(/Ready/);
	await expect(row(page, 'mana-sync')).toContainText(/this server, port \d+\s*process \d+/);
	await expect(page.getByText(/Planned:.*mana-crawler/)).toBeVisible();

	const thaw = mana.freeze('mana-sync');
	try {
		await page.getByRole('button', { name: 'Ask again' }).click();
		await expect(page.getByText(/1 of \d+ services is not well/)).toBeVisible();
		await expect(row(page, 'mana-sync')).toContainText('Silent');
		await expect(row(page, 'mana-sync')).toContainText('did not answer within');
	} finally {
		thaw();
	}
	await expect(well(page)).toBeVisible();
});

test('a member comes from the palette by keyboard and sees what runs, and not where', async ({ mana, newDevice }) => {
	const { page } = await newDevice({ person: await invite(mana, 'Mia') });
	await page.goto(mana.url);
	await page.getByRole('heading', { level: 1 }).waitFor();
	await page.keyboard.press('Control+k');
	await expect(page.getByRole('combobox', { name: 'Go, do, find' })).toBeFocused();
	await page.keyboard.type('status');
	await page
		.getByRole('option', { name: /^Status/ })
		.first()
		.waitFor();
	await page.keyboard.press('Enter');
	await expect(well(page)).toBeVisible();
	await expect(row(page, 'mana-auth')).toContainText('Ready');
	await expect(page.getByRole('main')).not.toContainText(/port \d|process \d/);
	const doors = page.getByText(/doors of apps, all ready/);
	await doors.focus();
	await page.keyboard.press('Enter');
	await expect(row(page, 'calendar-web')).toContainText('Ready');
});

test('without a network, or while mana-auth is down, it says so and shows what was known', async ({ mana, newDevice }) => {
	const device = await newDevice({ person: await invite(mana, 'Otto'), ...keeping });
	const { page } = device;
	await page.goto(mana.url);
	await readyForOffline(page, 'hub');
	await page.goto(`${mana.url}/status`);
	await expect(well(page)).toBeVisible();

	await page.route('**/api/mana-auth/**', (route) => route.fulfill({ status: 503, json: { code: 'service-unreachable' } }));
	await page.reload();
	await expect(page.getByText('mana-auth does not answer, so nobody can be recognised right now.')).toContainText(
		'This is what was known',
	);
	await expect(row(page, 'mana-sync')).toBeVisible();
	await page.unroute('**/api/mana-auth/**');
	await page.keyboard.press('r');
	await expect(well(page)).toBeVisible();

	await device.unplug();
	await expect(page.getByText('You are offline.')).toContainText('This is what was known');
	await page.reload();
	await expect(page.getByText('You are offline.')).toContainText('This is what was known');
	await expect(row(page, 'mana-sync')).toBeVisible();
});

test('a guest is told whom it is for', async ({ mana, newDevice }) => {
	const { page } = await newDevice();
	await page.goto(mana.url);
	await page.getByRole('button', { name: 'Try it as a guest' }).click();
	await page.goto(`${mana.url}/status`);
	await expect(page.getByText('Status is for people with an account here')).toBeVisible();
	await expect(page.getByRole('main').getByRole('link', { name: 'Sign in' })).toBeVisible();
});

for (const { width, colorScheme } of [
	{ width: 1280, colorScheme: 'light' },
	{ width: 390, colorScheme: 'dark' },
] as const)
	test(`is without a fault of accessibility and fits ${width} px in ${colorScheme}, in German too`, async ({
		mana,
		newDevice,
	}) => {
		const size = { width, height: 844 };
		const { page } = await newDevice({ person: await ownerOf(mana), viewport: size, colorScheme });
		await page.goto(`${mana.url}/settings/language`);
		await page.getByRole('radio', { name: 'Deutsch' }).check({ force: true });
		await page.goto(`${mana.url}/status`);
		await expect(page.getByText(/Allen \d+ Diensten geht es gut/)).toBeVisible();
		await page.getByText(/Türen von Apps, alle bereit/).click();
		await faultless(page, 'status');
		expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
		await page.goto(`${mana.url}/settings/language`);
		await page.getByRole('radio', { name: 'English' }).check({ force: true });
		await page.goto(`${mana.url}/status`);
		await expect(well(page)).toBeVisible();
	});

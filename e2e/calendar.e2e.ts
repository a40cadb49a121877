import type { Locator, Page } from '@playwright/test';
import { calendars, events, guestId, guests } from '../apps/calendar/model.ts';
import { people } from '../apps/contacts/model.ts';
import { tasks } from '../apps/todo/model.ts';
import { faultless, faultlessInTheDark } from './axe.ts';
import { bring, Keyboard } from './hands.ts';
import { look, savedBy } from './look.ts';
import type { TestMana } from './mana.ts';
import { invite, type TestPerson } from './people.ts';
import { notice, readyForOffline, syncPill } from './screen.ts';
import { seed } from './seed.ts';
import { expect, keeping, test } from './test.ts';

/** An event as a view shows it, by what a screen reader hears: its title, then when it is. */
function event(page: Page, label: string | RegExp): Locator {
	return page.getByRole('main').getByRole('button', { name: label });
}

/** Where a time of a day is in the grid of hours. */
async function pointAt(page: Page, day: string, hour: number): Promise<{ x: number; y: number }> {
	const box = await page.locator(`[data-column="${day}"]`).boundingBox();
	if (!box) throw new Error(`${day} is not shown.`);
	return { x: box.x + box.width / 2, y: box.y + (box.height / 24) * hour };
}

async function drag(page: Page, from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
	await page.mouse.move(from.x, from.y);
	await page.mouse.down();
	await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2);
	await page.mouse.move(to.x, to.y);
	await page.mouse.up();
}

const lunch = (when: string): RegExp => new RegExp(`^Lunch with Ana, ${when}`);

test('an event is written as a line, dragged, made longer and repeated; one of it moves alone, and another device sees and undoes', async ({
	mana,
	newDevice,
}) => {
	const person = await invite(mana, 'Cal Endar');
	const [a, b] = [await newDevice({ person, viewport: { width: 1280, height: 1000 } }), await newDevice({ person })];

	await test.step('a line says what, when, how long and where', async () => {
		await a.page.goto(`${mana.url}/calendar/week/2026-11-25`);
		await a.page.getByRole('heading', { name: /23\D+29 Nov 2026/ }).waitFor();
		await a.page.keyboard.press('c');
		const dialog = a.page.getByRole('dialog', { name: 'New event' });
		const field = dialog.getByRole('textbox', { name: 'What is planned?' });
		await expect(field).toBeFocused();
		await field.fill('Lunch with Ana 2026-11-26 12:30 for 45 min at Café Central');
		for (const chip of ['45 mins', 'Café Central']) await expect(dialog.getByText(chip, { exact: true }).last()).toBeVisible();
		await field.press('Enter');
		await expect(event(a.page, lunch('Thursday,? 26 November 2026, 12:30–13:15, Café Central'))).toBeVisible();
	});

	await test.step('it is dragged to the next day and later, and pulled longer', async () => {
		await drag(a.page, await pointAt(a.page, '2026-11-26', 12.75), await pointAt(a.page, '2026-11-27', 14.75));
		const moved = event(a.page, lunch('Friday,? 27 November 2026, 14:30–15:15'));
		await expect(moved).toBeVisible();
		const end = await pointAt(a.page, '2026-11-27', 15.25);
		await drag(a.page, { ...end, y: end.y - 3 }, await pointAt(a.page, '2026-11-27', 16));
		await expect(event(a.page, lunch('Friday,? 27 November 2026, 14:30–16:00'))).toBeVisible();
	});

	await test.step('from its details it comes again every week', async () => {
		await event(a.page, lunch('Friday')).click();
		const pane = a.page.getByRole('complementary', { name: 'Details' });
		await pane.getByRole('button', { name: /^Repeats/ }).click();
		await a.page.getByRole('dialog', { name: 'Repeats' }).getByLabel('Repeats').selectOption('Every Friday');
		await a.page.keyboard.press('Escape');
		await expect(pane.getByRole('button', { name: 'Repeats: Every Friday' })).toBeVisible();
		await pane.getByRole('button', { name: 'Close details' }).click();
		await a.page.getByRole('button', { name: 'Next', exact: true }).click();
		await expect(event(a.page, lunch('Friday,? 4 December 2026, 14:30–16:00'))).toBeVisible();
	});

	await test.step('one of them goes to another day by itself', async () => {
		await drag(a.page, await pointAt(a.page, '2026-12-04', 15), await pointAt(a.page, '2026-12-05', 11));
		const dialog = a.page.getByRole('dialog', { name: 'Change a repeating event' });
		await dialog.getByRole('button', { name: 'Only this event' }).click();
		await expect(event(a.page, lunch('Saturday,? 5 December 2026, 10:30–12:00'))).toBeVisible();
		await expect(event(a.page, lunch('Friday,? 4 December'))).toHaveCount(0);
	});

	await test.step('another device has all of it, and moves the rest by keys', async () => {
		await expect(syncPill(a.page, 'Up to date')).toBeVisible();
		await b.page.goto(`${mana.url}/calendar/week/2026-12-04`);
		await expect(event(b.page, lunch('Saturday,? 5 December 2026, 10:30–12:00'))).toBeVisible();
		await b.page.getByRole('button', { name: 'Next', exact: true }).click();
		const third = event(b.page, lunch('Friday,? 11 December 2026, 14:30–16:00'));
		await third.focus();
		await b.page.keyboard.press('ArrowDown');
		await b.page.keyboard.press('ArrowDown');
		await b.page.keyboard.press('Enter');
		await b.page.getByRole('button', { name: 'This and the following' }).click();
		await expect(event(b.page, lunch('Friday,? 11 December 2026, 15:00–16:30'))).toBeVisible();
		await expect(syncPill(b.page, 'Up to date')).toBeVisible();
	});

	await test.step('the first device shows it, and takes its own step back', async () => {
		await a.page.getByRole('button', { name: 'Next', exact: true }).click();
		await expect(event(a.page, lunch('Friday,? 11 December 2026, 15:00–16:30'))).toBeVisible();
		await a.page.getByRole('button', { name: 'Back', exact: true }).click();
		await a.page.keyboard.press('Control+z');
		await expect(notice(a.page, 'Taken back: Event moved')).toBeVisible();
		await expect(event(a.page, lunch('Friday,? 4 December 2026, 14:30–16:00'))).toBeVisible();
	});

	await test.step('the way to an event and what is kept free after it stand beside it, and the hours of a second zone', async () => {
		await seed(mana, person, (store) =>
			store.write('seed', (tx) => {
				tx.create(events, {
					title: 'Dentist',
					start: '2026-11-19T10:00',
					length: 3_600,
					zone: 'Europe/Berlin',
					travel: 30,
					buffer: 15,
				});
				const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
				tx.create(events, { title: 'Visitors', start: yesterday, length: 3 * 86_400 });
			}),
		);
		await a.page.goto(`${mana.url}/calendar/week/2026-11-19`);
		await event(a.page, /^Dentist/).waitFor();
		await expect(a.page.locator('main .way')).toHaveCount(2);
		await a.page.getByRole('button', { name: 'View and defaults' }).click();
		const dialog = a.page.getByRole('dialog', { name: 'View and defaults' });
		await dialog.getByLabel('Second time zone').selectOption('America/New York');
		await a.page.keyboard.press('Escape');
		await expect(a.page.getByRole('main').getByText('New York', { exact: true })).toBeVisible();
	});

	await test.step('the small month leads to a day, and the hub shows what is today', async () => {
		const small = a.page.getByRole('region', { name: 'Month in small' });
		await small.getByRole('button', { name: 'Previous month' }).click();
		await expect(small.getByText('October 2026')).toBeVisible();
		await small.getByRole('link', { name: /14 October 2026/ }).click();
		await a.page.getByRole('heading', { name: /12\D+18 Oct 2026/ }).waitFor();
		await a.page.goto(mana.url);
		await expect(a.page.getByRole('link', { name: /^Visitors/ })).toBeVisible();
	});
});

test('week and month are for everybody: axe finds nothing, and all is done by keys', async ({ mana, newDevice }) => {
	const person = await invite(mana, 'Kay Board');
	await fill(mana, person);
	const { page } = await newDevice({ person, viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
	const clean = (name: string) => isClean(page, name);

	for (const view of ['week', 'month'] as const)
		await test.step(`axe on ${view}`, async () => {
			await page.goto(`${mana.url}/calendar/${view}/2026-11-26`);
			await event(page, /^Dentist/).waitFor();
			await expect(page.getByRole('main').getByRole('link', { name: /^Pay the rent/ })).toBeVisible();
			await clean(view);
		});

	await test.step('a year and an agenda lead to a day', async () => {
		await page.keyboard.press('y');
		await page
			.getByRole('main')
			.getByRole('link', { name: /26 November 2026, 3 events/ })
			.waitFor();
		await page.keyboard.press('a');
		await event(page, /^Dentist/).waitFor();
	});

	await test.step('birthdays of contacts stand on their day with the years, lead to the contact, and can be left out', async () => {
		await seed(mana, person, (store) =>
			store.write('seed', (tx) => tx.create(people, { given: 'Ana', family: 'Lima', birthday: '1990-11-28' })),
		);
		await page.goto(`${mana.url}/calendar/month/2026-11-26`);
		const birthday = page
			.getByRole('main')
			.getByRole('link', { name: /^Birthday of Ana Lima \(36 years\), Saturday,? 28 November/ });
		await expect(birthday).toHaveAttribute('href', /^\/contacts\/coming\?contact=/);
		await page.getByRole('checkbox', { name: 'Birthdays' }).uncheck();
		await expect(birthday).toBeHidden();
		await page.getByRole('checkbox', { name: 'Birthdays' }).check();
		await expect(birthday).toBeVisible();
	});

	await test.step('some days and a quarter are there by keys, by a menu and by name, and the last of them is remembered', async () => {
		await page.goto(`${mana.url}/calendar/week/2026-11-25`);
		await event(page, /^Dentist/).waitFor();
		await page.keyboard.press('4');
		await page.getByRole('heading', { name: /25\D+28 Nov 2026/ }).waitFor();
		await expect(page.locator('main [data-column]')).toHaveCount(4);
		await clean('days');
		await page.keyboard.press('j');
		await page.getByRole('heading', { name: /29 Nov\D+2 Dec 2026/ }).waitFor();
		await page.goto(`${mana.url}/calendar`);
		await page.waitForURL(/\/calendar\/4-days\//);
		await page.goto(`${mana.url}/calendar/4-days/2026-11-25`);
		await page.getByRole('button', { name: 'More views: 4 days' }).click();
		await page.getByRole('menuitemcheckbox', { name: 'Quarter' }).click();
		await page.getByRole('heading', { name: /October\D+December 2026/ }).waitFor();
		await expect(page.locator('main [data-across="2026-11-25"]')).toBeInViewport();
		await event(page, /^Holiday in Lisbon/)
			.first()
			.waitFor();
		await clean('quarter');
		await page.keyboard.press('Control+k');
		await page.getByRole('combobox').fill('2 days');
		await page
			.getByRole('option', { name: /^2 days/ })
			.first()
			.click();
		await page.waitForURL(/\/calendar\/2-days/);
		await page.keyboard.press('v');
		await page.waitForURL(/\/calendar\/quarter/);
	});

	await test.step('axe on the details, and on a phone', async () => {
		await page.goto(`${mana.url}/calendar/week/2026-11-26`);
		await event(page, /^Stand-up, Thursday/).click();
		await page.getByRole('complementary', { name: 'Details' }).getByText('More', { exact: true }).click();
		await clean('details');
		await page.setViewportSize({ width: 390, height: 844 });
		await page.goto(`${mana.url}/calendar/month/2026-11-26`);
		await event(page, /^Dentist/).waitFor();
		await clean('phone-month');
		await page
			.getByRole('navigation', { name: /places/i })
			.getByRole('link', { name: 'Year' })
			.click();
		await page.getByRole('heading', { name: '2026' }).waitFor();
		await page.goto(`${mana.url}/calendar/week/2026-11-26`);
		await event(page, /^Dentist/).waitFor();
		// The hours scroll, not the page, and what stands beside them is all there.
		expect(await page.evaluate<number>('document.documentElement.scrollHeight - innerHeight')).toBe(0);
		expect((await page.getByText('All day', { exact: true }).boundingBox())!.x).toBeGreaterThanOrEqual(0);
		await page.setViewportSize({ width: 1280, height: 900 });
	});

	const keys = new Keyboard(page);
	await test.step('by keys alone: to a day of the month, something new on it, moved, opened', async () => {
		await page.goto(`${mana.url}/calendar/month/2026-11-26`);
		await event(page, /^Dentist/).waitFor();
		await page.locator('main [data-day="2026-11-26"]').focus();
		await keys.press('ArrowUp');
		await keys.isOn('19 November 2026');
		await page.keyboard.press('c');
		await expect(page.getByRole('textbox', { name: 'What is planned?' })).toBeFocused();
		await keys.type('Choir 19:00');
		await keys.press('Enter');
		await expect(event(page, /^Choir, Thursday,? 19 November 2026, 19:00–20:00/)).toBeVisible();
		await keys.isOn('Choir');
		await keys.press('ArrowRight', 'ArrowDown', 'Enter');
		await expect(event(page, /^Choir, Friday,? 27 November 2026, 19:00–20:00/)).toBeVisible();
	});

	await test.step('by keys alone in the week: moved by quarters of an hour, longer, deleted and brought back', async () => {
		await page.keyboard.press('w');
		await page.getByRole('heading', { name: /^\d+\D+\d+ Nov 2026/ }).waitFor();
		await page.goto(`${mana.url}/calendar/week/2026-11-27`);
		await event(page, /^Choir/).focus();
		await keys.press('ArrowUp', 'ArrowUp', 'Shift+ArrowDown', 'Enter');
		await expect(event(page, /^Choir, Friday,? 27 November 2026, 18:30–19:45/)).toBeVisible();
		await keys.press('ArrowLeft', 'Escape');
		await expect(event(page, /^Choir, Friday/)).toBeVisible();
		await event(page, /^Choir, Friday/).focus();
		await page.keyboard.press('Enter');
		await page.getByRole('complementary', { name: 'Details' }).waitFor();
		await page.keyboard.press('Escape');
		await event(page, /^Choir, Friday/).focus();
		await page.keyboard.press('Delete');
		await expect(event(page, /^Choir/)).toHaveCount(0);
		await page.keyboard.press('Control+z');
		await expect(event(page, /^Choir, Friday/)).toBeVisible();
	});
});

test('a phone shows some days and a quarter, and by one click a meeting has a link that leads in', async ({
	mana,
	newDevice,
}) => {
	const person = await invite(mana, 'Mia Meeting');
	await fill(mana, person);
	const { page } = await newDevice({ person, viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' });
	const clean = (name: string) => isClean(page, name);
	const keys = new Keyboard(page);

	await test.step('the menu of a phone leads to a quarter and to two days', async () => {
		await page.goto(`${mana.url}/calendar/month/2026-11-26`);
		await page.getByRole('button', { name: 'More views' }).click();
		await page.getByRole('menuitemcheckbox', { name: 'Quarter' }).click();
		await page
			.getByRole('main')
			.getByRole('link', { name: /26 November 2026, 3 events/ })
			.waitFor();
		await clean('phone-quarter');
		await page.getByRole('button', { name: 'More views: Quarter' }).click();
		await page.getByRole('menuitemcheckbox', { name: '2 days' }).click();
		await expect(page.locator('main [data-column]')).toHaveCount(2);
	});

	await test.step('a meeting link is made at the server that one says, and leads in from the details, the agenda and the hub', async () => {
		await page.setViewportSize({ width: 1280, height: 900 });
		await page.goto(`${mana.url}/calendar/week/2026-11-26`);
		const pane = page.getByRole('complementary', { name: 'Details' });
		await event(page, /^Dentist/).click();
		await pane.getByRole('button', { name: 'Make a meeting link' }).click();
		const server = pane.getByRole('textbox', { name: 'Meeting server' });
		await expect(server).toBeFocused();
		await keys.type('http://meet.example.org');
		await keys.press('Enter');
		await expect(pane.getByText(/^Write an address that begins with https/)).toBeVisible();
		await faultless(page, 'meeting-server');
		await server.fill('meet.example.org');
		await server.press('Enter');
		const room = /^https:\/\/meet\.example\.org\/([a-z2-9]{5}-){4}[a-z2-9]{5}$/;
		const join = pane.getByRole('link', { name: 'Join: Dentist' });
		await expect(join).toHaveAttribute('href', room);
		await expect(pane.getByRole('textbox', { name: 'Meeting link' })).toBeFocused();
		await clean('meeting');
		await event(page, /^Holiday/).click();
		await pane.getByRole('button', { name: 'Make a meeting link' }).click();
		await expect(pane.getByRole('link', { name: 'Join: Holiday in Lisbon' })).toHaveAttribute('href', room);
		await pane.getByRole('textbox', { name: 'Meeting link' }).fill('nowhere');
		await pane.getByRole('textbox', { name: 'Meeting link' }).press('Tab');
		await expect(pane.getByText(/^This leads nowhere/)).toBeVisible();
		await page.goto(`${mana.url}/calendar/agenda/2026-11-26`);
		await expect(page.getByRole('main').getByRole('link', { name: 'Join: Dentist' }).first()).toHaveAttribute('href', room);
		await clean('agenda');
		await seed(mana, person, (store) =>
			store.write('seed', (tx) => {
				const start = new Date(Date.now() + 5 * 60_000).toISOString().slice(0, 16);
				tx.create(events, { title: 'Call', start, length: 3_600, zone: 'UTC', meeting: 'https://meet.example.org/call' });
			}),
		);
		for (const path of ['/calendar/month', '/']) {
			await page.goto(mana.url + path);
			const soon = page.getByRole('list', { name: 'Meetings now' });
			await expect(soon.getByRole('link', { name: 'Join: Call' })).toHaveAttribute('href', 'https://meet.example.org/call');
			await clean(path === '/' ? 'hub-join' : 'month-join');
		}
	});
});

test('events come from files and feeds and go into files, and a time is found at which everybody is free', async ({
	mana,
	newDevice,
}) => {
	const person = await invite(mana, 'Fay Files');
	await fill(mana, person);
	const view = { viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' } as const;
	const { page, unplug, plugIn } = await newDevice({ person, ...view, ...keeping });
	const clean = (name: string) => isClean(page, name);

	await test.step('a file brings its events and takes them back; one event is taken along', async () => {
		await page.goto(`${mana.url}/calendar/month/2026-11-27`);
		const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'BEGIN:VEVENT', 'UID:opera@example.org', 'DTSTART:20261128T190000Z', 'DTEND:20261128T220000Z', 'SUMMARY:Opera', 'X-SEAT:12', 'END:VEVENT', 'BEGIN:VEVENT', 'UID:never', 'END:VEVENT', 'END:VCALENDAR', '']; // prettier-ignore
		await event(page, /^Stand-up/)
			.first()
			.waitFor();
		await bring(page, 'main', 'drop', [['Culture.ics', 'text/calendar', lines.join('\r\n')]]);
		await expect(page.getByText('1 entry cannot be imported')).toBeVisible();
		await page.getByLabel('Into which calendar').selectOption('New calendar “Culture”');
		await clean('import');
		await page.getByRole('button', { name: 'Import 1 event' }).click();
		await page.getByRole('link', { name: 'See them' }).waitFor();
		await page.goto(`${mana.url}/calendar/month/2026-11-27`);
		await event(page, /^Opera, Saturday.*Culture$/).click({ button: 'right' });
		const { name, text } = await savedBy(page, () => page.getByRole('menuitem', { name: 'Save as file' }).click());
		expect([name, text.includes('X-SEAT:12')]).toEqual(['Opera.ics', true]);
		await page.getByRole('checkbox', { name: 'Culture' }).uncheck();
		await expect(event(page, /^Opera/)).toHaveCount(0);
		const sets = page.getByRole('button', { name: 'Sets of calendars' });
		await sets.click();
		await page.getByRole('menuitem', { name: 'Keep what is shown as a set' }).click();
		await page.getByLabel('Name of the set').fill('Without culture');
		await page.getByLabel('Name of the set').press('Enter');
		await sets.click();
		await page.getByRole('menuitemcheckbox', { name: 'Everything' }).click();
		await expect(event(page, /^Opera/)).toBeVisible();
		await sets.click();
		await page.getByRole('menuitemcheckbox', { name: 'Without culture' }).click();
		await expect(event(page, /^Opera/)).toHaveCount(0);
		await page.getByRole('checkbox', { name: 'Culture' }).check();
		await expect(event(page, /^Opera/)).toBeVisible();
	});

	const keys = new Keyboard(page);
	await test.step('by keys alone everything goes into a file, which brings nothing new; a file that the system opens with the app is shown, and told where it cannot be read', async () => {
		await page.goto(`${mana.url}/calendar/export`);
		await page.getByRole('heading', { name: 'Export' }).waitFor();
		await clean('export');
		await keys.reach('Download');
		const { text } = await savedBy(page, () => page.keyboard.press('Enter'));
		// What a system has that opens files with installed apps: no browser without a screen installs any.
		await page.addInitScript(
			`Object.defineProperty(globalThis, 'launchQueue', { value: { setConsumer: (take) => (globalThis.launch = take) } })`,
		);
		await page.goto(`${mana.url}/calendar/import`);
		await expect.poll(() => page.evaluate<string>('typeof globalThis.launch')).toBe('function');
		await page.evaluate(
			`launch({ files: [{ getFile: () => Promise.reject(new DOMException('It was moved.', 'NotFoundError')) }] })`,
		);
		await expect(page.getByRole('alert')).toContainText('It was moved.');
		await keys.reach('Choose a file');
		const all = { name: 'All.ics', mimeType: 'text/calendar', buffer: Buffer.from(text) };
		await page.locator('main input[type=file]').setInputFiles(all);
		await page.getByRole('button', { name: /^Import \d+ events/ }).waitFor();
		await keys.reach('Cancel');
		await keys.press('Enter');
		await page.getByRole('button', { name: 'Choose a file' }).waitFor();
		await page.evaluate(
			`launch({ files: [{ getFile: async () => new File([${JSON.stringify(text)}], 'Opened.ics', { type: 'text/calendar' }) }] })`,
		);
		await expect(page.getByText('Opened.ics')).toBeVisible();
	});

	await test.step('the search asks by calendar, day and what an event is, and says what it does not know', async () => {
		await page.goto(`${mana.url}/calendar/search`);
		const field = page.getByRole('combobox', { name: 'Search' });
		await field.fill('@Culture when:2026-11-28 !is:repeating ');
		await expect(event(page, /^Opera/)).toBeVisible();
		await clean('search');
		await field.fill('@Culture colour:red ');
		await expect(page.getByText('There is no condition “colour:”')).toBeVisible();
		await expect(event(page, /^Opera/)).toHaveCount(0);
	});

	await test.step('a link that the system opens with the app is subscribed to, which says why its feed cannot be read', async () => {
		await page.goto(`${mana.url}/calendar/subscriptions?url=${encodeURIComponent('webcal://127.0.0.1/holidays.ics')}`);
		await expect(page.getByLabel('Address of the calendar')).toHaveValue('webcal://127.0.0.1/holidays.ics');
		await page.getByRole('button', { name: 'Subscribe', exact: true }).click();
		await expect(page.getByText('This address is not on the public internet')).toBeVisible();
		await clean('subscriptions');
		await page.getByRole('main').getByRole('button', { name: 'Actions for “127.0.0.1”' }).click();
		await page.getByRole('menuitem', { name: 'Remove subscription' }).click();
		await expect(page.getByText('No subscriptions yet')).toBeVisible();
	});

	let dentist = '';
	await test.step('a time is found at which everybody is free, and the event moves there; offline says that nobody knows', async () => {
		await page.goto(`${mana.url}/calendar/week/2026-11-26`);
		await event(page, /^Dentist/).click();
		const pane = page.getByRole('complementary', { name: 'Details' });
		await pane.getByRole('combobox', { name: 'Invite by e-mail address' }).fill('olga.owner@example.org');
		await pane.getByRole('button', { name: 'Add', exact: true }).click();
		await pane.getByRole('link', { name: 'Find a time' }).click();
		await expect(page.getByRole('heading', { name: 'What would do' })).toBeVisible();
		await clean('find-time');
		await keys.reach('Suits everybody');
		await page.keyboard.press('Enter');
		await expect(notice(page, 'Event moved')).toBeVisible();
		await expect(syncPill(page, 'Up to date')).toBeVisible();
		await page.getByRole('complementary', { name: 'Details' }).waitFor();
		dentist = new URL(page.url()).searchParams.get('event')!;
		await readyForOffline(page, 'calendar');
		await unplug();
		await page.getByRole('link', { name: 'Find a time' }).click();
		await expect(page.getByText('Mana cannot be reached right now')).toBeVisible();
		await page.keyboard.press('g');
		await page.keyboard.press('w');
		await event(page, /^Stand-up, Thursday/).waitFor();
		await page.keyboard.press('c');
		await page.getByRole('textbox', { name: 'What is planned?' }).fill('Written without a network 2026-11-27 08:00');
		await page.keyboard.press('Enter');
		await plugIn();
		await expect(syncPill(page, 'Up to date')).toBeVisible();
		await page.goto(`${mana.url}/calendar/week/2026-11-27`);
		await expect(event(page, /^Written without a network/)).toBeVisible();
	});

	await test.step('a guest proposes another time by the file of a mail: it is shown, taken, and asked again when that is taken back', async () => {
		const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'METHOD:COUNTER', 'BEGIN:VEVENT', `UID:${dentist}`, 'DTSTART:20261127T150000Z', 'DURATION:PT30M', 'ATTENDEE;PARTSTAT=TENTATIVE:mailto:olga.owner@example.org', 'END:VEVENT', 'END:VCALENDAR', '']; // prettier-ignore
		await page.goto(`${mana.url}/calendar/import`);
		await page.getByRole('button', { name: 'Choose a file' }).waitFor();
		await bring(page, 'main .drop', 'drop', [['invite.ics', 'text/calendar', lines.join('\r\n')]]);
		await expect(page.getByText('proposes another time for “Dentist”')).toBeVisible();
		await clean('proposed');
		await page.getByRole('link', { name: 'See it' }).click();
		const proposal = page.getByRole('complementary', { name: 'Details' }).getByText(/^Proposes Friday/);
		await expect(proposal).toBeVisible();
		await clean('proposal');
		await page.getByRole('button', { name: 'Move it to the time that' }).focus();
		await keys.press('Enter');
		await expect(notice(page, 'Event moved')).toBeVisible();
		const begins = page.getByRole('complementary', { name: 'Details' }).getByRole('textbox', { name: 'Begins at' });
		await expect(begins).toHaveValue('16:00');
		await expect(proposal).toBeHidden();
		await page.keyboard.press('Control+z');
		await expect(proposal).toBeVisible();
	});

	await test.step('who is invited asks for another time, takes that back, and answers for one day of a series', async () => {
		await seed(mana, person, (store) =>
			store.write('seed', (tx) => {
				const when = { start: '2026-11-27T09:00', length: 3_600, zone: 'Europe/Berlin' };
				const id = tx.create(events, { title: 'Board', ...when, repeat: 'FREQ=WEEKLY', organizer: 'host@elsewhere.example' });
				tx.create(guests, { event: id, address: person.email }, guestId(id, person.email));
			}),
		);
		await page.goto(`${mana.url}/calendar/day/2026-11-27`);
		await event(page, /^Board/).click();
		await page.getByRole('button', { name: 'Propose another time' }).click();
		const dialog = page.getByRole('dialog', { name: 'Propose another time' });
		const send = dialog.getByRole('button', { name: 'Propose', exact: true });
		await expect(send).toBeDisabled();
		await dialog.getByRole('textbox', { name: 'Begins at' }).fill('11:30');
		await clean('propose');
		await send.click();
		await expect(notice(page, 'Another time proposed')).toBeVisible();
		const asked = page.getByRole('complementary', { name: 'Details' }).getByText(/^You propose Friday.* 11:30–12:30/);
		await expect(asked).toBeVisible();
		await page.getByRole('button', { name: 'Withdraw the proposal' }).click();
		await expect(notice(page, 'Proposal withdrawn')).toBeVisible();
		await expect(asked).toBeHidden();
		const day = page.getByRole('group', { name: /^Only on Fri/ });
		await day.getByRole('radio', { name: 'No', exact: true }).check();
		const answer = page.getByRole('region', { name: 'Guests' }).getByRole('listitem').first();
		await expect(answer.getByText('No', { exact: true })).toBeVisible();
		await page.goto(`${mana.url}/calendar/day/2026-12-04`);
		await event(page, /^Board/).click();
		await expect(answer).toContainText('No answer yet');
	});

	await test.step('a room is made and booked, and a second event at that time hears that it is taken', async () => {
		await page.goto(`${mana.url}/calendar/rooms`);
		await page.getByRole('button', { name: 'Add one' }).waitFor();
		await keys.reach('Add one');
		await keys.press('Enter');
		await page.getByRole('dialog', { name: 'Add one' }).getByRole('textbox', { name: 'Name' }).waitFor();
		await keys.reach('Name');
		await keys.type('Blue');
		await keys.reach('Seats');
		await keys.type('8');
		await page.keyboard.press('Enter');
		const blue = page.getByRole('main').getByRole('listitem').filter({ hasText: 'Blue' });
		await expect(blue).toContainText('8 seats');
		// What had the focus goes away with the first one, and with the one that is deleted.
		await expect(page.locator('#main')).toBeFocused();
		await keys.reach('Actions for “Blue”');
		await keys.press('Enter');
		await keys.isOn('Edit');
		await keys.press('End', 'Enter');
		await expect(blue).toBeHidden();
		await expect(page.locator('#main')).toBeFocused();
		await keys.press('Control+z');
		await expect(blue).toContainText('8 seats');
		await clean('rooms');
		const pane = page.getByRole('complementary', { name: 'Details' });
		const booked = pane.getByRole('list', { name: 'Rooms and equipment' });
		const choice = pane.getByRole('combobox', { name: 'Book a room or equipment' });
		await page.goto(`${mana.url}/calendar/day/2026-11-27`);
		await event(page, /^Board/).click();
		await expect(choice.getByRole('option', { name: 'Blue · 8 seats · free' })).toHaveCount(1);
		await choice.selectOption({ index: 1 });
		await expect(booked).toContainText('Blue');
		await event(page, /^Stand-up/).click();
		await expect(choice.getByRole('option', { name: 'Blue · 8 seats · taken: Board' })).toHaveCount(1);
		await choice.selectOption({ index: 1 });
		await expect(booked.getByText(/^Booked twice: “Board” has it as well, Friday/)).toBeVisible();
		await clean('booked-twice');
	});
});

/** A week with everything that a calendar shows. */
async function fill(mana: TestMana, person: TestPerson): Promise<void> {
	await seed(mana, person, (store) =>
		store.write('seed', (tx) => {
			const work = tx.create(calendars, { name: 'Work', hue: 200 });
			const zone = 'Europe/Berlin';
			tx.create(events, {
				title: 'Stand-up',
				start: '2026-11-02T09:15',
				length: 900,
				zone,
				calendar: work,
				repeat: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
			});
			tx.create(events, {
				title: 'Dentist',
				start: '2026-11-26T10:00',
				length: 3_600,
				zone,
				place: 'Dr. Groß',
				travel: 30,
				reminders: ['60'],
			});
			tx.create(events, {
				title: 'Review with everybody who wants to come',
				start: '2026-11-26T10:30',
				length: 5_400,
				zone,
				calendar: work,
			});
			tx.create(events, { title: 'Holiday in Lisbon', start: '2026-11-27', length: 4 * 86_400, hue: 140 });
			tx.create(events, { title: 'Night train', start: '2026-11-24T21:40', length: 36_000, zone, status: 'tentative' });
			tx.create(events, { title: 'Cinema', start: '2026-11-25T20:00', length: 8_000, zone });
			for (const [title, day] of [
				['Read', '24'],
				['Shop', '24'],
				['Post', '24'],
				['Bank', '24'],
				['Call', '24'],
			] as const)
				tx.create(events, { title, start: `2026-11-${day}T1${title.length}:00`, length: 1_800, zone });
			tx.create(tasks, { title: 'Pay the rent', dueDay: '2026-11-25' });
		}),
	);
}

async function isClean(page: Page, name: string): Promise<void> {
	await faultless(page, name);
	// The week has all colours.
	if (name === 'week') await faultlessInTheDark(page, name);
	await look(page, `calendar-${name}`);
}

import type { Page } from '@playwright/test';
import { alarms, entries, rounds, timers } from '../apps/clock/model.ts';
import { faultless, faultlessInTheDark } from './axe.ts';
import { Keyboard } from './hands.ts';
import { look } from './look.ts';
import type { TestMana } from './mana.ts';
import { invite, post, signIn, type TestPerson } from './people.ts';
import { seed } from './seed.ts';
import { expect, test } from './test.ts';
import { countStored } from './traces.ts';

const MINUTE = 60_000;

test('clocks run on every device, ring on all of them until one answers, and are planned for when no page is open', async ({
	mana,
	newDevice,
}) => {
	const person = await invite(mana, 'Tim Tick');
	const a = await newDevice({ person });
	const b = await newDevice({ person });
	const token = await tokenOf(mana, person);
	const ringing = (page: Page, name: string) => page.getByRole('alertdialog', { name });

	await test.step('a timer that is typed on one device runs on the other, rests there, and gets a minute more', async () => {
		await a.page.goto(`${mana.url}/clock/timers`);
		await expect(a.page.getByText('No timers yet')).toBeVisible();
		await look(a.page, 'timers-empty');
		await b.page.goto(`${mana.url}/clock/timers`);
		await a.page.getByRole('textbox', { name: 'New timer' }).fill('12 min pasta');
		await a.page.getByRole('textbox', { name: 'New timer' }).press('Enter');
		const there = b.page.getByRole('listitem', { name: 'pasta' });
		await expect(there.getByText(/^1[12]:/)).toBeVisible();
		await there.getByRole('button', { name: 'Pause pasta' }).click();
		const here = a.page.getByRole('listitem', { name: 'pasta' });
		await expect(here.getByText('paused')).toBeVisible();
		await here.getByRole('button', { name: 'One more minute for pasta' }).click();
		await expect(there.getByText(/^1[23]:/)).toBeVisible();
	});

	await test.step('a sequence is made on one device and runs on the other, step by step', async () => {
		await a.page.getByRole('button', { name: 'New sequence' }).click();
		const dialog = a.page.getByRole('dialog', { name: 'New sequence' });
		await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Bread');
		await dialog.getByRole('textbox', { name: 'Length of step 1' }).fill('30 min');
		await dialog.getByRole('textbox', { name: 'Step 2', exact: true }).fill('Fold');
		await dialog.getByRole('textbox', { name: 'Length of step 2' }).fill('never');
		await dialog.getByRole('spinbutton', { name: 'How often' }).fill('2');
		await expect(dialog.getByText('A length such as 0:20')).toBeVisible();
		await expect(dialog.getByRole('button', { name: 'Save' })).toBeDisabled();
		await dialog.getByRole('textbox', { name: 'Length of step 2' }).fill('20:00');
		await expect(dialog.getByText('1 hr, 40 mins in all')).toBeVisible();
		await look(a.page, 'sequence-dialog');
		await isClean(a.page, 'the dialog of a sequence');
		await dialog.getByRole('button', { name: 'Save' }).click();
		const there = b.page.getByRole('listitem', { name: 'Bread' });
		await expect(there).toContainText('1 hr, 40 mins');
		await there.getByRole('button', { name: 'Start Bread' }).click();
		const here = a.page.getByRole('listitem', { name: 'Bread' });
		await expect(here.getByText(/^29:|^30:00/)).toBeVisible();
		await expect(here).toContainText('Then Fold, 20:00');
		await here.getByRole('button', { name: 'Pass over a step of Bread' }).click();
		await expect(there.getByText(/^19:|^20:00/)).toBeVisible();
		await there.getByRole('button', { name: 'Pause Bread' }).click();
		await expect(here.getByRole('button', { name: 'Start Bread' })).toBeVisible();
		await look(a.page, 'timers');
	});

	await test.step('what is deleted lies in the trash for thirty days, and comes back to every device', async () => {
		const gone = b.page.getByRole('listitem', { name: 'pasta' });
		await a.page.getByRole('button', { name: 'More about pasta' }).click();
		await a.page.getByRole('menuitem', { name: 'Delete' }).click();
		await expect(gone).toBeHidden();
		await a.page.goto(`${mana.url}/clock/trash`);
		const lies = a.page.getByRole('list', { name: 'Trash' }).getByRole('listitem').filter({ hasText: 'pasta' });
		await expect(lies).toContainText('Timer');
		await expect(lies).toContainText('30 days left');
		await look(a.page, 'clock-trash');
		await lies.getByRole('button', { name: 'Restore' }).click();
		await expect(a.page.getByText('The trash is empty')).toBeVisible();
		await expect(gone).toBeVisible();
	});

	await test.step('a sound of one’s own is added, heard of on the other device, and what is none is not taken', async () => {
		await a.page.goto(`${mana.url}/clock/sounds`);
		await expect(a.page.getByText('No sounds of your own yet')).toBeVisible();
		await look(a.page, 'sounds-empty');
		const field = a.page.locator('input[type=file]');
		await field.setInputFiles({ name: 'poem.mp3', mimeType: 'audio/mpeg', buffer: Buffer.from('This cannot be heard.') });
		await expect(a.page.getByText('This browser cannot play this file')).toBeVisible();
		await field.setInputFiles({ name: 'rooster_at-dawn.wav', mimeType: 'audio/wav', buffer: tone() });
		const own = a.page.getByRole('list', { name: 'Your own sounds' });
		await expect(own.getByRole('textbox', { name: 'Name of the sound' })).toHaveValue('Rooster at dawn');
		await own.getByRole('button', { name: 'Hear Rooster at dawn' }).click();
		await look(a.page, 'sounds');
		await isClean(a.page, 'the sounds');
		await b.page.goto(`${mana.url}/clock/sounds`);
		const there = b.page.getByRole('list', { name: 'Your own sounds' });
		await expect(there.getByRole('textbox', { name: 'Name of the sound' })).toHaveValue('Rooster at dawn');
		// It comes by itself, and stays: what rings must not wait for a network.
		await expect.poll(() => countStored(b.page, 'files'), { timeout: 20_000 }).toBe(1);
	});

	await test.step('an alarm is set by a line from anywhere, and mana-notify knows when it rings', async () => {
		await a.page.goto(`${mana.url}/clock/alarms`);
		await a.page.getByText('No alarms yet').waitFor();
		await a.page.keyboard.press('q');
		const dialog = a.page.getByRole('dialog', { name: 'Add to Clock' });
		await dialog.getByRole('textbox').fill('alarm 6:30 weekdays');
		await expect(dialog.getByText(/Monday to Friday/)).toBeVisible();
		await dialog.getByRole('textbox').press('Enter');
		await expect(a.page.getByRole('switch', { name: /^Alarm 6:30/ })).toBeChecked();
		await expect.poll(() => planned(mana, token, 'alarm')).toBeGreaterThan(30);
		await look(a.page, 'alarms');
		await a.page.getByRole('switch', { name: /^Alarm 6:30/ }).click();
		await expect.poll(() => planned(mana, token, 'alarm')).toBe(0);
	});

	await test.step('what is up rings on every page of every device, and is silent on all when one stops it', async () => {
		await b.page.goto(`${mana.url}/todo`);
		await b.page.getByRole('heading', { level: 1 }).waitFor();
		await seed(mana, person, (store) =>
			store.write('tea', (tx) => tx.create(timers, { label: 'Tea', lengthMs: MINUTE, endsAt: Date.now() - 1_000 })),
		);
		await expect(ringing(a.page, 'Tea')).toBeVisible();
		await expect(ringing(b.page, 'Tea')).toBeVisible();
		await look(a.page, 'ringing-timer');
		await ringing(b.page, 'Tea').getByRole('button', { name: 'Stop', exact: true }).click();
		await expect(ringing(b.page, 'Tea')).toBeHidden();
		await expect(ringing(a.page, 'Tea')).toBeHidden();
	});

	await test.step('an alarm is put off on one device, and on the other it snoozes', async () => {
		const now = Date.now();
		const time = new Date(now - MINUTE).toISOString().slice(11, 16);
		await seed(mana, person, (store) =>
			store.write('up', (tx) => tx.create(alarms, { label: 'Up', time, zone: 'UTC', onSince: now - 5 * MINUTE })),
		);
		await expect(ringing(a.page, 'Up')).toBeVisible();
		await look(a.page, 'ringing-alarm');
		await ringing(a.page, 'Up').getByRole('button', { name: 'Snooze for 9 minutes' }).click();
		await expect(ringing(b.page, 'Up')).toBeHidden();
		await b.page.goto(`${mana.url}/clock/alarms`);
		await expect(b.page.getByText(/^Snoozes, rings again (today|tomorrow)/)).toBeVisible();
		await expect.poll(() => planned(mana, token, 'alarm')).toBe(1);
	});

	await test.step('an alarm tells in the evening when to go to bed, on every device, until one says good night', async () => {
		await a.page.goto(`${mana.url}/clock/alarms`);
		await a.page.getByRole('button', { name: 'New alarm' }).first().click();
		const dialog = a.page.getByRole('dialog', { name: 'New alarm' });
		const wake = new Date(Date.now() + 12 * 60 * MINUTE);
		await dialog.getByLabel('Time', { exact: true }).fill(wake.toTimeString().slice(0, 5));
		await dialog.getByRole('textbox', { name: 'Name' }).fill('Early');
		await dialog.getByRole('switch', { name: 'Remind me to go to bed' }).check({ force: true });
		await dialog.getByRole('combobox', { name: 'Sleep', exact: true }).selectOption('450');
		await look(a.page, 'alarm-bedtime');
		await dialog.getByRole('button', { name: 'Save' }).click();
		const early = b.page.getByRole('listitem').filter({ hasText: 'Early' });
		const bed = new Date(wake.getTime() - 450 * MINUTE);
		await expect(early).toContainText(
			new RegExp(`bed (today|tomorrow) ${bed.getHours()}:${String(bed.getMinutes()).padStart(2, '0')}`),
		);
		await a.page.getByRole('switch', { name: /Early/ }).click();
		await expect(b.page.getByRole('switch', { name: /Early/ })).not.toBeChecked();
		// Eight and a half hours before somebody gets up: that is now.
		const now = Date.now();
		const time = new Date(now + 510 * MINUTE).toISOString().slice(11, 16);
		await seed(mana, person, (store) =>
			store.write('night', (tx) =>
				tx.create(alarms, {
					label: 'Work',
					time,
					zone: 'UTC',
					onSince: now - 5 * MINUTE,
					sleepMinutes: 480,
					windDownMinutes: 30,
				}),
			),
		);
		const evening = (page: Page) => page.getByRole('alertdialog', { name: /^Wind down: bed at \d/ });
		await expect(evening(a.page)).toContainText(/Up at \d{1,2}:\d{2}/);
		await expect(evening(b.page)).toBeVisible();
		await look(a.page, 'ringing-bedtime');
		await evening(a.page).getByRole('button', { name: 'Good night' }).click();
		await expect(evening(b.page)).toBeHidden();
		await expect(evening(a.page)).toBeHidden();
	});

	await test.step('time is counted on what one types, stopped elsewhere, and added up', async () => {
		await a.page.goto(`${mana.url}/clock/time`);
		await a.page.getByRole('textbox', { name: 'What are you doing?' }).fill('Write the report');
		await a.page.getByRole('combobox', { name: 'Project or label' }).fill('Acme');
		await a.page.getByRole('combobox', { name: 'Project or label' }).press('Enter');
		await b.page.goto(`${mana.url}/clock/time`);
		const runs = b.page.getByRole('region', { name: 'What runs' });
		await runs.getByText('Write the report').waitFor();
		await runs.getByRole('button', { name: 'Stop' }).click();
		await expect(a.page.getByRole('region', { name: 'What runs' }).getByText('Write the report')).toBeHidden();
		await expect(a.page.getByRole('list', { name: 'By label' })).toContainText('Acme');
		await look(a.page, 'time');
	});

	await test.step('who comes back while time is counted is asked what the while away was, and has it taken out', async () => {
		const away = Date.now() - 60 * MINUTE;
		await b.page.evaluate((at) => localStorage.setItem('mana.clock.seen', String(at)), away);
		await seed(mana, person, (store) =>
			store.write('count', (tx) => tx.create(entries, { note: 'Sort photos', startedAt: away - 60 * MINUTE })),
		);
		await b.page.goto(`${mana.url}/clock/time`);
		await b.page.getByRole('region', { name: 'What runs' }).getByText('Sort photos').waitFor();
		const asked = b.page.getByRole('dialog', { name: 'You were away' });
		// What asks is fetched when time is counted, a moment after the page.
		await expect(async () => {
			await b.page.keyboard.press('Shift');
			await expect(asked).toBeVisible({ timeout: 1_000 });
		}).toPass({ timeout: 60_000 });
		await asked.getByRole('button', { name: 'Take it out and go on' }).click();
		// What goes on began just now: minutes and seconds, without the hours that it had.
		await expect(a.page.getByRole('region', { name: 'What runs' }).getByRole('timer')).toHaveText(/^\d+:\d\d$/);
	});
});

test('axe finds nothing in the clock, light and dark, and all of it can be done with the keyboard', async ({
	mana,
	newDevice,
}) => {
	const person = await invite(mana, 'Kay Keys');
	await seed(mana, person, (store) =>
		store.write('rounds', (tx) => {
			for (let day = 0; day < 9; day++)
				for (let round = 0; round <= day % 4; round++) {
					const startedAt = Date.now() - day * 24 * 60 * MINUTE - (round + 1) * 30 * MINUTE;
					tx.create(rounds, { startedAt, endedAt: startedAt + 25 * MINUTE, about: 'Thesis' });
				}
		}),
	);
	const { page } = await newDevice({ person, reducedMotion: 'reduce' });
	await page.addInitScript(countLoops);
	const hands = new Keyboard(page);

	await test.step('a city is found in German or English and seen at another hour', async () => {
		await page.goto(`${mana.url}/clock`);
		await page.getByRole('heading', { level: 1, name: 'World clock' }).waitFor();
		await look(page, 'world-empty');
		for (const [typed, found] of [
			['münch', 'Munich'],
			['tok', 'Tokyo'],
			['new y', 'New York'],
			['kolk', 'Kolkata'],
		] as const) {
			await page.keyboard.press('n');
			const field = page.getByRole('combobox', { name: 'City or country' });
			await expect(field).toBeFocused();
			await page.keyboard.type(typed);
			await expect(page.getByRole('option').first()).toContainText(found);
			await page.keyboard.press('Enter');
			await expect(page.getByRole('list', { name: 'Cities' }).getByText(found, { exact: true })).toBeVisible();
			// Else what is typed next goes into a field that is about to go.
			await expect(field).toHaveCount(0);
		}
		const map = page.getByRole('application', { name: /^Map with day and night/ });
		const tokyo = page.getByRole('listitem', { name: 'Tokyo' });
		await expect(tokyo).toContainText(/Sunrise\s*\d{1,2}:\d{2}.*Sunset\s*\d{1,2}:\d{2}/s);
		const time = await tokyo.getByRole('time').first().textContent();
		await expect(map.getByRole('button', { name: `Tokyo, ${time}, ` })).toBeVisible();
		const night = map.locator('svg path').nth(2);
		const before = await night.getAttribute('d');
		await hands.reach('Look ahead');
		await page.keyboard.press('ArrowRight');
		await expect(night).not.toHaveAttribute('d', before ?? '');
		await hands.reach('Tokyo, ');
		await page.keyboard.press('Enter');
		await expect(tokyo).toBeFocused();
		await page.keyboard.press('m');
		await expect(map).toBeHidden();
		await page.keyboard.press('m');
		await expect(map).toBeVisible();
		await expect(page.getByRole('button', { name: 'Back to now' })).toBeEnabled();
		await look(page, 'world');
		await isClean(page, 'world clock');
	});

	await test.step('an alarm is set and changed', async () => {
		await page.goto(`${mana.url}/clock/alarms`);
		await page.getByText('No alarms yet').waitFor();
		await page.keyboard.press('n');
		const dialog = page.getByRole('dialog', { name: 'New alarm' });
		await expect(dialog.getByLabel('Time', { exact: true })).toBeFocused();
		await dialog.getByLabel('Time', { exact: true }).fill('07:15');
		await hands.reach('Once');
		await page.keyboard.press('ArrowRight');
		await hands.reach('Monday');
		await page.keyboard.press('Space');
		await look(page, 'alarm-dialog');
		await isClean(page, 'alarm dialog');
		await page.keyboard.press('Enter');
		await expect(page.getByRole('switch', { name: /^Alarm 7:15/ })).toBeChecked();
		await look(page, 'alarms-keyboard');
		await isClean(page, 'alarms');
	});

	await test.step('a stopwatch measures laps, a timer and a round of focus begin', async () => {
		await page.goto(`${mana.url}/clock/stopwatch`);
		await page.getByText('Measure how long it takes').waitFor();
		await page.keyboard.press('s');
		await page.getByRole('button', { name: 'Lap', exact: true }).waitFor();
		await page.keyboard.press('l');
		await expect(page.getByRole('table', { name: 'Laps' }).getByRole('row')).toHaveCount(3);
		await page.keyboard.press('s');
		await look(page, 'stopwatch');
		await isClean(page, 'stopwatch');
		await page.goto(`${mana.url}/clock/timers`);
		await page.getByText('No timers yet').waitFor();
		await page.keyboard.press('n');
		await expect(page.getByRole('textbox', { name: 'New timer' })).toBeFocused();
		await page.keyboard.type('25 min bread');
		await page.keyboard.press('Enter');
		await expect(page.getByRole('listitem', { name: 'bread' })).toBeVisible();
		await look(page, 'timers');
		await isClean(page, 'timers');
		await page.goto(`${mana.url}/clock/focus`);
		await page.getByText('Focused today').waitFor();
		await page.keyboard.press('s');
		await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeVisible();
		await look(page, 'focus');
		await isClean(page, 'focus');
	});

	await test.step('during a round one hears what one chose, as loud as one chose, until it rests', async () => {
		await page.getByRole('combobox', { name: 'Sound while you focus' }).selectOption('rain');
		await expect.poll(() => page.evaluate<number>('globalThis.heardLoops.size'), { timeout: 20_000 }).toBe(1);
		await page.getByRole('slider', { name: 'Volume' }).fill('25');
		await expect.poll(() => page.evaluate<string | null>(`localStorage.getItem('mana.clock.ambience')`)).toBe('rain 0.25');
		await page.getByRole('button', { name: 'Pause', exact: true }).click();
		await expect.poll(() => page.evaluate<number>('globalThis.heardLoops.size')).toBe(0);
		await page.getByRole('button', { name: 'Go on', exact: true }).click();
		await expect.poll(() => page.evaluate<number>('globalThis.heardLoops.size')).toBe(1);
		await page.getByRole('combobox', { name: 'Sound while you focus' }).selectOption('none');
		await expect.poll(() => page.evaluate<number>('globalThis.heardLoops.size')).toBe(0);
	});

	await test.step('a small window shows the round above all others, and is no more with the page', async () => {
		const button = page.getByRole('button', { name: 'In a small window' });
		if (!(await page.evaluate<boolean>(`'documentPictureInPicture' in globalThis`))) return expect(button).toHaveCount(0);
		await button.click();
		const text = () => page.evaluate<string>(`documentPictureInPicture.window?.document.body.innerText ?? ''`);
		await expect.poll(text).toMatch(/Focus\s+\d\d:\d\d\s+Pause/);
		await page.evaluate(`documentPictureInPicture.window.document.querySelector('button').click()`);
		await expect(page.getByRole('button', { name: 'Go on', exact: true })).toBeVisible();
		await expect.poll(text).toContain('Go on');
		await page.reload();
		await page.getByText('Focused today').waitFor();
		await expect.poll(text).toBe('');
	});

	await test.step('the round that reaches the aim of the day is told, and the days in a row are counted', async () => {
		await expect(page.getByText('Longest row')).toBeVisible();
		await page.getByRole('button', { name: 'Lengths of rounds and breaks' }).click();
		const settings = page.getByRole('dialog', { name: 'Lengths of rounds and breaks' });
		await settings.getByRole('spinbutton', { name: 'Rounds a day' }).fill('30');
		await page.keyboard.press('Tab');
		await expect(settings.getByText('A number from 0 to 24.')).toBeVisible();
		await settings.getByRole('spinbutton', { name: 'Rounds a day' }).fill('2');
		await page.keyboard.press('Tab');
		await page.keyboard.press('Escape');
		await expect(page.getByText(/^[01] of 2 rounds today$/)).toBeVisible();
		await seed(mana, person, (store) =>
			store.write('more', (tx) => {
				for (const ago of [1, 2])
					tx.create(rounds, {
						startedAt: Date.now() - ago * 1_000 - 25 * MINUTE,
						endedAt: Date.now() - ago * 1_000,
						about: 'Thesis',
					});
			}),
		);
		await expect(page.getByText(/^Aim of the day reached: [23] rounds$/)).toBeVisible();
		await look(page, 'focus-aim');
		await isClean(page, 'focus with its aim');
	});

	await test.step('days are counted down, every year anew where one wants', async () => {
		await page.goto(`${mana.url}/clock/countdowns`);
		await page.getByText('Nothing to look forward to yet').waitFor();
		await page.keyboard.press('n');
		const dialog = page.getByRole('dialog', { name: 'New countdown' });
		await dialog.getByLabel('What for?').fill('Trip to Oslo');
		await dialog.getByLabel('Day').fill('2199-01-01');
		await page.keyboard.press('Enter');
		const trip = page.getByRole('list', { name: 'Countdowns' }).getByRole('listitem').filter({ hasText: 'Trip to Oslo' });
		await expect(trip).toContainText(/\d{5} days/);
		await trip.getByRole('button', { name: /Trip to Oslo/ }).click();
		await page.getByRole('menuitem', { name: 'Edit' }).click();
		const change = page.getByRole('dialog', { name: 'Change countdown' });
		await change.getByLabel('Day').fill('2001-01-01');
		await change.getByRole('switch', { name: 'Every year' }).check({ force: true });
		await change.getByRole('button', { name: 'Save' }).click();
		await expect(trip).not.toContainText('2001');
		await expect(trip).toContainText(/\d{1,3} days?|Today/);
		await look(page, 'countdowns');
		await isClean(page, 'countdowns');
	});

	await test.step('a countdown is shared by a link that anybody opens without an account, and kept by who wants it', async () => {
		const trip = page.getByRole('list', { name: 'Countdowns' }).getByRole('listitem').filter({ hasText: 'Trip to Oslo' });
		await trip.getByRole('button', { name: /Trip to Oslo/ }).click();
		await page.getByRole('menuitem', { name: 'Share' }).click();
		const dialog = page.getByRole('dialog', { name: 'Share Trip to Oslo' });
		const link = await dialog.getByRole('textbox', { name: 'Link' }).inputValue();
		expect(link).toBe(`${mana.url}/clock/countdown#name=Trip+to+Oslo&day=2001-01-01&yearly=1`);
		await look(page, 'countdown-share');
		await isClean(page, 'the dialog that shares a countdown');
		await page.keyboard.press('Escape');
		const stranger = await newDevice();
		const asked: string[] = [];
		stranger.page.on('request', (request) => asked.push(`${request.url().split('#')[0]} ${request.postData() ?? ''}`));
		await stranger.page.goto(link);
		await expect(stranger.page.getByRole('heading', { level: 1, name: 'Trip to Oslo' })).toBeVisible();
		await expect(stranger.page.getByText(/^(Today|\d{1,3} days?)/)).toBeVisible();
		expect(asked.filter((one) => one.includes('Oslo'))).toEqual([]);
		await look(stranger.page, 'countdown-shared');
		await isClean(stranger.page, 'a countdown that was shared');
		await stranger.page.goto(`${mana.url}/clock/countdown#day=someday`);
		await expect(stranger.page.getByRole('alert')).toContainText('names no day');
		const b = await newDevice({ person: await invite(mana, 'Kit Keeps') });
		await b.page.goto(link);
		await b.page.getByRole('link', { name: 'Keep it' }).click();
		const kept = b.page.getByRole('dialog', { name: 'New countdown' });
		await expect(kept.getByLabel('What for?')).toHaveValue('Trip to Oslo');
		await kept.getByRole('button', { name: 'Save' }).click();
		await expect(b.page.getByRole('list', { name: 'Countdowns' })).toContainText('Trip to Oslo');
		expect(new URL(b.page.url()).hash).toBe('');
	});

	await test.step('a clock for the night fills the screen, and Escape goes back to where one was', async () => {
		await page.getByRole('link', { name: 'Night clock' }).click();
		const night = page.getByRole('dialog', { name: 'Night clock' });
		await expect(night.getByRole('timer')).toHaveText(/\d{1,2}:\d{2}/);
		await look(page, 'night');
		await page.keyboard.press('Escape');
		await page.getByRole('heading', { level: 1, name: 'Countdowns' }).waitFor();
	});

	await test.step('time is written down, and the hub shows what runs and what comes', async () => {
		await page.goto(`${mana.url}/clock/time`);
		await page.getByText('Nothing written down here').waitFor();
		await look(page, 'time-empty');
		await page.keyboard.press('n');
		const dialog = page.getByRole('dialog', { name: 'Add time' });
		await expect(dialog.getByRole('textbox', { name: 'What are you doing?' })).toBeFocused();
		await page.keyboard.type('Read');
		await page.keyboard.press('Enter');
		await expect(page.getByRole('button', { name: /^Read/ })).toBeVisible();
		await isClean(page, 'time tracking');
		await page.goto(mana.url);
		const widget = page.getByRole('region', { name: 'Clock: now and next' });
		await expect(widget.getByText('bread')).toBeVisible();
		await look(page, 'hub-clock');
	});
});

/** Counts what a page plays round and round, in `heardLoops`: nobody can listen here. */
const countLoops = `
	globalThis.heardLoops = new Set();
	const { start } = AudioBufferSourceNode.prototype;
	const { stop } = AudioScheduledSourceNode.prototype;
	AudioBufferSourceNode.prototype.start = function (...when) {
		if (this.loop) heardLoops.add(this);
		return start.apply(this, when);
	};
	AudioScheduledSourceNode.prototype.stop = function (...when) {
		heardLoops.delete(this);
		return stop.apply(this, when);
	};
`;

/** A fifth of a second of a tone, as a file (WAVE, 8 bits). */
function tone(): Buffer {
	const rate = 8_000;
	const samples = Buffer.from(Array.from({ length: rate / 5 }, (_, at) => 128 + Math.round(100 * Math.sin(at / 3))));
	const head = Buffer.alloc(44);
	head.write('RIFF', 0);
	head.writeUInt32LE(36 + samples.length, 4);
	head.write('WAVEfmt ', 8);
	head.writeUInt32LE(16, 16);
	head.writeUInt16LE(1, 20);
	head.writeUInt16LE(1, 22);
	head.writeUInt32LE(rate, 24);
	head.writeUInt32LE(rate, 28);
	head.writeUInt16LE(1, 32);
	head.writeUInt16LE(8, 34);
	head.write('data', 36);
	head.writeUInt32LE(samples.length, 40);
	return Buffer.concat([head, samples]);
}

async function tokenOf(mana: TestMana, person: TestPerson): Promise<string> {
	const { name, value } = await signIn(mana, person);
	const { body } = await post(mana, '/token', {}, { cookie: `${name}=${value}` });
	return (body as { token: string }).token;
}

/** How much of a kind mana-notify has planned for whoever a token is of. */
async function planned(mana: TestMana, token: string, topic: string): Promise<number> {
	const answer = await fetch(`${mana.url}/api/mana-notify/v1/plans/${topic}`, { headers: { authorization: `Bearer ${token}` } });
	return ((await answer.json()) as { messages: readonly unknown[] }).messages.length;
}

async function isClean(page: Page, name: string): Promise<void> {
	await faultless(page, name);
	await faultlessInTheDark(page, name);
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serviceIdentity, openNotifier, type Message } from '@mana/service';
import type { Page } from '@playwright/test';
import { pushChannel } from '../infra/notify/channels/push.ts';
import { vapidKeysFrom } from '../infra/notify/channels/push-encryption.ts';
import { subscribedBrowser } from '../infra/notify/testing-browser.ts';
import { look } from './look.ts';
import type { TestMana } from './mana.ts';
import { invite } from './people.ts';
import { addTasks, holdNotice, notice, openTask, readyForOffline, task } from './screen.ts';
import { expect, keeping, test } from './test.ts';

test('what happened comes to every device, is handled on one and gone from all, and rings while Mana is closed', async ({
	mana,
	newDevice,
}) => {
	const person = await invite(mana, 'Nora News');
	const a = await newDevice({ person, ...keeping });
	const b = await newDevice({ person });
	const tell = senderOf(mana, person.id);
	await a.context.addInitScript(watchBadge);

	await test.step('the bell is quiet and the inbox says what it is for', async () => {
		await a.page.goto(`${mana.url}/notifications`);
		await expect(a.page.getByText('Nothing new')).toBeVisible();
		await look(a.page, 'inbox-empty');
		await b.page.goto(`${mana.url}/todo`);
		await expect(b.page.getByRole('button', { name: 'Notifications', exact: true })).toBeVisible();
	});

	await test.step('a message is on both devices at once, grouped by day and app', async () => {
		await tell({ data: { title: 'Water the plants', at: Date.now(), link: '/todo/today' } });
		await tell({
			data: { title: 'Call the plumber about the dripping tap in the bathroom', at: Date.now(), link: '/todo/today' },
		});
		await expect(a.page.getByRole('heading', { name: /^today Todo$/i })).toBeVisible();
		await expect(b.page.getByRole('button', { name: 'Notifications: 2 unread' })).toBeVisible();
		await expect(a.page.getByRole('link', { name: /Water the plants/ })).toBeVisible();
		await expect.poll(() => a.page.evaluate('badges.at(-1)')).toBe(2);
		await look(a.page, 'inbox');
	});

	await test.step('thrown away on one it is gone from the other, and undo brings it back to both', async () => {
		await b.page.getByRole('button', { name: 'Notifications: 2 unread' }).click();
		const panel = b.page.getByRole('dialog', { name: 'Notifications' });
		await panel.getByRole('listitem').filter({ hasText: 'Water the plants' }).getByRole('button', { name: 'Dismiss' }).click();
		await expect(a.page.getByRole('link', { name: /Water the plants/ })).toHaveCount(0);
		await b.page.getByRole('button', { name: 'Undo', exact: true }).first().click();
		await expect(a.page.getByRole('link', { name: /Water the plants/ })).toBeVisible();
	});

	await test.step('offline it is read and put off, and the other device hears of it later', async () => {
		// What opens menus is fetched when it is first needed: here from what the worker keeps.
		await readyForOffline(a.page, 'hub');
		await a.unplug();
		const row = a.page.getByRole('listitem').filter({ hasText: 'Call the plumber' });
		await row.getByRole('button', { name: 'Later' }).click();
		await a.page.getByRole('menuitem', { name: 'In an hour' }).click();
		await expect(row).toHaveCount(0);
		await a.page.keyboard.press('Shift+U');
		await expect(a.page.getByRole('button', { name: 'Notifications', exact: true })).toBeVisible();
		await a.plugIn();
		await expect(b.page.getByRole('button', { name: 'Notifications', exact: true })).toBeVisible();
	});

	await test.step('a push that was encrypted for a browser is shown by the service worker, once for each thing', async () => {
		await a.context.grantPermissions(['notifications'], { origin: mana.url });
		await a.page.goto(`${mana.url}/settings/notifications`);
		await a.page.evaluate(`navigator.serviceWorker.ready.then(() => null)`);
		await expect(a.page.getByRole('switch', { name: 'Notify me on this device' })).toBeVisible();
		await look(a.page, 'settings-notifications');
		await tell({ data: { title: 'Feed the cat', at: Date.now(), link: '/todo/today' } });
		const badge = b.page.getByRole('button', { name: 'Notifications: one unread' });
		await expect(badge).toBeVisible();
		const record = await recordOf(a.page, 'Feed the cat');
		await deliver(a.page, mana.url, await pushed(record, 'Feed the cat'));
		await expect.poll(() => shown(a.page)).toEqual([{ title: 'Feed the cat', body: 'Due today.', tag: record }]);
		// The second is waited for, too: handing over does not wait until the worker has shown it.
		await deliver(a.page, mana.url, await pushed(record, 'Feed the cat, once more'));
		await expect.poll(() => shown(a.page)).toEqual([{ title: 'Feed the cat, once more', body: 'Due today.', tag: record }]);
	});

	await test.step('handled on the other device it is taken away here, too', async () => {
		await b.page.keyboard.press('Escape');
		await b.page.getByRole('button', { name: 'Notifications: one unread' }).click();
		await b.page.getByRole('dialog', { name: 'Notifications' }).getByRole('button', { name: 'Mark all as read' }).click();
		await expect.poll(() => shown(a.page)).toEqual([]);
		await expect.poll(() => a.page.evaluate('badges.at(-1)')).toBeNull();
	});

	await test.step('a press on it opens what it is about', async () => {
		await tell({ data: { title: 'Feed the dog', at: Date.now(), link: '/todo/today' } });
		const record = await recordOf(a.page, 'Feed the dog');
		await deliver(a.page, mana.url, await pushed(record, 'Feed the dog'));
		await expect.poll(() => shown(a.page)).toEqual([{ title: 'Feed the dog', body: 'Due today.', tag: record }]);
		await press(a.page, 'Feed the dog');
		await expect(a.page).toHaveURL(`${mana.url}/todo/today`);
	});

	await test.step('its buttons do it from there: a task comes again later, and is done, each with a way back', async () => {
		await addTasks(a.page, 'Feed the fish');
		await openTask(a.page, 'Feed the fish');
		await expect(a.page).toHaveURL(/task=/);
		const { pathname, search } = new URL(a.page.url());
		await a.page.goto(`${mana.url}/notifications`);
		await expect(a.page.getByRole('link', { name: /Feed the dog/ })).toBeVisible();
		await a.page.keyboard.press('Shift+U');
		await expect(a.page.getByRole('button', { name: 'Notifications', exact: true })).toBeVisible();
		await tell({ data: { title: 'Feed the fish', at: Date.now(), link: pathname + search } });
		const row = a.page.getByRole('link', { name: /Feed the fish/ });
		await expect(row).toBeVisible();
		const record = await recordOf(a.page, 'Feed the fish');
		const push = await pushed(record, 'Feed the fish');
		await deliver(a.page, mana.url, push);
		await expect.poll(() => shown(a.page)).toContainEqual({ title: 'Feed the fish', body: 'Due today.', tag: record });
		await press(a.page, 'Feed the fish', 'In an hour');
		const again = await holdNotice(a.page, 'Comes again');
		await expect(row).toHaveCount(0);
		await expect.poll(() => shown(a.page)).toEqual([]);
		await again.getByRole('button', { name: 'Undo' }).click();
		await expect(row).toBeVisible();
		await deliver(a.page, mana.url, push);
		await expect.poll(() => shown(a.page)).toContainEqual({ title: 'Feed the fish', body: 'Due today.', tag: record });
		await press(a.page, 'Feed the fish', 'Done');
		const done = await holdNotice(a.page, 'Task completed');
		await expect(a.page.getByRole('button', { name: 'Notifications', exact: true })).toBeVisible();
		await done.getByRole('button', { name: 'Undo' }).click();
		await expect(notice(a.page, 'Task completed')).toHaveCount(0);
		await a.page.goto(`${mana.url}/todo/today`);
		await expect(task(a.page, 'Feed the fish')).toBeVisible();
	});

	await test.step('a way is added, says what is wrong with it, and goes', async () => {
		await a.page.goto(`${mana.url}/settings/notifications#ways`);
		await a.page.getByRole('button', { name: 'Add a way' }).click();
		const dialog = a.page.getByRole('dialog', { name: 'Add a way' });
		await look(a.page, 'settings-add-way');
		await dialog.getByLabel('What you call it').fill('My phone');
		await dialog.getByLabel('Server', { exact: true }).fill('http://127.0.0.1:9/');
		await dialog.getByLabel('Topic', { exact: true }).fill('mine');
		await dialog.getByRole('button', { name: 'Add a way' }).click();
		const way = a.page.getByRole('listitem').filter({ hasText: 'My phone' });
		await way.getByRole('button', { name: 'Try it' }).click();
		await expect(way.getByText(/It did not arrive: 127\.0\.0\.1 is not on the public internet/)).toBeVisible();
		await look(a.page, 'settings-notifications-full');
		await a.page.getByLabel('E-mail').first().selectOption('Gathered, at eight');
		await way.getByRole('button', { name: 'Remove: My phone' }).click();
		await expect(way).toHaveCount(0);
	});

	await test.step('while no page is open the worker counts on the icon of the installed app', async () => {
		await a.page.goto(`${mana.url}/notifications`);
		await expect(a.page.getByRole('link', { name: /Feed the fish/ })).toBeVisible();
		await a.page.keyboard.press('Shift+U');
		await expect(a.page.getByRole('button', { name: 'Notifications', exact: true })).toBeVisible();
		await expect.poll(() => a.page.evaluate('badges.at(-1)')).toBeNull();
		const [worker] = a.context.serviceWorkers();
		await worker!.evaluate(watchBadge);
		const elsewhere = await a.context.newPage();
		await a.page.close();
		const push = await pushed('0'.repeat(22), 'Feed the birds');
		await deliver(elsewhere, mana.url, push);
		await expect.poll(() => worker!.evaluate('badges')).toEqual([1]);
		// The same once more takes the place of what is shown.
		await deliver(elsewhere, mana.url, push);
		await deliver(elsewhere, mana.url, await pushed('1'.repeat(22), 'Feed the hens'));
		await expect.poll(() => worker!.evaluate('badges')).toEqual([1, 2]);
	});
});

/** Sends as the server of the tasks would. */
function senderOf(mana: TestMana, person: string) {
	const secret = readFileSync(join(mana.home, 'secrets', 'instance'), 'utf8').trim();
	const identity = serviceIdentity(() => secret, 'todo-server', { now: () => Date.now() });
	const notifier = openNotifier({ address: `${mana.url}/api/mana-notify`, identity });
	let n = 0;
	return (more: Pick<Message<'task-due'>, 'data'>) =>
		notifier.send({ topic: 'task-due', to: { person }, key: `${person} ${++n}`, ...more });
}

/** Presses what the browser shows, or a button of it, as the system does. The worker's own list of what is shown is not asked: it lags behind the page's. */
async function press(page: Page, title: string, button: string | null = null): Promise<void> {
	const find = `navigator.serviceWorker.getRegistration().then((registration) => registration.getNotifications())
		.then((all) => all.find((one) => one.title === ${JSON.stringify(title)}))
		.then((one) => one && { tag: one.tag, data: one.data, actions: one.actions.map(({ action, title }) => ({ action, title })) })`;
	const pressed = (await page.evaluate(find)) as { tag: string; data: string; actions: { action: string; title: string }[] };
	const action = button === null ? '' : pressed.actions.find((one) => one.title === button)!.action;
	const [worker] = page.context().serviceWorkers();
	await worker!.evaluate(`self.dispatchEvent(Object.assign(new ExtendableEvent('notificationclick'), {
		notification: { ...${JSON.stringify(pressed)}, close: () => undefined }, action: ${JSON.stringify(action)},
	}))`);
}

/** What mana-notify's own channel sends for a browser, read with that browser's keys. */
async function pushed(about: string, subject: string): Promise<string> {
	const browser = subscribedBrowser('https://push.example/send/1');
	const random = <Bytes extends Uint8Array<ArrayBuffer>>(bytes: Bytes): Bytes => crypto.getRandomValues(bytes);
	let body = new Uint8Array();
	const channel = pushChannel({
		async reach(url, request) {
			body = request!.body as Uint8Array<ArrayBuffer>;
			return { status: 201, headers: new Headers(), body: new Uint8Array(), url };
		},
		clock: { now: () => Date.now() },
		random,
		keys: vapidKeysFrom(random(new Uint8Array(32))),
		subject: 'mailto:mana@mana.example',
	});
	const content = {
		subject,
		paragraphs: ['Due today.'],
		action: { label: 'Open', link: '/todo/today' },
		acts: [
			{ act: 'done' as const, label: 'Done' },
			{ act: 'later' as const, label: 'In an hour' },
		],
	};
	const parcel = {
		id: '0'.repeat(32),
		about,
		target: browser.target,
		content,
		topic: 'task-due',
		language: 'en',
		at: 0,
		expires: null,
		urgent: false,
	};
	const outcome = await channel.send(parcel, { signal: AbortSignal.timeout(5_000), handing: async () => undefined });
	expect(outcome).toEqual({ kind: 'delivered' });
	return JSON.stringify(browser.read(body));
}

/** Runs in a page or a worker: keeps in `badges` what the system is told to show on the app's icon, `null` for nothing, and tells it. */
const watchBadge = `globalThis.badges = [];
	for (const [name, shown] of [['setAppBadge', (count) => count], ['clearAppBadge', () => null]]) {
		const real = navigator[name].bind(navigator);
		navigator[name] = (...told) => real(...told).finally(() => badges.push(shown(...told)));
	}`;

/** Hands a decrypted push to the service worker, as the browser does when its push service has one. */
async function deliver(page: Page, origin: string, data: string): Promise<void> {
	const cdp = await page.context().newCDPSession(page);
	const registration = new Promise<string>((resolve) => {
		cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
			const [found] = registrations.filter(({ isDeleted }) => !isDeleted);
			if (found) resolve(found.registrationId);
		});
	});
	await cdp.send('ServiceWorker.enable');
	await cdp.send('ServiceWorker.deliverPushMessage', { origin, registrationId: await registration, data });
	await cdp.detach();
}

/** What the browser shows. */
function shown(page: Page): Promise<unknown> {
	return page.evaluate(`navigator.serviceWorker.getRegistration().then((registration) => registration.getNotifications())
		.then((all) => all.map(({ title, body, tag }) => ({ title, body, tag })))`);
}

/** The name of the one record that is unread, as the inbox's own list has it. */
async function recordOf(page: Page, title: string): Promise<string> {
	await page.getByRole('button', { name: 'Notifications: one unread' }).click();
	const row = page.getByRole('dialog', { name: 'Notifications' }).locator('li[data-record]').filter({ hasText: title });
	const id = await row.getAttribute('data-record');
	await page.keyboard.press('Escape');
	return id ?? '';
}

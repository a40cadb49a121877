import { look } from './look.ts';
import { invite } from './people.ts';
import { task } from './screen.ts';
import { expect, test } from './test.ts';

test.use({ serviceWorkers: 'block' });

test('a program is connected with a password of its own, brings a task into the browser at once, and is disconnected', async ({
	mana,
	newDevice,
}) => {
	const ada = await invite(mana, 'Ada');
	const { page } = await newDevice({ person: ada });
	const list = page.getByRole('list', { name: 'Connected devices' });
	let authorization = '';
	const ask = (method: string, path: string, more: { body?: string; depth?: string } = {}) =>
		fetch(`${mana.url}${path}`, {
			method,
			headers: { authorization, depth: more.depth ?? '0', 'content-type': 'text/calendar' },
			...(more.body === undefined ? {} : { body: more.body }),
		});

	await test.step('a password is made and shown once', async () => {
		await page.goto(`${mana.url}/settings/devices`);
		await expect(page.getByText('Nothing is connected yet')).toBeVisible();
		await look(page, 'devices-empty');
		await page.getByRole('button', { name: 'Connect a device' }).click();
		await page.getByLabel('Device or program').fill('Ada’s phone');
		await look(page, 'devices-form');
		await page.getByRole('button', { name: 'Make a password' }).click();
		const secret = await page.locator('dd').first().textContent();
		expect(secret).toMatch(/^(?:\w{6}-){3}\w{6}$/);
		await page.getByText('iPhone and iPad').click();
		await look(page, 'devices-made');
		authorization = `Basic ${Buffer.from(`${ada.email}:${secret}`).toString('base64')}`;
		await page.getByRole('button', { name: 'I have typed it in' }).click();
		await expect(page.getByText(secret!)).toHaveCount(0);
		await expect(list).toContainText(/Reads and changes .*Todo · not used yet/);
	});

	await test.step('through the hub a program finds the calendars and writes a task, which the browser shows', async () => {
		await page.goto(`${mana.url}/todo`);
		const led = await fetch(`${mana.url}/.well-known/caldav`, { method: 'PROPFIND', redirect: 'manual' });
		expect([led.status, led.headers.get('location')]).toEqual([307, `${mana.url}/api/calendar-server/dav/`]);
		await expect
			.poll(async () => (await ask('PROPFIND', '/api/todo-server/dav/calendars/', { depth: '1' })).text())
			.toContain('-inbox/');
		const listed = await (await ask('PROPFIND', '/api/todo-server/dav/calendars/', { depth: '1' })).text();
		const inbox = /<D:href>(\/api\/todo-server\/dav\/calendars\/[^<]+-inbox\/)<\/D:href>/.exec(listed)![1]!;
		const body =
			'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTODO\r\nUID:phone\r\nSUMMARY:Written on a phone\r\nEND:VTODO\r\nEND:VCALENDAR\r\n';
		expect((await ask('PUT', `${inbox}phone.ics`, { body })).status).toBe(201);
		await expect(task(page, 'Written on a phone')).toBeVisible();
	});

	await test.step('and is disconnected', async () => {
		await page.goto(`${mana.url}/settings/devices`);
		await expect(list).toContainText('used');
		await look(page, 'devices');
		await page.getByRole('button', { name: 'Disconnect Ada’s phone' }).click();
		await expect(page.getByText('Nothing is connected yet')).toBeVisible();
	});
});

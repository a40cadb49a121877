import { faultless } from './axe.ts';
import { look } from './look.ts';
import { invite } from './people.ts';
import { task } from './screen.ts';
import { expect, test } from './test.ts';

/** How an account stands is asked often at first, then every fifteen seconds. */
const seldom = { timeout: 45_000 };

test.use({
	// The other server is on this machine.
	settings: { MANA_CALENDAR_SERVER_PRIVATE_FEEDS: 'true', MANA_CONTACTS_SERVER_PRIVATE_ACCOUNTS: 'true' },
});

test('a program is connected with a password of its own, brings a task into the browser at once, and is disconnected', async ({
	mana,
	newDevice,
}) => {
	const ada = await invite(mana, 'Ada');
	const { page } = await newDevice({ person: ada });
	const list = page.getByRole('list', { name: 'Connected devices' });
	let [authorization, password] = ['', ''];
	const ask = (method: string, path: string, more: { body?: string; depth?: string; type?: string } = {}) =>
		fetch(`${mana.url}${path}`, {
			method,
			headers: { authorization, depth: more.depth ?? '0', 'content-type': more.type ?? 'text/calendar' },
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
		password = secret!;
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

	await test.step('another Mana would be such a program: somebody keeps her calendar as one of their own', async () => {
		const ben = await invite(mana, 'Ben');
		const { page: own } = await newDevice({ person: ben });
		await own.goto(`${mana.url}/calendar/elsewhere`);
		await own.getByRole('button', { name: 'Add an account' }).waitFor();
		await look(own, 'elsewhere-empty');
		await own.getByRole('button', { name: 'Add an account' }).click();
		const adding = own.getByRole('dialog', { name: 'Add an account' });
		await adding.getByLabel('Address of the server').fill(mana.url);
		await adding.getByLabel('Your name there').fill(ada.email);
		await adding.getByLabel('Password there').fill('not this one');
		await adding.getByRole('button', { name: 'Find' }).click();
		await expect(adding.getByRole('alert')).toContainText('does not know this name with this password');
		await look(own, 'elsewhere-wrong');
		await adding.getByLabel('Password there').fill(password);
		await adding.getByRole('button', { name: 'Find' }).click();
		const choosing = own.getByRole('dialog', { name: 'Choose what to keep' });
		await expect(choosing.getByRole('checkbox', { name: 'Calendar' })).toBeChecked();
		await look(own, 'elsewhere-choose');
		await choosing.getByRole('button', { name: 'Keep the same' }).click();
		const account = own.getByRole('region', { name: ada.email });
		await expect(account).toContainText('0 on both sides', seldom);
		await faultless(own, 'accounts elsewhere');

		const listed = await (await ask('PROPFIND', '/api/calendar-server/dav/calendars/', { depth: '1' })).text();
		const calendar = /<D:href>(\/api\/calendar-server\/dav\/calendars\/[^<]+-calendar\/)<\/D:href>/.exec(listed)![1]!;
		const body =
			'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:concert\r\nDTSTART:20261224T180000Z\r\nSUMMARY:Concert\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n';
		expect((await ask('PUT', `${calendar}concert.ics`, { body })).status).toBe(201);
		await account.getByRole('button', { name: `What to do with ${ada.email}` }).click();
		await own.getByRole('menuitem', { name: 'Look now' }).click();
		await expect(account).toContainText('1 on both sides', seldom);
		await look(own, 'elsewhere');

		await account.getByRole('button', { name: `What to do with ${ada.email}` }).click();
		await own.getByRole('menuitem', { name: 'Remove' }).click();
		await look(own, 'elsewhere-remove');
		await own
			.getByRole('dialog', { name: `Remove ${ada.email}?` })
			.getByRole('button', { name: 'Keep it' })
			.click();
		await expect(account).toHaveCount(0);
		await own.goto(`${mana.url}/calendar/week/2026-12-24`);
		await expect(own.getByRole('main').getByRole('button', { name: /^Concert,/ })).toBeVisible();

		const cards = await (await ask('PROPFIND', '/api/contacts-server/dav/addressbooks/', { depth: '1' })).text();
		const book = /<D:href>(\/api\/contacts-server\/dav\/addressbooks\/[^<]+-contacts\/)<\/D:href>/.exec(cards)![1]!;
		const ann = 'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:ann\r\nFN:Ann Lee\r\nN:Lee;Ann;;;\r\nEND:VCARD\r\n';
		expect((await ask('PUT', `${book}ann.vcf`, { body: ann, type: 'text/vcard' })).status).toBe(201);
		await own.goto(`${mana.url}/contacts/elsewhere`);
		await own.getByRole('button', { name: 'Add an account' }).click();
		await adding.getByLabel('Address of the server').fill(mana.url);
		await adding.getByLabel('Your name there').fill(ada.email);
		await adding.getByLabel('Password there').fill(password);
		await adding.getByRole('button', { name: 'Find' }).click();
		await expect(choosing.getByRole('checkbox', { name: 'Contacts' })).toBeChecked();
		await choosing.getByRole('button', { name: 'Keep the same' }).click();
		await expect(account).toContainText('1 on both sides', seldom);
		await look(own, 'elsewhere-contacts');
		await own.goto(`${mana.url}/contacts`);
		await own.getByRole('main').getByText('Ann Lee').click();
		await own.getByRole('button', { name: 'Edit' }).click();
		await expect(own.getByLabel('Address book')).toHaveValue(/./);
		await look(own, 'contacts-book');
	});

	await test.step('and is disconnected', async () => {
		await page.goto(`${mana.url}/settings/devices`);
		await expect(list).toContainText('used');
		await look(page, 'devices');
		await page.getByRole('button', { name: 'Disconnect Ada’s phone' }).click();
		await expect(page.getByText('Nothing is connected yet')).toBeVisible();
	});
});

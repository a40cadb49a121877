import { type ImapServer, startImap } from '../kit/service/testing/imap.ts';
import { faultless } from './axe.ts';
import { look } from './look.ts';
import { startMana, type TestMana } from './mana.ts';
import { invite, ownerOf } from './people.ts';
import { task } from './screen.ts';
import { expect, test as base } from './test.ts';

interface House {
	readonly mana: TestMana;
	readonly imap: ImapServer;
}

/** A Mana that reads a mailbox, and the mailbox. */
const test = base.extend<object, { readonly house: House }>({
	house: [
		// oxlint-disable-next-line no-empty-pattern -- Playwright reads what a fixture needs from its first parameter
		async ({}, use) => {
			const imap = await startImap();
			const mana = await startMana([], { MANA_NOTIFY_MAILBOX: imap.url, MANA_NOTIFY_MAIL_TO: 'mana+*@post.example' });
			await use({ mana, imap });
			await mana.stop();
			await imap.close();
		},
		{ scope: 'worker', timeout: 240_000 },
	],
	mana: ({ house }, use) => use(house.mana),
});

test('somebody makes an address for tasks by keys, and what is mailed there is a task; the owner sees that mail comes in', async ({
	house,
	newDevice,
}) => {
	const { mana, imap } = house;
	const { page } = await newDevice({ person: await invite(mana, 'Mia Mail') });
	const address = page.locator('#address-task');

	await test.step('the settings say what the address is for', async () => {
		await page.goto(`${mana.url}/settings`);
		await page.getByLabel('Find a setting').fill('forward');
		await page.getByRole('link', { name: 'Tasks by mail' }).click();
		const make = page.getByRole('region', { name: 'Tasks by mail' }).getByRole('button', { name: 'Make an address' });
		await make.focus();
		await page.keyboard.press('Enter');
		await expect(address).toHaveText(/^mana\+[a-z2-9]{24}@post\.example$/);
		await expect(address).toBeFocused();
		await faultless(page, 'addresses for mail');
		await look(page, 'mail-addresses');
	});

	await test.step('a mail to it is a task', async () => {
		imap.deliver(
			[
				'From: Mia <mia.mail@example.org>',
				`To: ${await address.textContent()}`,
				'Subject: Water the plants tomorrow !high',
				'Message-ID: <plants@there>',
				`Date: ${new Date().toUTCString()}`,
				'',
				'Not the cactus.',
				'',
			].join('\r\n'),
		);
		await page.goto(`${mana.url}/todo`);
		await expect(task(page, 'Water the plants')).toBeVisible({ timeout: 20_000 });
		await expect.poll(() => imap.uids('Mana').length).toBe(1);
	});

	await test.step('renewed it is another one, switched off it is none', async () => {
		await page.goto(`${mana.url}/settings/mail`);
		const before = (await address.textContent()) ?? '';
		await page.getByRole('button', { name: 'New address' }).click();
		const dialog = page.getByRole('dialog', { name: 'New address' });
		await look(page, 'mail-renew');
		await dialog.getByRole('button', { name: 'New address' }).click();
		await expect(address).not.toHaveText(before);
		await page.getByRole('button', { name: 'Switch off' }).click();
		await page.getByRole('dialog', { name: 'Switch off' }).getByRole('button', { name: 'Switch off' }).click();
		await expect(address).toHaveCount(0);
	});

	await test.step('the owner sees that the mailbox is read, and what was left over', async () => {
		const owner = await newDevice({ person: await ownerOf(mana) });
		await owner.page.goto(`${mana.url}/admin/mails`);
		await expect(owner.page.getByText('The mailbox is read')).toBeVisible();
		await look(owner.page, 'mails-incoming');
	});
});

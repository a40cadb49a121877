import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { events, guestId, guests } from '../apps/calendar/model.ts';
import PostalMime from 'postal-mime';
import { faultless, faultlessInTheDark } from './axe.ts';
import { Keyboard } from './hands.ts';
import { look } from './look.ts';
import type { TestMana } from './mana.ts';
import { invite } from './people.ts';
import { notice } from './screen.ts';
import { seed } from './seed.ts';
import { expect, test } from './test.ts';

// Guests hear at once: nothing is taken back here.
test.use({ settings: { MANA_CALENDAR_SERVER_MAIL_AFTER_SECONDS: '0' } });

const clean = async (page: Page, name: string): Promise<void> => {
	await faultless(page, name);
	await faultlessInTheDark(page, name);
	await look(page, `outside-${name}`);
};

/** The link of a mail to somebody, once it has come. */
async function linkTo({ home }: TestMana, address: string, page: string): Promise<string> {
	const folder = join(home, 'mana-notify', 'outbox');
	let link = '';
	await expect
		.poll(async () => {
			for (const file of await readdir(folder)) {
				const { to, text } = await PostalMime.parse(await readFile(join(folder, file)));
				if (to?.[0]?.address === address) link = new RegExp(`\\S+/calendar/${page}#\\S+`).exec(text ?? '')?.[0] ?? '';
			}
			return link;
		})
		.not.toBe('');
	return link;
}

/** What the newest mail to somebody says that it is about. */
async function subjectTo({ home }: TestMana, address: string): Promise<string> {
	const folder = join(home, 'mana-notify', 'outbox');
	const files = (await readdir(folder)).toSorted((a, b) => Number(b.split('-')[0]) - Number(a.split('-')[0]));
	for (const file of files) {
		const { to, subject } = await PostalMime.parse(await readFile(join(folder, file)));
		if (to?.[0]?.address === address) return subject ?? '';
	}
	return '';
}

test('somebody without an account books a time by keys on a phone, calls it off by the link of the mail, and hears when the page is off', async ({
	mana,
	newDevice,
}) => {
	const person = await invite(mana, 'Cara Booked');
	const own = await newDevice({ person });
	const visitor = await newDevice({ viewport: { width: 390, height: 844 } });
	const { page } = visitor;

	await test.step('whose time it is makes a page', async () => {
		await own.page.goto(`${mana.url}/calendar/booking`);
		await own.page.getByText('Let others book a time with you').waitFor();
		await own.page.getByRole('button', { name: 'New booking page' }).click();
		const dialog = own.page.getByRole('dialog', { name: 'New booking page' });
		await dialog.getByLabel('Title').fill('A good talk');
		await dialog.getByLabel('Address of the page').fill('cara');
		for (const day of ['Saturday', 'Sunday']) {
			await dialog.getByRole('button', { name: 'More hours' }).click();
			await dialog.getByRole('combobox', { name: 'Day', exact: true }).last().selectOption({ label: day });
		}
		await clean(own.page, 'form');
		await dialog.getByRole('button', { name: 'Save' }).click();
		await expect(own.page.getByRole('link', { name: /\/calendar\/book\/cara$/ })).toBeVisible();
		await expect(dialog).toBeHidden();
		await clean(own.page, 'pages');
	});

	await test.step('who has the link books by keys alone, without cookies', async () => {
		await page.goto(`${mana.url}/calendar/book/cara`);
		await expect(page.getByRole('heading', { name: 'A good talk' })).toBeVisible();
		const times = page.getByRole('region', { name: 'Times that can be booked' });
		await expect(times.getByRole('listitem').first()).toBeVisible();
		await clean(page, 'book');
		await times.getByRole('listitem').first().getByRole('button').focus();
		const keys = new Keyboard(page);
		await keys.press('Enter');
		await expect(page.getByRole('textbox', { name: 'Your name' })).toBeFocused();
		await keys.type('Vera Visitor');
		await keys.press('Tab');
		await keys.type('vera@elsewhere.example');
		await clean(page, 'who');
		await page.getByRole('textbox', { name: 'Your e-mail address' }).focus();
		await keys.press('Enter');
		await expect(page.getByRole('heading', { name: 'It is booked' })).toBeVisible();
		expect(await page.context().cookies()).toEqual([]);
		await clean(page, 'done');
	});

	await test.step('the link of the mail calls it off', async () => {
		await page.goto(await linkTo(mana, 'vera@elsewhere.example', 'booked'));
		await expect(page.getByRole('heading', { name: 'A good talk' })).toBeVisible();
		await page.getByRole('button', { name: 'Call it off' }).click();
		await expect(page.getByText('Call it off for good?')).toBeVisible();
		await clean(page, 'booked');
		await page.getByRole('button', { name: 'Call it off' }).click();
		await expect(page.getByText('This is called off.')).toBeVisible();
	});

	await test.step('who is invited by mail answers by keys alone', async () => {
		await seed(mana, person, (store) =>
			store.write('seed', (tx) => {
				const year = new Date().getFullYear() + 1;
				const id = tx.create(events, {
					title: 'Picnic',
					start: `${year}-06-01T12:00`,
					zone: 'Europe/Berlin',
					repeat: 'FREQ=WEEKLY;COUNT=3',
					organizer: person.email,
				});
				const address = 'gus@elsewhere.example';
				tx.create(guests, { event: id, address, invited: Date.now() }, guestId(id, address));
			}),
		);
		await page.goto(await linkTo(mana, 'gus@elsewhere.example', 'answer'));
		await expect(page.getByRole('heading', { name: 'Picnic' })).toBeVisible();
		await clean(page, 'answer');
		const keys = new Keyboard(page);
		await keys.reach('Maybe');
		await keys.press('Tab', 'Tab');
		await keys.isOn('note');
		await keys.type('If it is dry');
		await page.getByRole('button', { name: 'Yes', exact: true }).focus();
		await keys.press('Enter');
		await expect(page.getByRole('button', { name: 'Yes', exact: true })).toHaveAttribute('aria-pressed', 'true');
		await expect(page.getByRole('status')).toContainText('Cara Booked');
		const days = page.getByLabel('You answer for');
		await days.selectOption({ index: 2 });
		await page.getByRole('button', { name: 'No', exact: true }).click();
		await expect(days.getByRole('option', { name: /· No$/ })).toHaveCount(1);
		await clean(page, 'answered');
	});

	await test.step('and asks by keys for another time of that day, which whoever invites takes offline', async () => {
		const keys = new Keyboard(page);
		await keys.reach('Propose another time');
		await keys.press('Enter');
		await expect(page.getByLabel('First day')).toBeFocused();
		await page.getByLabel('Begins at').fill('');
		await page.getByLabel('Begins at').fill('15:00');
		await page.getByLabel('Last day').fill('2020-01-01');
		await expect(page.getByText('It ends before it begins.')).toBeVisible();
		await clean(page, 'propose');
		await page.getByLabel('Last day').fill(await page.getByLabel('First day').inputValue());
		await keys.reach('A word with it');
		await keys.reach('Cancel');
		await keys.press('Tab', 'Enter');
		await expect(page.getByText(/^You propose .*15:00/)).toBeVisible();
		await keys.isOn('Propose another time');
		await clean(page, 'proposed');
		await own.page.goto(`${mana.url}/calendar/day/${new Date().getFullYear() + 1}-06-08`);
		await own.page.getByRole('button', { name: /^Picnic/ }).click();
		await expect(own.page.getByText(/^Proposes .*15:00/)).toBeVisible();
		await own.unplug();
		await own.page.getByRole('button', { name: 'Move it to the time that gus@elsewhere.example proposes' }).click();
		await expect(notice(own.page, 'Event moved')).toBeVisible();
		await own.plugIn();
		await expect.poll(() => subjectTo(mana, 'gus@elsewhere.example')).toBe('Changed: Picnic');
		await page.reload();
		await expect(page.getByRole('heading', { name: 'Picnic' })).toBeVisible();
		await expect(page.getByText(/^You propose/)).toBeHidden();
		await own.page.goto(`${mana.url}/calendar/booking`);
	});

	await test.step('a page that is off says so, in German to whoever reads German', async () => {
		// The word of the first saving went while the visitor booked.
		await expect(notice(own.page, 'is saved')).toBeHidden();
		await own.page.getByRole('switch', { name: 'Can be booked' }).click();
		await expect(notice(own.page, 'is saved')).toBeVisible();
		await expect(own.page.getByRole('switch', { name: 'Can be booked' })).not.toBeChecked();
		await page.goto(`${mana.url}/calendar/book/cara`);
		await expect(page.getByText('Nothing can be booked here at the moment.')).toBeVisible();
		await page.getByRole('button', { name: 'Deutsch' }).click();
		await expect(page.getByText('Hier kann gerade nichts gebucht werden.')).toBeVisible();
	});

	await test.step('whoever has the address of a calendar reads it, until that is revoked', async () => {
		await own.page.goto(`${mana.url}/calendar/published`);
		await own.page.getByText('Nobody can read this calendar from outside yet.').waitFor();
		await own.page.getByRole('button', { name: 'Make an address' }).click();
		const address = await own.page.getByRole('textbox', { name: 'Address 1' }).inputValue();
		await expect.poll(async () => (await fetch(address)).status).toBe(200);
		expect(await (await fetch(address)).text()).toContain('BEGIN:VCALENDAR');
		await own.page.getByRole('button', { name: 'Revoke' }).click();
		await expect(own.page.getByRole('status').filter({ hasText: 'cannot be taken back' })).toBeVisible();
		await clean(own.page, 'published');
		await own.page.getByRole('button', { name: 'Revoke' }).click();
		await own.page.getByText('Nobody can read this calendar from outside yet.').waitFor();
		expect((await fetch(address)).status).toBe(404);
	});
});

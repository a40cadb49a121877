import type { Page } from '@playwright/test';
import { startApple, type TestApple } from '../core/auth/testing-apple.ts';
import { startGoogle, type TestGoogle } from '../kit/dav/testing/google/index.ts';
import { startProvider, type TestProvider } from '../core/auth/testing-provider.ts';
import { look } from './look.ts';
import { startMana, type TestMana } from './mana.ts';
import { type Cookie, ownerOf, signIn } from './people.ts';
import { expect, test as base } from './test.ts';

const GRACE = 'grace@gmail.example';

interface House {
	readonly mana: TestMana;
	readonly works: TestProvider;
	readonly apple: TestApple;
	readonly google: TestGoogle;
}

/** A Mana that may talk to providers on this machine, and those. */
const test = base.extend<object, { readonly house: House }>({
	house: [
		// oxlint-disable-next-line no-empty-pattern -- Playwright reads what a fixture needs from its first parameter
		async ({}, use) => {
			const google = startGoogle([GRACE]);
			const mana = await startMana([], {
				MANA_AUTH_PRIVATE_PROVIDERS: 'true',
				MANA_CALENDAR_SERVER_PRIVATE_FEEDS: 'true',
				MANA_CALENDAR_SERVER_GOOGLE: google.calendars,
			});
			google.accounts.returns.add(`${mana.url}/api/mana-auth/identity-providers/google/return`);
			const works = await startProvider(`${mana.url}/api/mana-auth/identity-providers/works/return`, {
				olga: { name: 'Olga at work', email: 'olga@works.example', email_verified: true },
				sam: { name: 'Sam Sample', email: 'sam@works.example', email_verified: true },
				eve: { name: 'Eve', email: 'eve@elsewhere.example', email_verified: true },
			});
			// At the other name of this machine: to a browser its form comes from another site, as Apple's does.
			const elsewhere = new URL(mana.url).hostname === 'localhost' ? '127.0.0.1' : 'localhost';
			const grace = { sub: '001.grace', email: 'grace@privaterelay.appleid.com', firstName: 'Grace', lastName: 'Hopper' };
			const apple = await startApple(`${mana.url}/api/mana-auth/identity-providers/apple/return`, [grace], {
				hostname: elsewhere,
			});
			await use({ mana, works, apple, google });
			await apple.close();
			await google.close();
			await works.close();
			await mana.stop();
		},
		{ scope: 'worker', timeout: 240_000 },
	],
	mana: ({ house }, use) => use(house.mana),
});

test('people sign in with an account of a provider that the owner added, and link theirs', async ({ house, newDevice }) => {
	const { mana, works, apple, google } = house;
	const owner = (await newDevice()).page;
	const { name, value }: Cookie = await signIn(mana, await ownerOf(mana));
	await owner.context().addCookies([{ name, value, url: mana.url, httpOnly: true, sameSite: 'Lax' }]);

	await test.step('the owner adds it, with what both have told each other', async () => {
		await owner.goto(`${mana.url}/admin/providers`);
		await owner.getByLabel('Provider', { exact: true }).selectOption('oidc');
		await owner.getByLabel('Short name').fill('works');
		await expect(owner.getByLabel('Address to return to')).toHaveValue(/\/identity-providers\/works\/return$/);
		await owner.getByLabel('Name on the button').fill('Works');
		await owner.getByLabel('Issuer').fill(works.issuer);
		await owner.getByLabel('Client ID').fill(works.clientId);
		await owner.getByLabel('Client secret').fill(works.secret);
		await owner.getByLabel('Who may join without an invitation').fill('works.example');
		await owner.getByRole('button', { name: 'Add', exact: true }).click();
		await expect(owner.getByText('0 people sign in by it')).toBeVisible();
		await owner.getByText('0 people sign in by it').click();
		await look(owner, 'providers');
	});

	await test.step('for Apple, which tells no secret, the form asks for the key', async () => {
		await owner.getByLabel('Provider', { exact: true }).selectOption('apple');
		await owner.getByLabel('Client ID (Services ID)').fill(apple.clientId);
		await owner.getByLabel('Team ID').fill(apple.key.team.toLowerCase());
		await owner.getByLabel('Key ID').fill('short');
		await owner.getByRole('button', { name: 'Add', exact: true }).click();
		await expect(owner.getByText('Ten capital letters and digits.')).toBeVisible();
		await owner.getByLabel('Key ID').fill(apple.key.id);
		await owner.getByRole('button', { name: 'Add', exact: true }).click();
		await expect(owner.getByText('Give the whole text, from -----BEGIN PRIVATE KEY----- on.')).toBeVisible();
		await owner.getByLabel('Private key').fill(apple.key.pem);
		await look(owner, 'apple');
		// The form knows the one Apple; the test's is added beside it.
		const added = await owner.request.post(`${mana.url}/api/mana-auth/identity-providers`, {
			headers: { origin: mana.url },
			data: {
				id: 'apple',
				kind: 'apple',
				name: 'Apple',
				issuer: apple.issuer,
				clientId: apple.clientId,
				key: apple.key,
				trustsAddresses: false,
				domains: ['privaterelay.appleid.com'],
			},
		});
		expect(added.status()).toBe(200);
	});

	await test.step('the owner links an account in the settings', async () => {
		await owner.goto(`${mana.url}/settings/security`);
		await owner.getByRole('button', { name: 'Link Works' }).click();
		await allow(owner, 'olga');
		await expect(owner.getByText('Works is linked')).toBeVisible();
		await expect(owner.getByText('olga@works.example')).toBeVisible();
		await look(owner, 'identities');
	});

	await test.step('an account at Google is connected, shows its events, and is connected again after its person took it back', async () => {
		await owner.goto(`${mana.url}/calendar/elsewhere`);
		await owner.getByRole('button', { name: 'Add an account' }).click();
		const adding = owner.getByRole('dialog', { name: 'Add an account' });
		await expect(adding.getByText('once you have set it up')).toBeVisible();
		await look(owner, 'google-missing');
		await adding.getByRole('link', { name: 'Set up Google' }).click();
		await owner.getByLabel('Provider', { exact: true }).selectOption('google');
		await owner.getByRole('switch', { name: 'People may connect their calendars and contacts' }).click();
		await look(owner, 'google-form');
		// The form knows the one Google; the test's is added beside it.
		const { url: issuer, clientId, secret } = google;
		const added = await owner.request.post(`${mana.url}/api/mana-auth/identity-providers`, {
			headers: { origin: mana.url },
			data: { id: 'google', kind: 'google', name: 'Google', issuer, clientId, secret, trustsAddresses: false, domains: [], signsIn: false, connects: true },
		}); // prettier-ignore
		expect(added.status()).toBe(200);
		google.dav.calendar(GRACE).put('x', event('UID:lunch', 'DTSTART:20261224T110000Z', 'SUMMARY:Lunch with Ada'));
		await owner.goto(`${mana.url}/calendar/elsewhere`);
		await owner.getByRole('button', { name: 'Add an account' }).click();
		await expect(adding.getByRole('button', { name: 'Connect with Google' })).toBeVisible();
		await look(owner, 'google-add');
		await adding.getByRole('button', { name: 'Connect with Google' }).click();
		await owner.getByRole('link', { name: `Nothing but the name of ${GRACE}` }).click();
		await expect(owner.getByText('Not everything was allowed there')).toBeVisible();
		await owner.getByRole('button', { name: 'Add an account' }).click();
		await adding.getByRole('button', { name: 'Connect with Google' }).click();
		await owner.getByRole('link', { name: `Continue as ${GRACE}` }).click();
		const choosing = owner.getByRole('dialog', { name: 'Choose what to keep' });
		await expect(choosing.getByRole('checkbox', { name: GRACE })).toBeChecked();
		await choosing.getByRole('button', { name: 'Keep the same' }).click();
		const account = owner.getByRole('region', { name: GRACE });
		await expect(account).toContainText('1 on both sides');
		await look(owner, 'google');
		google.accounts.takeBack(GRACE);
		await account.getByRole('button', { name: `What to do with ${GRACE}` }).click();
		await owner.getByRole('menuitem', { name: 'Look now' }).click();
		await expect(account.getByText('does not let Mana in any more')).toBeVisible();
		await look(owner, 'google-again');
		await account.getByRole('button', { name: 'Connect again' }).click();
		await owner.getByRole('link', { name: `Continue as ${GRACE}` }).click();
		await expect(owner.getByText(`${GRACE} is connected again`)).toBeVisible();
		await expect(account.getByText('does not let Mana in any more')).toBeHidden();
		await owner.goto(`${mana.url}/calendar/week/2026-12-24`);
		await expect(owner.getByRole('main').getByRole('button', { name: /^Lunch with Ada,/ })).toBeVisible();
	});

	const guest = (await newDevice()).page;
	await test.step('somebody of the domain comes in, where they wanted to be', async () => {
		await guest.goto(`${mana.url}/sign-in?next=/settings/profile`);
		await expect(guest.getByRole('button', { name: 'Continue with Works' })).toBeVisible();
		await look(guest, 'sign-in-providers');
		await guest.getByRole('button', { name: 'Continue with Works' }).click();
		await allow(guest, 'sam');
		await guest.waitForURL(`${mana.url}/settings/profile`);
		await expect(guest.getByRole('button', { name: 'Account of Sam Sample' })).toBeVisible();
	});

	await test.step("somebody comes in by a form that Apple's page sends from another site, with the name that it tells", async () => {
		const page = (await newDevice()).page;
		await page.goto(`${mana.url}/sign-in?next=/settings/profile`);
		await page.getByRole('button', { name: 'Continue with Apple' }).click();
		await page.getByRole('button', { name: 'Cancel' }).click();
		await expect(page.getByText('You did not allow it there')).toBeVisible();
		await page.getByRole('button', { name: 'Continue with Apple' }).click();
		await page.getByRole('button', { name: 'Continue as Grace' }).click();
		await expect(page.getByRole('button', { name: 'Account of Grace Hopper' })).toBeVisible();
	});

	await test.step('somebody else is told in plain words why not, and so is who says no there', async () => {
		const stranger = (await newDevice()).page;
		await stranger.goto(`${mana.url}/sign-in`);
		await stranger.getByRole('button', { name: 'Continue with Works' }).click();
		await stranger.getByRole('link', { name: 'Cancel' }).click();
		await expect(stranger.getByText('You did not allow it there')).toBeVisible();
		await stranger.getByRole('button', { name: 'Continue with Works' }).click();
		await allow(stranger, 'eve');
		await expect(stranger.getByText('Nobody here has linked this account')).toBeVisible();
		await look(stranger, 'identity-unknown');
	});
});

/** A calendar with one event of these lines. */
function event(...lines: readonly string[]): string {
	return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'BEGIN:VEVENT', ...lines, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n');
}

/** Signs in at the provider and allows what it asks. */
async function allow(page: Page, account: string): Promise<void> {
	await page.getByPlaceholder('Enter any login').fill(account);
	await page.getByPlaceholder('and password').fill('any');
	await page.getByRole('button', { name: 'Sign-in' }).click();
	await page.getByRole('button', { name: 'Continue' }).click();
}

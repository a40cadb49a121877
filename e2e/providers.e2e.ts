import type { Page } from '@playwright/test';
import { startProvider, type TestProvider } from '../core/auth/testing-provider.ts';
import { look } from './look.ts';
import { startMana, type TestMana } from './mana.ts';
import { type Cookie, ownerOf, signIn } from './people.ts';
import { expect, test as base } from './test.ts';

/** A Mana that may talk to a provider on this machine, and that provider. */
const test = base.extend<object, { readonly house: { readonly mana: TestMana; readonly works: TestProvider } }>({
	house: [
		// oxlint-disable-next-line no-empty-pattern -- Playwright reads what a fixture needs from its first parameter
		async ({}, use) => {
			const mana = await startMana([], { MANA_AUTH_PRIVATE_PROVIDERS: 'true' });
			const works = await startProvider(`${mana.url}/api/mana-auth/identity-providers/works/return`, {
				olga: { name: 'Olga at work', email: 'olga@works.example', email_verified: true },
				sam: { name: 'Sam Sample', email: 'sam@works.example', email_verified: true },
				eve: { name: 'Eve', email: 'eve@elsewhere.example', email_verified: true },
			});
			await use({ mana, works });
			await works.close();
			await mana.stop();
		},
		{ scope: 'worker', timeout: 240_000 },
	],
	mana: ({ house }, use) => use(house.mana),
});

test.use({ serviceWorkers: 'block' });

test('people sign in with an account of a provider that the owner added, and link theirs', async ({ house, newDevice }) => {
	const { mana, works } = house;
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

	await test.step('the owner links an account in the settings', async () => {
		await owner.goto(`${mana.url}/settings/security`);
		await owner.getByRole('button', { name: 'Link Works' }).click();
		await allow(owner, 'olga');
		await expect(owner.getByText('Works is linked')).toBeVisible();
		await expect(owner.getByText('olga@works.example')).toBeVisible();
		await look(owner, 'identities');
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

/** Signs in at the provider and allows what it asks. */
async function allow(page: Page, account: string): Promise<void> {
	await page.getByPlaceholder('Enter any login').fill(account);
	await page.getByPlaceholder('and password').fill('any');
	await page.getByRole('button', { name: 'Sign-in' }).click();
	await page.getByRole('button', { name: 'Continue' }).click();
}

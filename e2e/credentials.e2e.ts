import { base32 } from '@better-auth/utils/base32';
import { createOTP } from '@better-auth/utils/otp';
import type { Page } from '@playwright/test';
import { look, savedBy } from './look.ts';
import { mailedLink } from './mails.ts';
import { invite, type TestPerson } from './people.ts';
import { expect, test } from './test.ts';

test('a passkey is made, renamed, opens the account by button and by the field, proves who one is, and goes', async ({
	mana,
	newDevice,
}) => {
	const ada = await invite(mana, 'Ada');
	const { context, page } = await newDevice({ person: ada });
	const cdp = await context.newCDPSession(page);
	await cdp.send('WebAuthn.enable', { enableUI: false });
	const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
		options: {
			protocol: 'ctap2',
			transport: 'internal',
			hasResidentKey: true,
			hasUserVerification: true,
			isUserVerified: true,
			automaticPresenceSimulation: true,
		},
	});
	const list = page.getByRole('list', { name: 'Passkeys' });
	// Where the field offers passkeys too, it may be quicker than whoever presses the button.
	await page.addInitScript(
		`if (sessionStorage.noAutofill) PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false);`,
	);

	await test.step('made and renamed', async () => {
		await page.goto(`${mana.url}/settings/security`);
		await expect(page.getByText('You have no passkey yet.')).toBeVisible();
		await look(page, 'security-empty');
		await page.getByRole('button', { name: 'Add a passkey' }).click();
		await page.getByLabel('Name').fill('Laptop');
		await page.getByRole('button', { name: 'Add a passkey' }).click();
		await expect(list).toContainText('Laptop');
		await expect(list).toContainText('Not used yet');
		const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId });
		expect(credentials.map(({ rpId, isResidentCredential }) => [rpId, isResidentCredential])).toEqual([
			[new URL(mana.url).hostname, true],
		]);
		await page.getByRole('button', { name: 'Rename Laptop' }).click();
		await page.getByLabel('Name').fill('Ada’s laptop');
		await page.getByRole('button', { name: 'Save' }).click();
		await expect(list).toContainText('Ada’s laptop');
	});

	await test.step('by the button', async () => {
		await page.evaluate(`sessionStorage.noAutofill = 'yes'`);
		await context.clearCookies();
		await page.goto(`${mana.url}/sign-in`);
		await expect(page.getByLabel('E-mail')).toHaveAttribute('autocomplete', 'username webauthn');
		await look(page, 'sign-in');
		await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
		await expect(page).toHaveURL(`${mana.url}/`);
		await page.evaluate(`delete sessionStorage.noAutofill`);
	});

	await test.step('where the address is written', async () => {
		await context.clearCookies();
		await page.goto(`${mana.url}/sign-in?next=/settings/security`);
		await expect(page).toHaveURL(`${mana.url}/settings/security`);
		await expect(list).toContainText('Used');
	});

	await test.step('as the proof that is wanted before it is removed', async () => {
		await proofIsOver(page, 'DELETE', '**/passkeys/*');
		await page.getByRole('button', { name: 'Remove Ada’s laptop' }).click();
		const dialog = page.getByRole('dialog', { name: 'Is it you?' });
		await expect(dialog.getByLabel('Password')).toBeVisible();
		await look(page, 'proof');
		await dialog.getByRole('button', { name: 'Use a passkey' }).click();
		await expect(page.getByText('You have no passkey yet.')).toBeVisible();
		await expect(dialog).toBeHidden();
	});
});

test('a code is asked for after the password, once it is set up', async ({ mana, newDevice }) => {
	const ben = await invite(mana, 'Ben');
	const { context, page } = await newDevice({ person: ben });
	await page.goto(`${mana.url}/settings/security`);
	const part = page.getByRole('region', { name: 'Code at sign-in' });

	const codes = await test.step('set up, with recovery codes that are shown once', async () => {
		await part.getByRole('button', { name: 'Set up' }).click();
		await expect(part.getByRole('img', { name: 'Code to scan with an authenticator app' })).toBeVisible();
		await look(page, 'second-step-setup');
		const secret = (await part.getByText(/^([A-Z2-7]{4} ?){8}$/).innerText()).replaceAll(' ', '');
		const otp = createOTP(base32.decode(secret));
		await part.getByLabel('Code', { exact: true }).fill('000 000');
		await part.getByRole('button', { name: 'Switch on' }).click();
		await expect(part.getByRole('alert')).toContainText('That code is not right');
		await part.getByLabel('Code', { exact: true }).fill(await otp.totp());
		await part.getByRole('button', { name: 'Switch on' }).click();
		await expect(part.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem')).toHaveCount(10);
		await look(page, 'recovery-codes');
		const shown = await part.getByRole('listitem').allInnerTexts();
		const { name, text } = await savedBy(page, () => part.getByRole('button', { name: 'Download' }).click());
		expect(name).toBe('mana-recovery-codes.txt');
		for (const one of shown) expect(text).toContain(one);
		await part.getByRole('button', { name: 'I have kept them' }).click();
		await expect(part).toContainText('10 recovery codes left');
		await look(page, 'second-step-on');
		return { otp, recovery: shown };
	});

	await test.step('asked for', async () => {
		await context.clearCookies();
		await signIn(page, mana.url, ben);
		await expect(page.getByRole('heading', { name: 'One more step' })).toBeVisible();
		await expect(page.getByLabel('Code')).toBeFocused();
		await look(page, 'sign-in-code');
		await page.getByLabel('Code').fill('123456');
		await page.getByRole('button', { name: 'Sign in', exact: true }).click();
		await expect(page.getByRole('alert')).toContainText('That code is not right');
		// The one of this moment was used to switch it on.
		await page.getByLabel('Code').fill(await codes.otp.hotp(Math.floor(Date.now() / 30_000) + 1));
		await page.getByRole('button', { name: 'Sign in', exact: true }).click();
		await expect(page).toHaveURL(`${mana.url}/`);
	});

	await test.step('switched off by whoever shows that it is them', async () => {
		await page.goto(`${mana.url}/settings/security`);
		await proofIsOver(page, 'DELETE', '**/second-factor');
		await part.getByRole('button', { name: 'Switch off' }).click();
		const dialog = page.getByRole('dialog', { name: 'Is it you?' });
		await dialog.getByLabel('Code').fill(codes.recovery[0] ?? '');
		await dialog.getByRole('button', { name: 'Continue' }).click();
		await expect(part).toContainText('Your password alone opens your account');
	});
});

test('a forgotten password is set anew, and an address changed, with mails that wait in the outbox of a Mana without SMTP', async ({
	mana,
	newDevice,
}) => {
	const cleo = await invite(mana, 'Cleo');
	const { page } = await newDevice();
	const password = 'asp and basket of figs';

	await test.step('forgotten', async () => {
		await page.goto(`${mana.url}/sign-in`);
		await page.getByRole('link', { name: 'Forgot your password?' }).click();
		// Both pages ask for the address.
		await page.getByRole('heading', { name: 'Forgot your password?' }).waitFor();
		await page.getByLabel('E-mail').fill(cleo.email);
		await look(page, 'forgotten');
		await page.getByRole('button', { name: 'Send the mail' }).click();
		await expect(page.getByRole('heading', { name: 'Look into your mail' })).toBeVisible();
		await look(page, 'forgotten-sent');
		await page.goto(await mailedLink(mana, cleo.email, '/reset'));
		await page.getByLabel('New password').fill(password);
		await page.getByRole('button', { name: 'Set password' }).click();
		await page.getByRole('link', { name: 'Sign in' }).click();
		await signIn(page, mana.url, { ...cleo, password });
		await expect(page).toHaveURL(`${mana.url}/`);
	});

	await test.step('changed', async () => {
		const part = page.getByRole('region', { name: 'E-mail address' });
		await page.goto(`${mana.url}/settings/security`);
		await expect(part.getByText('Confirmed', { exact: true })).toBeVisible();
		await part.getByRole('button', { name: 'Change address' }).click();
		await part.getByLabel('New address').fill('cleopatra@example.org');
		await part.getByRole('button', { name: 'Change address' }).click();
		await expect(part).toContainText('cleopatra@example.org takes its place once you follow the link');
		await look(page, 'email-pending');
		await page.goto(await mailedLink(mana, 'cleopatra@example.org', '/confirm'));
		await look(page, 'confirm');
		await page.getByRole('button', { name: 'Confirm' }).click();
		await expect(page.getByRole('heading', { name: 'Your address is changed' })).toBeVisible();
		await page.goto(`${mana.url}/settings/security`);
		await expect(part).toContainText('cleopatra@example.org');
		await page.goto(await mailedLink(mana, cleo.email, '/confirm'));
		await page.getByRole('button', { name: 'Confirm' }).click();
		await expect(page.getByRole('heading', { name: 'You have your address back' })).toBeVisible();
		await look(page, 'taken-back');
	});
});

/** Answers the next such request as mana-auth does ten minutes after the last proof, for which no test waits. */
async function proofIsOver(page: Page, method: string, path: string): Promise<void> {
	const detail = 'This needs a proof that it is you, not older than ten minutes.';
	let answered = false;
	await page.route(path, async (route) => {
		if (answered || route.request().method() !== method) return route.fallback();
		answered = true;
		await route.fulfill({
			status: 403,
			contentType: 'application/problem+json',
			body: JSON.stringify({ code: 'proof-needed', status: 403, detail, methods: [] }),
		});
	});
}

async function signIn(page: Page, url: string, { email, password }: TestPerson): Promise<void> {
	await page.goto(`${url}/sign-in`);
	await page.getByLabel('E-mail').fill(email);
	await page.getByLabel('Password').fill(password);
	await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

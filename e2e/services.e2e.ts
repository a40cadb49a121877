import type { Page } from '@playwright/test';
import { look } from './look.ts';
import { ownerOf } from './people.ts';
import { expect, test } from './test.ts';

const service = 'todo-server';

test('who manages a space sees which services work in it, shuts one out and lets it in again', async ({ mana, newDevice }) => {
	const olga = await newDevice({ person: await ownerOf(mana) });
	const { page } = olga;
	await page.goto(`${mana.url}/spaces`);
	await page.getByLabel('Name').fill('Home');
	await page.getByRole('button', { name: 'Create the space' }).click();
	await expect(page.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible();
	await expect(page.getByRole('heading', { name: 'Services', exact: true })).toBeVisible();
	const space = page.url().split('/').at(-1)!;
	const answer = await decide(page, space);
	expect(answer).toEqual({ status: 200, allowed: false });

	await page.reload();
	const toggle = page.getByRole('switch', { name: service });
	await expect(toggle).not.toBeChecked();
	await expect(page.getByText('Reads and changes Todo')).toBeVisible();
	await look(page, 'services');
	await toggle.focus();
	const decided = page.waitForResponse((answer) => answer.request().method() === 'PUT' && answer.ok());
	await page.keyboard.press('Space');
	await expect(toggle).toBeChecked();
	await decided;
	await page.reload();
	await expect(toggle).toBeChecked();

	await page.goto(`${mana.url}/spaces`);
	await expect(page.getByRole('heading', { name: 'Services in your own space' })).toBeVisible();
	await expect(page.getByRole('switch', { name: 'mana-notify' })).toBeChecked();
	await look(page, 'own');
});

/** Shuts the service out of a space, as a program of the person would. */
function decide(page: Page, space: string): Promise<unknown> {
	return page.evaluate(`(async () => {
		const { token } = await (await fetch('/api/mana-auth/token', { method: 'POST' })).json();
		const answer = await fetch('/api/mana-sync/spaces/${space}/services/${service}', {
			method: 'PUT',
			headers: { authorization: 'Bearer ' + token, 'content-type': 'application/json' },
			body: '{"allowed":false}',
		});
		const { allowed } = await answer.json();
		return { status: answer.status, allowed };
	})()`);
}

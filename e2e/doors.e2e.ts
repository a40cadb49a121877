import type { Page } from '@playwright/test';
import { frontEnds, portOf } from '@mana/schema';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestMana } from './mana.ts';
import { look } from './look.ts';
import { addField, attachedFile, openTask, readyForOffline } from './screen.ts';
import { expect, keeping, test } from './test.ts';

test('the port of an app leads to the app', async ({ mana, newDevice }) => {
	const { page } = await newDevice();
	await page.goto(`${door(mana, 'todo-web')}/today`);
	await expect(page).toHaveURL(`${mana.url}/todo/today`);
	await expect(page.getByRole('heading', { name: 'Welcome to Mana' })).toBeVisible();
});

test('the port of an app that does not exist says so, and leads home', async ({ mana, newDevice }) => {
	const { page } = await newDevice();
	const { name } = frontEnds.find(
		({ door: { app, path } }) => path !== '/' && !existsSync(join(import.meta.dirname, '../apps', app)),
	)!;
	const answer = await page.goto(door(mana, name));
	expect(answer?.status()).toBe(404);
	await expect(page.getByRole('heading', { name: 'isn’t part of this Mana yet' })).toBeVisible();
	await page.getByRole('link', { name: 'Open your Mana' }).click();
	await expect(page).toHaveURL(`${mana.url}/`);
});

test('a bookmark from the settings hands any page of the browser over to the quick add', async ({ mana, newDevice }) => {
	const elsewhere = createServer((_request, answer) =>
		answer
			.setHeader('content-type', 'text/html; charset=utf-8')
			.setHeader('content-security-policy', "default-src 'none'")
			.end('<!doctype html><title>Leek soup &amp; bread</title><p>Two leeks, one potato</p>'),
	);
	await new Promise<void>((listening) => elsewhere.listen(0, '127.0.0.1', listening));
	try {
		const { page } = await newDevice();
		await page.goto(`${mana.url}/settings/device`);
		await page.getByRole('button', { name: 'Try it as a guest' }).click();
		const bookmark = page.getByRole('region', { name: 'Capture from any page' }).getByRole('link', { name: 'Add to Todo' });
		const code = decodeURIComponent((await bookmark.getAttribute('href'))!.replace('javascript:', ''));
		await look(page, 'capture-settings');
		await bookmark.click();
		await expect(page.getByRole('region', { name: 'Notices' })).toContainText('Drag this to the bar of your bookmarks');

		const soup = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/soup?for=2`;
		await page.goto(soup);
		await page.getByText('Two leeks').selectText();
		const [window] = await Promise.all([page.context().waitForEvent('page'), page.evaluate(code)]);
		const dialog = window.getByRole('dialog', { name: 'Add to Todo' });
		await expect(dialog.getByRole('textbox')).toHaveValue('Leek soup & bread');
		await expect(dialog).toContainText('Two leeks, one potato');
		await expect(window).toHaveURL(`${mana.url}/todo`);
		await look(window, 'captured');
		await dialog.getByRole('button', { name: 'Add', exact: true }).click();
		const pane = await openTask(window, 'Leek soup & bread');
		await expect(pane.getByRole('group', { name: 'Notes' })).toContainText('Two leeks, one potato');
		await expect(pane.getByRole('group', { name: 'Notes' }).getByRole('link')).toHaveAttribute('href', soup);
	} finally {
		elsewhere.close();
	}
});

test('the hub and each app can be installed, each as one of its own', async ({ mana, newDevice }) => {
	const { page } = await newDevice(keeping);
	await page.goto(mana.url);
	await page.getByRole('button', { name: 'Try it as a guest' }).click();
	await page.getByRole('navigation', { name: 'Apps' }).waitFor();
	const hub = await manifestOf(page);
	expect(hub).toMatchObject({ name: 'Mana', id: '/', scope: '/', start_url: '/', display: 'standalone' });

	await page.goto(`${mana.url}/todo`);
	await addField(page).waitFor();
	const todo = await manifestOf(page);
	expect(todo).toMatchObject({ name: 'Mana Todo', id: '/todo', start_url: '/todo', display: 'standalone' });
	expect(todo.scope).toMatch(/^\/todo\/?$/);

	for (const { icons } of [hub, todo])
		for (const { src, sizes, type } of icons) {
			const icon = await page.request.get(new URL(src, mana.url).href);
			expect(icon.status(), src).toBe(200);
			expect(icon.headers()['content-type'], `${src} ${sizes}`).toBe(type);
		}
	expect(todo.icons.map(({ sizes }) => sizes)).toEqual(expect.arrayContaining(['192x192', '512x512']));

	await readyForOffline(page);
	expect(await page.evaluate<string>('navigator.serviceWorker.ready.then(({ scope }) => scope)')).toBe(`${mana.url}/`);

	await test.step('a page with a file, shared with Todo, becomes a task with notes and the file', async () => {
		expect(todo).toMatchObject({ share_target: { action: '/todo/share', method: 'POST', enctype: 'multipart/form-data' } });
		await share(page, '/todo/share', { title: 'Try this soup tomorrow', text: 'https://soup.example/leek' }, [
			'leeks.txt',
			'Two leeks',
		]);
		const dialog = page.getByRole('dialog', { name: 'Add to Todo' });
		await expect(dialog).toContainText('https://soup.example/leek');
		await expect(dialog).toContainText('leeks.txt');
		await dialog.getByRole('button', { name: 'Add', exact: true }).click();
		await expect(dialog).toBeHidden();
		await page.goto(`${mana.url}/todo/upcoming`);
		const pane = await openTask(page, 'Try this soup');
		await expect(pane.getByRole('group', { name: 'Notes' }).getByRole('link')).toHaveAttribute(
			'href',
			'https://soup.example/leek',
		);
		await attachedFile(page, 'leeks.txt').waitFor();
	});

	await test.step('the hub asks where several take it, and brings a file to the app that knows it', async () => {
		expect(hub).toMatchObject({ share_target: { action: '/share' } });
		await share(page, '/share', { text: 'Water the plants' });
		await expect(page.getByRole('heading', { name: 'Shared with Mana' })).toBeVisible();
		await look(page, 'shared');
		await page.getByRole('button', { name: 'Add to Todo' }).click();
		await expect(page.getByRole('dialog', { name: 'Add to Todo' }).getByRole('textbox')).toHaveValue('Water the plants');
		await share(page, '/contacts/share', {}, [
			'ada.vcf',
			'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada Lovelace\r\nN:Lovelace;Ada\r\nEND:VCARD\r\n',
		]);
		await expect(page).toHaveURL(`${mana.url}/contacts/import`);
		await expect(page.getByRole('main')).toContainText('Ada Lovelace');
		await page.goto(`${mana.url}/share`);
		await expect(page.getByText('Nothing came through')).toBeVisible();
	});
});

/** Hands something over as the share sheet of a system does: by a form, with what `share_target` in the web manifest names. */
async function share(
	page: Page,
	to: string,
	words: Readonly<Record<string, string>>,
	file?: readonly [name: string, content: string],
) {
	await page.evaluate(`{
		const form = document.createElement('form');
		Object.assign(form, { method: 'POST', enctype: 'multipart/form-data', action: ${JSON.stringify(to)} });
		const field = (name, type) => form.appendChild(Object.assign(document.createElement('input'), { name, type }));
		for (const [name, value] of Object.entries(${JSON.stringify(words)})) field(name, 'hidden').value = value;
		const file = ${JSON.stringify(file ?? null)};
		if (file) {
			const files = new DataTransfer();
			files.items.add(new File([file[1]], file[0]));
			field('files', 'file').files = files.files;
		}
		document.body.append(form);
		form.submit();
	}`);
}

interface WebManifest {
	readonly name: string;
	readonly scope: string;
	readonly icons: readonly { readonly src: string; readonly sizes: string; readonly type: string }[];
}

/** The web manifest that the page carries now. */
async function manifestOf(page: Page): Promise<WebManifest> {
	const href = await page.locator('link[rel="manifest"]').getAttribute('href');
	return (await page.request.get(new URL(href!, page.url()).href)).json();
}

function door(mana: TestMana, service: Parameters<typeof portOf>[0]): string {
	return `http://localhost:${portOf(service) + mana.offset}`;
}

import type { Page } from '@playwright/test';
import { frontEnds, portOf } from '@mana/schema';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TestMana } from './mana.ts';
import { addField, readyForOffline } from './screen.ts';
import { expect, test } from './test.ts';

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

test('the hub and each app can be installed, each as one of its own', async ({ mana, newDevice }) => {
	const { page } = await newDevice();
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
});

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

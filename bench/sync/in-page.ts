import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { findBrowser } from '../browser.ts';

const ARGS = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-sync',
];

/**
 * A page of Chromium with a script of ours, from a server of its own on loopback, in a new profile.
 *
 * @param script in `peers/mana/`; it sets `bench`
 * @param use given the page and what loads it anew
 */
export async function inPage<T>(script: string, use: (page: Page, load: () => Promise<void>) => Promise<T>): Promise<T> {
	const built = await Bun.build({
		entrypoints: [join(import.meta.dir, 'peers/mana', script)],
		target: 'browser',
		minify: true,
	});
	const code = await built.outputs[0]!.text();
	const server = Bun.serve({
		hostname: '127.0.0.1',
		port: 0,
		fetch: (request) =>
			new URL(request.url).pathname === '/page.js'
				? new Response(code, { headers: { 'content-type': 'text/javascript' } })
				: new Response('<!doctype html><ul id="list"></ul><script type="module" src="/page.js"></script>', {
						headers: { 'content-type': 'text/html' },
					}),
	});
	const browser = await chromium.launch({ executablePath: findBrowser(), args: ARGS });
	try {
		const page = await browser.newPage();
		const load = async () => {
			await page.goto(server.url.href);
			await page.waitForFunction('window.bench');
		};
		await load();
		return await use(page, load);
	} finally {
		await browser.close();
		await server.stop(true);
	}
}

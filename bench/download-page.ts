import { chromium } from '@playwright/test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Issuer, startIssuer, startProcess } from '../infra/sync/testing.ts';
import { type Bench, percentile } from './bench.ts';
import { findBrowser } from './browser.ts';
import { built, fill } from './download.ts';

declare global {
	var download: (socket: string) => Promise<{ firstMs: number; liveMs: number; durableMs: number; rows: number }>;
}

/** First download into a new profile of a browser: until it is live, and until IndexedDB has all of it. */
export const downloadPage: Bench = {
	name: 'First download in the browser, ten fields a row',
	async run(report) {
		const home = await mkdtemp(join(tmpdir(), 'mana-download-'));
		const keys = await startIssuer();
		const target = { url: '' };
		const page = await servePage(keys, target);
		const issuer: Issuer = { ...keys, token: (person) => keys.token(person, { issuer: page.origin }) };
		const server = await startProcess(home, issuer, page.origin);
		target.url = server.url;
		const browser = await chromium.launch({
			executablePath: findBrowser(),
			args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
		});
		try {
			for (const [records, most] of [
				[10_000, 400],
				[100_000, undefined],
			] as const) {
				await fill(server.url, issuer, records === 10_000 ? records : records - 10_000);
				await built(server.url, issuer, records);
				const runs: Awaited<ReturnType<typeof download>>[] = [];
				for (let round = 0; round < 5; round++) {
					const context = await browser.newContext();
					const tab = await context.newPage();
					await tab.goto(page.origin);
					runs.push(await tab.evaluate((socket) => download(socket), `${server.url.replace('http', 'ws')}/socket`));
					await context.close();
				}
				if (runs.some(({ rows }) => rows !== records)) throw new Error(`Not all of the ${records} rows came.`);
				const said = records.toLocaleString('en');
				const middle = (of: (run: (typeof runs)[number]) => number) => percentile(runs.map(of), 0.5);
				report({
					name: `${said} rows, first of them readable`,
					value: middle(({ firstMs }) => firstMs),
					unit: 'ms',
					aim: { most: 300 },
				});
				report({ name: `${said} rows, live`, value: middle(({ liveMs }) => liveMs), unit: 'ms' });
				const durable = middle(({ durableMs }) => durableMs);
				report({
					name: `${said} rows, in IndexedDB`,
					value: durable,
					unit: 'ms',
					...(most && { aim: { most } }),
					note: 'median of 5 new profiles',
				});
			}
		} finally {
			await browser.close();
			await server.kill();
			await page.stop();
			await keys.close();
			await rm(home, { recursive: true });
		}
	},
};

/** The page's own origin: its script, its tokens, and the chunks of the service behind it. */
export async function servePage(issuer: Issuer, target: { readonly url: string }, script: 'download' | 'smooth' = 'download') {
	const bundle = await Bun.build({ entrypoints: [`${import.meta.dir}/page/${script}.ts`], target: 'browser' });
	const code = await bundle.outputs[0]!.text();
	const server = Bun.serve({
		hostname: '127.0.0.1',
		port: 0,
		async fetch(request): Promise<Response> {
			const { pathname } = new URL(request.url);
			if (pathname === '/api/mana-auth/token') {
				const token = await issuer.token('ada', { issuer: server.url.origin });
				return Response.json({ token, expiresAt: Date.now() + 600_000 });
			}
			if (pathname.startsWith('/api/mana-sync/')) {
				const { headers } = request;
				return fetch(`${target.url}${pathname.slice('/api/mana-sync'.length)}`, { headers, decompress: false });
			}
			if (pathname === '/bench.js') return new Response(code, { headers: { 'content-type': 'text/javascript' } });
			return new Response('<script type="module" src="/bench.js"></script>', { headers: { 'content-type': 'text/html' } });
		},
	});
	return { origin: server.url.origin, stop: () => server.stop(true) };
}

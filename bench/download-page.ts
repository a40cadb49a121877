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
		for await (const { records, firstMs, liveMs, durableMs } of downloadsInPage([10_000, 100_000], 5)) {
			const said = records.toLocaleString('en');
			report({ name: `${said} rows, first of them readable`, value: firstMs, unit: 'ms', aim: { most: 300 } });
			report({ name: `${said} rows, live`, value: liveMs, unit: 'ms' });
			report({
				name: `${said} rows, in IndexedDB`,
				value: durableMs,
				unit: 'ms',
				...(records === 10_000 && { aim: { most: 400 } }),
				note: 'median of 5 new profiles',
			});
		}
	},
};

/** Medians of downloads into new profiles, ms since the page began to. */
export interface PageDownload {
	readonly records: number;
	readonly firstMs: number;
	readonly liveMs: number;
	readonly durableMs: number;
}

/** Downloads spaces with so many rows, each `rounds` times into a new profile. @param sizes growing */
export async function* downloadsInPage(sizes: readonly number[], rounds: number): AsyncGenerator<PageDownload> {
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
	let written = 0;
	try {
		for (const records of sizes) {
			await fill(server.url, issuer, records - written);
			written = records;
			await built(server.url, issuer, records);
			const runs: Awaited<ReturnType<typeof download>>[] = [];
			for (let round = 0; round < rounds; round++) {
				const context = await browser.newContext();
				const tab = await context.newPage();
				await tab.goto(page.origin);
				runs.push(await tab.evaluate((socket) => download(socket), `${server.url.replace('http', 'ws')}/socket`));
				await context.close();
			}
			if (runs.some(({ rows }) => rows !== records)) throw new Error(`Not all of the ${records} rows came.`);
			const middle = (of: (run: (typeof runs)[number]) => number) => percentile(runs.map(of), 0.5);
			yield {
				records,
				firstMs: middle(({ firstMs }) => firstMs),
				liveMs: middle(({ liveMs }) => liveMs),
				durableMs: middle(({ durableMs }) => durableMs),
			};
		}
	} finally {
		await browser.close();
		await server.kill();
		await page.stop();
		await keys.close();
		await rm(home, { recursive: true });
	}
}

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

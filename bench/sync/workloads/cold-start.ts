import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { findBrowser } from '../../browser.ts';
import { median } from '../latency.ts';
import type { Workload } from './workload.ts';

const rows = 10_000;
const reloads = 9;

/** From an empty page to rows on the screen, out of what this device has stored. */
export const coldStart: Workload = {
	name: 'cold-start',
	title: `Cold start of ${rows.toLocaleString('en')} rows from disk`,
	how: `Chromium, IndexedDB, ${rows} rows of ten fields; the page is loaded anew ${reloads} times; from opening the store until a list of 50 rows out of a sorted query is laid out; median`,
	who: 'ours',
	withinMs: 120_000,
	async run() {
		const built = await Bun.build({
			entrypoints: [join(import.meta.dir, '../peers/mana/page.mjs')],
			target: 'browser',
			minify: true,
		});
		const script = await built.outputs[0]!.text();
		const server = Bun.serve({
			hostname: '127.0.0.1',
			port: 0,
			fetch: (request) =>
				new URL(request.url).pathname === '/page.js'
					? new Response(script, { headers: { 'content-type': 'text/javascript' } })
					: new Response('<!doctype html><ul id="list"></ul><script type="module" src="/page.js"></script>', {
							headers: { 'content-type': 'text/html' },
						}),
		});
		const browser = await chromium.launch({
			executablePath: findBrowser(),
			args: [
				'--no-sandbox',
				'--disable-gpu',
				'--disable-quic',
				'--no-first-run',
				'--disable-background-networking',
				'--disable-sync',
			],
		});
		try {
			const page = await browser.newPage();
			const load = async () => {
				await page.goto(server.url.href);
				await page.waitForFunction('window.bench');
			};
			await load();
			await page.evaluate(`bench.fill(${rows})`);
			const painted: number[] = [];
			const opened: number[] = [];
			for (let round = 0; round < reloads; round++) {
				await load();
				const { openMs, paintMs, count } = (await page.evaluate('bench.start()')) as Started;
				if (count !== rows) throw new Error(`Of ${rows} rows ${count} came back from disk.`);
				opened.push(openMs);
				painted.push(paintMs);
			}
			return [
				{ name: 'painted', value: median(painted), unit: 'ms' },
				{ name: 'opened', value: median(opened), unit: 'ms' },
				{ name: 'slowest', value: Math.max(...painted), unit: 'ms' },
			];
		} finally {
			await browser.close();
			await server.stop(true);
		}
	},
};

interface Started {
	readonly openMs: number;
	readonly paintMs: number;
	readonly count: number;
}

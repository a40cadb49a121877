import { inPage } from '../in-page.ts';
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
	run: () =>
		inPage('page.mjs', async (page, load) => {
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
		}),
};

interface Started {
	readonly openMs: number;
	readonly paintMs: number;
	readonly count: number;
}

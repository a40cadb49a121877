import { downloadsInPage } from '../../download-page.ts';
import type { Figure } from '../figure.ts';
import type { Workload } from './workload.ts';

/** A new profile of a browser until it has everything, and has it stored. */
export const initialPage: Workload = {
	name: 'initial-page',
	title: 'Initial sync into a browser',
	how: 'Chromium, IndexedDB, rows of ten fields; from opening the client in a new profile until the first rows can be read, and until all are stored; median of 5',
	who: 'ours',
	withinMs: 300_000,
	async run() {
		const figures: Figure[] = [];
		for await (const { records, firstMs, durableMs } of downloadsInPage([10_000, 100_000], 5)) {
			const said = records.toLocaleString('en');
			figures.push({ name: `${said} rows in IndexedDB`, value: durableMs, unit: 'ms' });
			figures.push({ name: `first of ${said} rows`, value: firstMs, unit: 'ms' });
			if (records === 100_000)
				figures.push({ name: 'values into IndexedDB', value: (records * 10) / (durableMs / 1000), unit: 'ops/s' });
		}
		return figures;
	},
};

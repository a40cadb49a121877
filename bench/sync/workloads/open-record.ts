import { inPage } from '../in-page.ts';
import { median } from '../latency.ts';
import type { Workload } from './workload.ts';

const records = 1_000;
const edits = 10_000;
const characters = 10_000;
const reloads = 9;

/** A record with a long history is opened like one that has none. */
export const openRecord: Workload = {
	name: 'open-record',
	title: 'A record that was edited often is opened',
	how: `Chromium, IndexedDB, ${records} notes, of which one was edited ${edits} times and had ${characters} characters typed into its document, ten at a time; the page is loaded anew ${reloads} times for each of two; from asking until it can be read and is subscribed to; document: until its text can be edited, Yjs being loaded; median`,
	who: 'ours',
	withinMs: 180_000,
	run: () =>
		inPage('record-page.mjs', async (page, load) => {
			await page.evaluate(`bench.fill(${JSON.stringify({ records, edits, characters })})`);
			const opened = { old: [] as Opened[], new: [] as Opened[] };
			for (let round = 0; round < reloads * 2; round++) {
				const which = round % 2 === 0 ? 'old' : 'new';
				await load();
				const one = (await page.evaluate(`bench.read('${which}')`)) as Opened;
				if (which === 'old' && (one.title !== `old ${edits}` || one.length !== characters))
					throw new Error(`“${one.title}” with ${one.length} characters came back from disk.`);
				opened[which].push(one);
			}
			const middle = (which: keyof typeof opened, of: (opened: Opened) => number) => median(opened[which].map(of));
			return [
				{ name: 'record', value: middle('old', ({ recordMs }) => recordMs), unit: 'ms' },
				{ name: 'one never edited', value: middle('new', ({ recordMs }) => recordMs), unit: 'ms' },
				{ name: 'document', value: middle('old', ({ documentMs }) => documentMs), unit: 'ms' },
				{ name: 'store before', value: middle('old', ({ storeMs }) => storeMs), unit: 'ms' },
			];
		}),
};

interface Opened {
	readonly storeMs: number;
	readonly recordMs: number;
	readonly title: string;
	readonly documentMs: number;
	readonly length: number;
}

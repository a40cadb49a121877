import { type Browser, chromium, type Page } from '@playwright/test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Issuer, newDevice, RawClient, startIssuer, startProcess } from '../infra/sync/testing.ts';
import type { Bench } from './bench.ts';
import { findBrowser } from './browser.ts';
import { built, fill, open } from './download.ts';
import { servePage } from './download-page.ts';
import { rows } from './download-rows.ts';

declare global {
	var follow: (socket: string, chunks: boolean, mark: string) => Promise<number>;
	var leave: () => Promise<void>;
}

const COUNT = 20_000;
/** What the browser calls a long task, ms. */
const LONG_MS = 50;

/** How long taking in many records keeps a page from answering: the longest tasks of its thread, while a list of all of them is on the screen. */
export const smooth: Bench = {
	name: 'Catching up with 20,000 rows of ten fields in a page that shows them',
	async run(report) {
		const home = await mkdtemp(join(tmpdir(), 'mana-smooth-'));
		const keys = await startIssuer();
		const target = { url: '' };
		const page = await servePage(keys, target, 'smooth');
		const issuer: Issuer = { ...keys, token: (person) => keys.token(person, { issuer: page.origin }) };
		const server = await startProcess(home, issuer, page.origin);
		target.url = server.url;
		const browser = await chromium.launch({
			executablePath: findBrowser(),
			args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
		});
		try {
			await fill(server.url, issuer, COUNT);
			await built(server.url, issuer, COUNT);
			const socket = `${server.url.replace('http', 'ws')}/socket`;
			const tell = (what: string, tasks: readonly number[], aim?: { readonly most: number }) => {
				const long = tasks.filter((ms) => ms > LONG_MS).length;
				report({
					name: `${what}, longest task`,
					value: tasks[0] ?? 0,
					unit: 'ms',
					...(aim && { aim }),
					note: `of processor time; ${long} above ${LONG_MS} ms, next ${tasks
						.slice(1, 4)
						.map((ms) => ms.toFixed(0))
						.join(', ')}`,
				});
			};
			const tabs: Page[] = [];
			for (const chunks of [true, false]) {
				const tab = await (await browser.newContext()).newPage();
				await tab.goto(page.origin);
				tell(
					`first, ${chunks ? 'by chunks' : 'by DELTA'}`,
					await tasksOf(browser, tab, () => followIn(tab, socket, chunks, 'person')),
					{ most: LONG_MS },
				);
				await tab.evaluate(() => leave());
				tabs.push(tab);
			}
			await changeAll(server.url, issuer);
			const [tab] = tabs;
			tell('opened again, all changed meanwhile', await tasksOf(browser, tab!, () => followIn(tab!, socket, true, 'again')));
		} finally {
			await browser.close();
			await server.kill();
			await page.stop();
			await keys.close();
			await rm(home, { recursive: true });
		}
	},
};

async function followIn(tab: Page, socket: string, chunks: boolean, mark: string): Promise<void> {
	const length = await tab.evaluate(([socket, chunks, mark]) => follow(socket, chunks, mark), [socket, chunks, mark] as const);
	if (length !== COUNT) throw new Error(`${length} rows where there are ${COUNT}.`);
}

/** Processor time of each task of a page's main thread while something goes on, the longest first, ms. */
async function tasksOf(browser: Browser, tab: Page, work: () => Promise<void>): Promise<number[]> {
	await browser.startTracing(tab, { categories: ['toplevel', '__metadata', 'disabled-by-default-devtools.timeline'] });
	await work();
	const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
		traceEvents: { name: string; pid: number; tid: number; tdur?: number; args: { name?: string } }[];
	};
	const mains = traceEvents.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain');
	const byThread = mains.map(({ pid, tid }) =>
		traceEvents.flatMap((event) =>
			event.pid === pid && event.tid === tid && event.name.endsWith('RunTask') ? [(event.tdur ?? 0) / 1000] : [],
		),
	);
	// Of the pages that are open only this one does anything.
	return byThread.flat().toSorted((a, b) => b - a);
}

/** Somebody else changes every row. */
async function changeAll(url: string, issuer: Issuer): Promise<void> {
	const { mana } = await open(url, issuer);
	const ids = mana.query(rows).rows.map(({ id }) => id);
	await mana.close();
	const field = rows.fields.owner.number;
	for (let at = 0; at < ids.length; at += 2_000) {
		const client = await RawClient.join(url, await issuer.token('ada'), newDevice());
		const ops = ids
			.slice(at, at + 2_000)
			.map((record) => ({ collection: rows.number, record, key: '', field, value: `again ${at}` }));
		await client.acked(client.write(...ops).n);
		client.close();
	}
}

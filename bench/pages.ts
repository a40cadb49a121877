import { type Browser, chromium } from '@playwright/test';
import { newDevice, newRecord, RawClient } from '../infra/sync/testing.ts';
import { tasks } from '../apps/todo/model.ts';
import { systemFields } from '@mana/model';
import { findBrowser } from './browser.ts';
import { type Bench, percentile } from './bench.ts';
import { signUpOwner, startStack, type Stack, tokenOf } from './stack.ts';

const many = 10_000;

/** What a browser downloads, and how long it takes until ten thousand tasks are on its screen. */
export const pages: Bench = {
	name: 'In the browser',
	async run(report) {
		const stack = await startStack();
		const browser = await chromium.launch({
			executablePath: findBrowser(),
			args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
		});
		try {
			report({
				name: 'first load of todo',
				value: await firstLoadKb(browser, stack),
				unit: 'kB',
				aim: { most: 120 },
				note: 'everything until the list is usable, gzip',
			});
			const cookie = await signUpOwner(stack);
			await fill(stack, await tokenOf(stack, cookie));
			const { initialMs, coldMs } = await manyTasks(browser, stack, cookie);
			report({
				name: `initial sync of ${many} tasks`,
				value: initialMs,
				unit: 'ms',
				note: 'new browser profile, navigation to first rows and whole list in memory',
			});
			report({
				name: `cold load of ${many} tasks, median of 5`,
				value: coldMs,
				unit: 'ms',
				note: 'reload from this device, navigation to first rows',
			});
		} finally {
			await browser.close();
			await stack.stop();
		}
	},
};

/** Every file that the page asks for until its first list stands, each fetched again as gzip. */
async function firstLoadKb(browser: Browser, stack: Stack): Promise<number> {
	const context = await browser.newContext({ serviceWorkers: 'block' });
	const page = await context.newPage();
	const asked = new Set<string>();
	page.on('request', (request) => asked.add(request.url()));
	await page.goto(`${stack.url}/todo`);
	await page.getByRole('button', { name: /guest/i }).click();
	await page.getByRole('textbox', { name: 'Add a task' }).first().waitFor();
	await context.close();
	let bytes = 0;
	for (const url of asked) {
		if (!url.startsWith(stack.url) || url.includes('/api/')) continue;
		const response = await fetch(url, { headers: { 'accept-encoding': 'gzip' }, decompress: false });
		bytes += (await response.arrayBuffer()).byteLength;
	}
	return bytes / 1000;
}

async function fill(stack: Stack, token: string): Promise<void> {
	const client = await RawClient.join(stack.direct('mana-sync'), token, newDevice());
	const { title, notes, dueDay, priority, position } = tasks.fields;
	for (let done = 0; done < many; done += 500) {
		const transaction = client.write(
			...Array.from({ length: 500 }, (_, index) => {
				const place = { collection: tasks.number, record: newRecord(), key: '' };
				return [
					{ ...place, field: systemFields.createdAt.number, value: Date.now() },
					{ ...place, field: title.number, value: `Task ${done + index}: water the plants in the hall` },
					{ ...place, field: notes.number, value: 'Not too much.' },
					{ ...place, field: dueDay.number, value: '2030-01-01' },
					{ ...place, field: priority.number, value: 'medium' },
					{ ...place, field: position.number, value: `a${String(done + index).padStart(6, '0')}1` },
				];
			}).flat(),
		);
		await client.acked(transaction.n);
	}
	client.close();
}

async function manyTasks(browser: Browser, stack: Stack, cookie: string): Promise<{ initialMs: number; coldMs: number }> {
	const context = await browser.newContext();
	const [name, value] = cookie.split('=') as [string, string];
	await context.addCookies([{ name, value, url: stack.url }]);
	const page = await context.newPage();
	const shown = async (): Promise<number> => {
		const began = performance.now();
		await page.goto(`${stack.url}/todo`);
		// The sidebar counts what the inbox holds: the number is there when every task is in memory.
		await page.getByRole('link', { name: new RegExp(`${many} tasks`) }).waitFor();
		await page.getByRole('row', { name: /Task 0:/ }).waitFor();
		return performance.now() - began;
	};
	const initialMs = await shown();
	await Bun.sleep(3000);
	const loads: number[] = [];
	for (let round = 0; round < 5; round++) loads.push(await shown());
	await context.close();
	return { initialMs, coldMs: percentile(loads, 0.5) };
}

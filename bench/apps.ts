import { type Browser, chromium, type Page } from '@playwright/test';
import { namedRecordId } from '@mana/model';
import { type Bench, percentile } from './bench.ts';
import { findBrowser } from './browser.ts';
import { signUpOwner, startStack, type Stack, tokenOf } from './stack.ts';
import { fillTasks } from './task-rows.ts';

const all = 50_000;
const listed = 10_000;
const PROJECTS = 40;

declare global {
	/** How long each key or press took until the screen showed what it did, in ms; what is quicker than 16 ms is not among them. */
	var interactions: number[];
	var frames: number[];
}

/** The apps with as much in them as somebody gathers in years, in a browser: what one waits for. */
export const apps: Bench = {
	name: 'Apps with years of data, in the browser',
	async run(report) {
		const stack = await startStack();
		const browser = await chromium.launch({
			executablePath: findBrowser(),
			args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
		});
		try {
			const cookie = await signUpOwner(stack);
			await fillTasks(stack, await tokenOf(stack, cookie), all, (index) =>
				index < listed ? null : namedRecordId(`bench project ${index % PROJECTS}`),
			);
			const page = await open(browser, stack, cookie);
			const loads: number[] = [];
			for (let round = 0; round < 5; round++) loads.push(await load(page, stack));
			report({
				name: `todo: ${listed} of ${all} tasks from disk, first row`,
				value: percentile(loads, 0.5),
				unit: 'ms',
				aim: { most: 100 },
				note: 'reload to first row, the page itself with it; median of 5',
			});
			report({ name: 'todo: a frame while scrolling, p95', value: await scroll(page), unit: 'ms', aim: { most: 50 } });
			report({
				name: 'todo: completing, p95',
				value: await complete(page),
				unit: 'ms',
				aim: { most: 50 },
				note: 'key to next paint, 20 times',
			});
			report({
				name: 'todo: a letter in the title, p95',
				value: await rename(page),
				unit: 'ms',
				aim: { most: 50 },
				note: 'key to next paint',
			});
			report({
				name: 'todo: a letter in the search, p95',
				value: await search(page, stack),
				unit: 'ms',
				aim: { most: 50 },
				note: 'key to next paint with what was found',
			});
		} finally {
			await browser.close();
			await stack.stop();
		}
	},
};

async function open(browser: Browser, stack: Stack, cookie: string): Promise<Page> {
	const context = await browser.newContext();
	const [name, value] = cookie.split('=') as [string, string];
	await context.addCookies([{ name, value, url: stack.url }]);
	await context.addInitScript(`
		globalThis.interactions = [];
		new PerformanceObserver((list) => {
			for (const { interactionId, duration } of list.getEntries()) if (interactionId) interactions.push(duration);
		}).observe({ type: 'event', durationThreshold: 16, buffered: true });
	`);
	const page = await context.newPage();
	await page.goto(`${stack.url}/todo`);
	// The sidebar counts what the inbox holds: the number is there when every task is in memory.
	await page.getByRole('link', { name: new RegExp(`${listed} tasks`) }).waitFor({ timeout: 120_000 });
	await page.getByRole('button', { name: 'Up to date' }).waitFor({ timeout: 120_000 });
	// What came is put on the disk behind the page's back.
	await Bun.sleep(5_000);
	return page;
}

async function load(page: Page, stack: Stack): Promise<number> {
	const began = performance.now();
	await page.goto(`${stack.url}/todo`);
	await page.getByRole('row', { name: /Task 0:/ }).waitFor();
	const ms = performance.now() - began;
	await page.getByRole('link', { name: new RegExp(`${listed} tasks`) }).waitFor();
	return ms;
}

async function scroll(page: Page): Promise<number> {
	await page.evaluate(`
		globalThis.frames = [];
		let last = performance.now();
		const frame = (now) => { frames.push(now - last); last = now; requestAnimationFrame(frame); };
		requestAnimationFrame(frame);
	`);
	await page.mouse.move(640, 500);
	for (let turn = 0; turn < 60; turn++) await page.mouse.wheel(0, 1_500);
	return percentile(await page.evaluate(() => globalThis.frames.slice(1)), 0.95);
}

async function complete(page: Page): Promise<number> {
	await page.mouse.wheel(0, -1_000_000);
	const first = page.getByRole('row').first();
	await first.waitFor();
	await first.focus();
	return timed(page, 20, () => page.keyboard.press('x'));
}

async function rename(page: Page): Promise<number> {
	await page.getByRole('row').first().focus();
	await page.keyboard.press('Enter');
	const title = page.getByRole('textbox', { name: 'Title' }).first();
	await title.focus();
	return timed(page, 30, (n) => page.keyboard.press('abcdefghij'[n % 10]!));
}

async function search(page: Page, stack: Stack): Promise<number> {
	await page.goto(`${stack.url}/todo/search`);
	await page
		.getByRole('searchbox')
		.or(page.getByRole('textbox', { name: /search/i }))
		.first()
		.focus();
	const words = 'task 4321: water plants';
	const p95 = await timed(page, words.length, (n) => page.keyboard.press(words[n] === ' ' ? 'Space' : words[n]!));
	await page
		.getByRole('row', { name: /Task 4321:/ })
		.first()
		.waitFor();
	return p95;
}

/** What the browser itself measured of interactions, each after the other was done; below its threshold of 16 ms it says nothing. */
async function timed(page: Page, count: number, press: (n: number) => Promise<void>): Promise<number> {
	await page.evaluate(() => void (globalThis.interactions = []));
	for (let n = 0; n < count; n++) {
		await press(n);
		await Bun.sleep(100);
	}
	const slow = await page.evaluate(() => globalThis.interactions);
	return percentile([...slow, ...Array.from({ length: Math.max(0, count - slow.length) }, () => 16)], 0.95);
}

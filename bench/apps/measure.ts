import type { Page } from '@playwright/test';

/**
 * How long each of several keys kept the person waiting, from the press to the next picture, in ms: what the browser itself measures (Event
 * Timing). It tells nothing of those below 16 ms, which count as 16.
 */
export async function interactions(page: Page, keys: readonly string[]): Promise<number[]> {
	await page.evaluate(`{
		globalThis.slow = new Map();
		globalThis.watch?.disconnect();
		globalThis.watch = new PerformanceObserver((list) => {
			for (const { interactionId, duration, startTime } of list.getEntries())
				if (interactionId) slow.set(interactionId, Math.max(slow.get(interactionId) ?? 0, duration));
		});
		globalThis.watch.observe({ type: 'event', durationThreshold: 16 });
	}`);
	for (const key of keys) await page.keyboard.press(key);
	await settled(page);
	const slow = await page.evaluate<number[]>('[...slow.values()]');
	return [...slow, ...Array.from({ length: Math.max(0, keys.length - slow.length) }, () => 16)];
}

/** Times between the pictures while a page scrolls, in ms. */
export async function frames(page: Page, steps: number, by: number): Promise<number[]> {
	await page.evaluate(`{
		globalThis.pictures = [];
		const draw = (at) => { pictures.push(at); if (globalThis.drawing) requestAnimationFrame(draw); };
		globalThis.drawing = true;
		requestAnimationFrame(draw);
	}`);
	for (let step = 0; step < steps; step++) await page.mouse.wheel(0, by);
	await settled(page);
	const at = await page.evaluate<number[]>('drawing = false, pictures');
	return at.slice(1).map((time, index) => time - at[index]!);
}

/**
 * How long the answer took to stand there after each of several keys, in ms: from the key to the picture with the last change of what the rows
 * in sight say. What changes besides, like the address a moment later or rows that a list makes ready beyond its edge, is nothing that one
 * waits for.
 */
export async function answers(page: Page, keys: readonly string[], rows: string): Promise<number[]> {
	const taken: number[] = [];
	for (const key of keys) {
		await page.evaluate(`{
			const inSight = (row) => { const { top, bottom } = row.getBoundingClientRect(); return bottom > 0 && top < innerHeight; };
			const rows = () => [...document.querySelectorAll(${JSON.stringify(rows)})].filter(inSight).map((row) => row.textContent).join('|');
			globalThis.typed = 0; globalThis.drawn = 0;
			let shown = rows();
			const look = () => {
				const now = rows();
				if (now !== shown) drawn = performance.now();
				shown = now;
			};
			addEventListener('keydown', ({ timeStamp }) => { typed = timeStamp; }, { once: true, capture: true });
			globalThis.changes?.disconnect();
			globalThis.changes = new MutationObserver(() => { if (typed) requestAnimationFrame(look); });
			changes.observe(document.querySelector('main'), { subtree: true, childList: true, characterData: true });
		}`);
		await page.keyboard.press(key === ' ' ? 'Space' : key);
		await settled(page);
		const took = await page.evaluate<number>('drawn - typed');
		if (took > 0) taken.push(took);
	}
	return taken;
}

/** When the page has nothing to do: three pictures in a row that took no longer than one lasts, and half a second at most between. */
async function settled(page: Page): Promise<void> {
	await page.evaluate(`new Promise((resolve) => {
		let calm = 0, last = performance.now();
		const look = () => {
			const now = performance.now();
			calm = now - last < 40 ? calm + 1 : 0;
			last = now;
			calm > 12 ? resolve() : requestAnimationFrame(look);
		};
		requestAnimationFrame(look);
	})`);
}

/** How long after the beginning of its load a page shows what a selector means, in ms by the page's own clock. */
export async function loaded(page: Page, url: string, selector: string): Promise<number> {
	await page.goto(url, { waitUntil: 'commit' });
	return page.evaluate<number>(`new Promise((resolve) => {
		const look = () => document.querySelector(${JSON.stringify(selector)}) ? resolve(performance.now()) : requestAnimationFrame(look);
		look();
	})`);
}

/** How long it takes from a press on a link within the page until what it leads to is drawn, in ms. */
export async function opened(page: Page, link: string, selector: string): Promise<number> {
	return page.evaluate<number>(`new Promise((resolve) => {
		const began = performance.now();
		document.querySelector(${JSON.stringify(link)}).click();
		const look = () => document.querySelector(${JSON.stringify(selector)}) ? requestAnimationFrame(() => resolve(performance.now() - began)) : requestAnimationFrame(look);
		look();
	})`);
}

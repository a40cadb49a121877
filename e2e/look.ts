import type { Download, Page } from '@playwright/test';
import { stillness } from './stillness.ts';

/** For whoever works on a screen: pictures in the folder `MANA_LOOK`, light and dark, wide and narrow. Does nothing without it. */
export async function look(page: Page, name: string): Promise<void> {
	const folder = process.env['MANA_LOOK'];
	if (!folder) return;
	const size = page.viewportSize();
	for (const colorScheme of ['light', 'dark'] as const)
		for (const width of [1280, 390]) {
			await page.emulateMedia({ colorScheme });
			await page.setViewportSize({ width, height: 900 });
			await stillness(page);
			await page.screenshot({ path: `${folder}/${name}-${colorScheme}-${width}.png`, fullPage: true });
		}
	await page.emulateMedia({ colorScheme: 'light' });
	if (size) await page.setViewportSize(size);
}

/** What a page gave as a file: the next one after this is called. */
export async function savedBy(page: Page, press: () => Promise<void>): Promise<Saved> {
	const waiting = page.waitForEvent('download');
	await press();
	const download: Download = await waiting;
	const parts: Uint8Array[] = [];
	for await (const part of await download.createReadStream()) parts.push(part as Uint8Array);
	const bytes = Buffer.concat(parts);
	return { name: download.suggestedFilename(), bytes, text: bytes.toString('utf8') };
}

interface Saved {
	readonly name: string;
	readonly bytes: Uint8Array;
	readonly text: string;
}

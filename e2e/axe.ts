import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { stillness } from './stillness.ts';

/** Proves that axe finds no fault in what the page shows, once nothing fades any more. @param name of what is shown */
export async function faultless(page: Page, name: string): Promise<void> {
	await isClean(page, new AxeBuilder({ page }), name);
}

/**
 * Proves that what the page shows can be read in the dark, too, and leaves the page in the light. The markup is the same; only colours are
 * others, so that axe has one rule to look by.
 */
export async function faultlessInTheDark(page: Page, name: string): Promise<void> {
	await page.emulateMedia({ colorScheme: 'dark' });
	await isClean(page, new AxeBuilder({ page }).withRules('color-contrast'), `${name}, dark`);
	await page.emulateMedia({ colorScheme: 'light' });
}

async function isClean(page: Page, axe: AxeBuilder, name: string): Promise<void> {
	await stillness(page);
	// Without frames of others there is nothing to put together in a page of its own, which takes longer than looking.
	const { violations, passes } = await axe.setLegacyMode().analyze();
	const found = violations.map(({ id, help, nodes }) => ({
		id,
		help,
		where: nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`),
	}));
	expect(found, `what axe finds on "${name}"`).toEqual([]);
	expect(passes.length, `rules that axe applied to "${name}"`).toBeGreaterThan(0);
}

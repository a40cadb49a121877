import { defineConfig } from '@playwright/test';
import { chromiumArgs } from './chromium.ts';

/** Tests through a real browser against a whole Mana that each file starts for itself. `MANA_CHROMIUM` names the browser. */
export default defineConfig({
	testDir: '.',
	testMatch: '*.e2e.ts',
	outputDir: '../test-results',
	workers: 2,
	retries: 0,
	timeout: 300_000,
	// Patience, not a goal: what holds is seen at once, and a machine that does much else may take long over anything.
	expect: { timeout: 30_000 },
	reporter: [['list']],
	use: {
		actionTimeout: 30_000,
		navigationTimeout: 30_000,
		locale: 'en-GB',
		timezoneId: 'Europe/Berlin',
		// A trace of every step costs a fifth of the whole run: ask for one with `node test.mjs e2e NAME --trace retain-on-failure`.
		screenshot: 'only-on-failure',
		// Fetching all of Mana for use without a network is nearly half of what a new profile costs: who goes offline asks for it (`keeping`).
		serviceWorkers: 'block',
		launchOptions: {
			...(process.env['MANA_CHROMIUM'] ? { executablePath: process.env['MANA_CHROMIUM'] } : {}),
			args: [...chromiumArgs],
		},
	},
});

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromiumSwitches } from '@mana/sync/client/browser/chromium';

const playwright = createRequire(createRequire(import.meta.url).resolve('@playwright/test')).resolve(
	'playwright-core/lib/coreBundle',
);

/** What every Chromium of the end-to-end tests is started with. */
export const chromiumArgs = chromiumSwitches(readFileSync(playwright, 'utf8'));

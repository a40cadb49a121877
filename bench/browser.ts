import { existsSync } from 'node:fs';
import { chromium } from '@playwright/test';

/** The browser to measure with: what `MANA_CHROMIUM` names, Debian's, or the one that Playwright has installed. @throws when there is none */
export function findBrowser(): string {
	const found = [process.env['MANA_CHROMIUM'], '/usr/bin/chromium', chromium.executablePath()].find(
		(path) => path && existsSync(path),
	);
	if (!found) throw new Error('No Chromium. Run npm test once, which installs one, or name one in MANA_CHROMIUM.');
	return found;
}

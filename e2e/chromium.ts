import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Panels of the address bar that a window loads in advance, each in a process of its own: two thirds of what an empty window costs. */
const panels = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup'];

/** What every Chromium of the end-to-end tests is started with. */
export const chromiumArgs: readonly string[] = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
	// Of several such switches the last one holds, so this one says again what Playwright wants.
	`--disable-features=${[...disabledByPlaywright(), ...panels].join(',')}`,
];

/** The features that Playwright starts Chromium without. It exports them nowhere. */
function disabledByPlaywright(): string[] {
	const bundle = createRequire(createRequire(import.meta.url).resolve('@playwright/test')).resolve(
		'playwright-core/lib/coreBundle',
	);
	const [, list] = /\bdisabledFeatures = \[([^\]]*)\]/.exec(readFileSync(bundle, 'utf8')) ?? [];
	const features = [...(list ?? '').matchAll(/"(\w+)"/g)].map(([, name]) => name!);
	if (features.length === 0)
		throw new Error('Playwright does not say any more which features it disables: read how "chromiumSwitches" does it now.');
	return features;
}

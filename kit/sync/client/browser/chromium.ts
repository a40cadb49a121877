/** Panels of the address bar that a window loads in advance, each in a process of its own: two thirds of what an empty window costs. */
const panels = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup'];

/**
 * What a Chromium that tests look into is started with.
 *
 * @param playwright the text of `playwright-core/lib/coreBundle`: it says which features Playwright disables, and exports them nowhere
 * @throws when it does not say so any more
 */
export function chromiumSwitches(playwright: string): readonly string[] {
	const [, list] = /\bdisabledFeatures = \[([^\]]*)\]/.exec(playwright) ?? [];
	const features = [...(list ?? '').matchAll(/"(\w+)"/g)].map(([, name]) => name!);
	if (features.length === 0)
		throw new Error('Playwright does not say any more which features it disables: read how "chromiumSwitches" does it now.');
	return [
		'--no-sandbox',
		'--disable-gpu',
		'--disable-quic',
		'--no-first-run',
		'--disable-background-networking',
		'--disable-component-update',
		'--disable-sync',
		// Of several such switches the last one holds, so this one says again what Playwright wants.
		`--disable-features=${[...features, ...panels].join(',')}`,
	];
}

/** What the system offers for the icon of an installed app (W3C Badging API); nothing where it has no such icons. */
export type BadgeSystem = Partial<Pick<Navigator, 'setAppBadge' | 'clearAppBadge'>>;

/** The cache in which the last number waits for the service worker, which has no other way to know it while no page is open. */
const keptName = 'mana-badge';
const keptPath = '/badge';

/**
 * Shows on the installed app's icon how much is unread, and keeps the number for `countUp`.
 *
 * @throws what the system says other than that it has no icon for this page
 */
export async function showBadge(count: number, system: BadgeSystem, kept: CacheStorage): Promise<void> {
	if (!system.setAppBadge || !system.clearAppBadge) return;
	const cache = await kept.open(keptName);
	await cache.put(keptPath, Response.json(count));
	try {
		await (count === 0 ? system.clearAppBadge() : system.setAppBadge(count));
	} catch (problem) {
		// A browser tab has no icon; the system says so in this way.
		if (!(problem instanceof DOMException)) throw problem;
	}
}

/** One more is unread, and no page is open that would count: the service worker does. */
export async function countUp(system: BadgeSystem, kept: CacheStorage): Promise<void> {
	const before = await kept.match(keptPath, { cacheName: keptName });
	await showBadge((before ? Number(await before.json()) : 0) + 1, system, kept);
}

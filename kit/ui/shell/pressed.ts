import type { MessageAct } from '@mana/schema';

/** A button of a notification that was pressed: kept by the service worker, done by a page. */
export interface Pressed {
	readonly act: MessageAct;
	/** The record in the inbox. */
	readonly about: string;
	/** ms since 1970 */
	readonly at: number;
}

/** The cache in which the service worker leaves what was pressed. */
export const pressedName = 'mana-pressed';
/** What nobody did for so long (nobody was signed in) is not done any more, in ms. */
const STALE_MS = 15 * 60_000;

/** Where in that cache it lies. */
export function pressedPath({ act, about }: Pressed): string {
	return `/pressed/${act}/${encodeURIComponent(about)}`;
}

/** Takes everything that was pressed out of the cache: whoever gets it does it. */
export async function takePressed(now: number): Promise<Pressed[]> {
	if (!('caches' in globalThis) || !(await caches.has(pressedName))) return [];
	const cache = await caches.open(pressedName);
	const taken: Pressed[] = [];
	for (const request of await cache.keys()) {
		const kept = await cache.match(request);
		// Another tab was quicker.
		if (!kept || !(await cache.delete(request))) continue;
		const pressed = (await kept.json()) as Pressed;
		if (now - pressed.at <= STALE_MS) taken.push(pressed);
	}
	return taken;
}

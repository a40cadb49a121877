import { type Handed, handedFrom } from './handed.ts';

/** The cache in which the service worker leaves it for the page: also with files, and also while somebody signs in. */
const handedName = 'mana-handed';
const handedPath = '/handed';
/** What nobody took for so long is not taken any more, in ms. */
const STALE_MS = 15 * 60_000;
const whenHeader = 'mana-handed-at';

/** Leaves for the page what came; it takes the place of what nobody took. */
export async function leaveHanded(form: FormData, now: number): Promise<void> {
	const cache = await caches.open(handedName);
	const left = new Response(form);
	// Beside the header with the boundary between the parts, which browsers wrote by themselves.
	left.headers.set(whenHeader, String(now));
	await cache.put(handedPath, left);
}

/** Takes what was left: whoever gets it has it, the next one gets `null`. */
export async function takeHanded(now: number): Promise<Handed | null> {
	if (!('caches' in globalThis) || !(await caches.has(handedName))) return null;
	const left = await caches.match(handedPath, { cacheName: handedName });
	if (!left) return null;
	const form = await left.formData();
	// Otherwise another tab was quicker.
	const isOurs = await caches.delete(handedName);
	return isOurs && now - Number(left.headers.get(whenHeader)) <= STALE_MS ? handedFrom(form) : null;
}

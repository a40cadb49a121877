import { notifyApi, type Way } from './notify-api.ts';

/**
 * Asks for permission, subscribes this browser and tells mana-notify.
 *
 * @param label how the person knows this device; @returns `null` when they said no
 * @throws DOMException when the browser's push service does not answer; AuthProblem when mana-notify does not
 */
export async function subscribe(label: string): Promise<Way | null> {
	if ((await Notification.requestPermission()) !== 'granted') return null;
	const { key } = await notifyApi.pushKey();
	const registration = await navigator.serviceWorker.ready;
	const options = { userVisibleOnly: true, applicationServerKey: key };
	const subscription = await registration.pushManager.subscribe(options);
	const { endpoint, keys } = subscription.toJSON();
	try {
		return await notifyApi.add({
			kind: 'push',
			label,
			target: { endpoint, keys: { p256dh: keys?.['p256dh'], auth: keys?.['auth'] } },
		});
	} catch (problem) {
		// Nobody knows of it, so it would lie there for nothing.
		await subscription.unsubscribe();
		throw problem;
	}
}

/** Ends this browser's subscription. @param ways the person's, of which this browser's is removed, too */
export async function unsubscribe(ways: readonly Way[]): Promise<void> {
	const registration = await navigator.serviceWorker.getRegistration();
	const subscription = await registration?.pushManager.getSubscription();
	await subscription?.unsubscribe();
	const own = ownWay(ways);
	if (own) await notifyApi.remove(own);
	localStorage.removeItem(ownKey);
}

const ownKey = 'mana.push';

/** Remembers which of the ways is this browser. */
export function rememberOwn(way: Way): void {
	localStorage.setItem(ownKey, way.id);
}

/** The id of this browser's way, while mana-notify has it. */
export function ownWay(ways: readonly Way[]): string | null {
	const kept = localStorage.getItem(ownKey);
	return ways.find(({ id }) => id === kept)?.id ?? null;
}

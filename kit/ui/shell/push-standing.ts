/** Whether this browser can be told something while Mana is closed, and if not, what is missing. */
export type PushStanding = 'off' | 'on' | 'denied' | 'insecure' | 'ios' | 'unsupported' | 'waits';

/** What the browser says, before anybody is asked. */
export async function pushStanding(): Promise<PushStanding> {
	if (!globalThis.isSecureContext) return 'insecure';
	if (!('serviceWorker' in navigator)) return 'unsupported';
	// iPhones and iPads know pushes only in what was added to the home screen.
	if (!('PushManager' in globalThis)) return /iPhone|iPad|Macintosh.*Mobile/.test(navigator.userAgent) ? 'ios' : 'unsupported';
	if (Notification.permission === 'denied') return 'denied';
	const registration = await navigator.serviceWorker.getRegistration();
	if (!registration?.active) return 'waits';
	return (await registration.pushManager.getSubscription()) === null ? 'off' : 'on';
}

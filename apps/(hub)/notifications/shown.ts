/** Takes what the browser shows away when it was read or thrown away elsewhere. @param open names of what is still unread */
export async function closeShown(open: ReadonlySet<string>): Promise<void> {
	if (!('serviceWorker' in navigator) || !('Notification' in globalThis)) return;
	const registration = await navigator.serviceWorker.getRegistration();
	for (const shown of (await registration?.getNotifications()) ?? []) if (shown.tag !== '' && !open.has(shown.tag)) shown.close();
}

/** Shows on the installed app's icon how much is unread, where the system can. */
export async function showBadge(count: number): Promise<void> {
	if (!('setAppBadge' in navigator)) return;
	try {
		await (count === 0 ? navigator.clearAppBadge() : navigator.setAppBadge(count));
	} catch (problem) {
		// A browser tab has no icon; the system says so in this way.
		if (!(problem instanceof DOMException)) throw problem;
	}
}

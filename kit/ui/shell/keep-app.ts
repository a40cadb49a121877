/** Tells the worker which app is open, so that it is kept for offline use. */
export function keepApp(app: string): void {
	if (import.meta.env.DEV || !('serviceWorker' in navigator)) return;
	void navigator.serviceWorker.ready.then((registration) => registration.active?.postMessage({ kind: 'keep', app }));
}

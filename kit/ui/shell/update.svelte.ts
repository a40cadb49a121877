import { m } from '../i18n/index.ts';
import { toast } from './toasts.svelte.ts';

const hourMs = 3_600_000;

/**
 * Registers the service worker and tells when a newer Mana waits. It takes over only when the person says so; what they typed is in the
 * store by then, and the page comes back at the same address.
 */
export function watchForUpdates(): void {
	if (import.meta.env.DEV || !('serviceWorker' in navigator)) return;
	const hadOne = navigator.serviceWorker.controller !== null;
	let reloading = false;
	navigator.serviceWorker.addEventListener('controllerchange', () => {
		// The first worker takes over a page that needs no reload.
		if (!hadOne || reloading) return;
		reloading = true;
		location.reload();
	});
	navigator.serviceWorker.register('/service-worker.js').then(
		(registration) => {
			if (registration.waiting) offer(registration.waiting);
			registration.addEventListener('updatefound', () => {
				const worker = registration.installing;
				worker?.addEventListener('statechange', () => {
					if (worker.state === 'installed' && navigator.serviceWorker.controller) offer(worker);
				});
			});
			const look = () => void registration.update().catch(ignoreOffline);
			setInterval(look, hourMs);
			document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && look());
		},
		(problem: unknown) => console.warn('Mana will not work offline here:', problem),
	);
}

/** Tells the worker which app is open, so that it is kept for offline use. */
export function keepApp(app: string): void {
	if (import.meta.env.DEV || !('serviceWorker' in navigator)) return;
	void navigator.serviceWorker.ready.then((registration) => registration.active?.postMessage({ kind: 'keep', app }));
}

function offer(worker: ServiceWorker): void {
	toast({
		text: m.update_ready(),
		durationMs: 0,
		action: {
			label: m.update_reload(),
			run: () => worker.postMessage({ kind: 'take-over' }), // oxlint-disable-line unicorn/require-post-message-target-origin -- that is for windows
		},
	});
}

/** Looking for an update while offline finds none, and that is all it means. */
function ignoreOffline(problem: unknown): void {
	if (navigator.onLine) console.warn('Could not look for a newer Mana:', problem);
}

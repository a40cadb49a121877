import { m } from '../i18n/index.ts';
import { toast } from './toasts.svelte.ts';

const hourMs = 3_600_000;

/** The person of this tab said "reload to update". */
let asked = false;

/**
 * Registers the service worker and tells when a newer Mana waits. It takes over only when the person says so; what they wrote is in the
 * store by then, and the page comes back at the same address. Other tabs go on with the build they began with until they are told to.
 */
export function watchForUpdates(): void {
	if (import.meta.env.DEV || !('serviceWorker' in navigator)) return;
	let controlled = navigator.serviceWorker.controller !== null;
	navigator.serviceWorker.addEventListener('controllerchange', () => {
		if (asked) location.reload();
		// The very first worker takes over a page that is of the same build.
		else if (controlled) offer(() => location.reload());
		controlled = true;
	});
	navigator.serviceWorker.register('/service-worker.js').then(
		(registration) => {
			if (registration.waiting) offerTakeOver(registration.waiting);
			if (registration.installing) follow(registration.installing);
			registration.addEventListener('updatefound', () => registration.installing && follow(registration.installing));
			const look = () => void registration.update().catch(ignoreOffline);
			setInterval(look, hourMs);
			document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && look());
		},
		(problem: unknown) => console.warn('Mana will not work offline here:', problem),
	);
}

/** Loads the newest pages that the server has, and what is open with them; without a service worker, or a newer one, it loads the page anew. */
export async function loadNewest(): Promise<void> {
	const registration = await navigator.serviceWorker?.getRegistration();
	await registration?.update().catch(ignoreOffline);
	const next = registration?.installing ?? registration?.waiting;
	if (!next) return location.reload();
	if (next.state === 'installed') return takeOver(next);
	next.addEventListener('statechange', () => {
		if (next.state === 'installed') takeOver(next);
		if (next.state === 'redundant') location.reload();
	});
}

/** Tells of every write that did not come about since these pages are too old for it, whoever wanted it. */
export function watchForOutdated(): void {
	const tell = (event: Event, problem: unknown): void => {
		if (!(problem instanceof Error) || problem.name !== 'Outdated') return;
		event.preventDefault();
		toast({
			text: m.sync_outdated_write(),
			tone: 'danger',
			action: { label: m.update_reload(), run: () => void loadNewest() },
		});
	};
	addEventListener('error', (event) => tell(event, event.error));
	addEventListener('unhandledrejection', (event) => tell(event, event.reason));
}

function follow(worker: ServiceWorker): void {
	worker.addEventListener('statechange', () => {
		if (worker.state === 'installed' && navigator.serviceWorker.controller) offerTakeOver(worker);
	});
}

function offerTakeOver(worker: ServiceWorker): void {
	offer(() => takeOver(worker));
}

function takeOver(worker: ServiceWorker): void {
	asked = true;
	worker.postMessage({ kind: 'take-over' }); // oxlint-disable-line unicorn/require-post-message-target-origin -- that is for windows
}

function offer(reload: () => void): void {
	takeAway();
	takeAway = toast({ text: m.update_ready(), durationMs: 0, action: { label: m.update_reload(), run: reload } });
}

/** Takes the offer away that is shown, so that there is one. */
let takeAway: () => void = () => undefined;

/** Looking for an update while offline finds none, and that is all it means. */
function ignoreOffline(problem: unknown): void {
	if (navigator.onLine) console.warn('Could not look for a newer Mana:', problem);
}

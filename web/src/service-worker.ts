/// <reference no-default-lib="true"/>
/// <reference lib="esnext" />
/// <reference lib="webworker" />
import { version } from '$app/env';
import { countUp } from '@mana/ui/shell/app-badge';
import { isSharePath } from '@mana/ui/shell/handed';
import { leaveHanded } from '@mana/ui/shell/handed-store';
import { pressedName, type Pressed, pressedPath } from '@mana/ui/shell/pressed';
import { isAct, pageOf, readPush } from './push.ts';

/** What the build says belongs to what (see web/offline.ts). */
interface OfflineFiles {
	readonly version: string;
	readonly shell: readonly string[];
	readonly apps: Readonly<Record<string, readonly string[]>>;
}

const worker = globalThis.self as unknown as ServiceWorkerGlobalScope;
const prefix = 'mana-build-';
const cacheName = prefix + version;
/** Remembers over builds which apps were opened. */
const keptName = 'mana-kept';
const listPath = '/offline.json';

worker.addEventListener('install', (event) => event.waitUntil(install()));
worker.addEventListener('activate', (event) => event.waitUntil(activate()));
worker.addEventListener('fetch', (event) => {
	const { request } = event;
	const url = new URL(request.url);
	if (url.origin !== worker.location.origin) return;
	if (request.method === 'POST' && isSharePath(url.pathname)) return event.respondWith(handedOver(request));
	if (request.method !== 'GET') return;
	if (url.pathname.startsWith('/api/') || url.pathname.startsWith('/health/') || url.pathname === listPath) return;
	if (request.mode === 'navigate') event.respondWith(page(request));
	else event.respondWith(file(request));
});
worker.addEventListener('message', (event) => {
	const message = event.data as { kind?: string; app?: string };
	// The person said "reload to update".
	if (message.kind === 'take-over') event.waitUntil(worker.skipWaiting());
	if (message.kind === 'keep' && typeof message.app === 'string') event.waitUntil(keep(message.app));
});

worker.addEventListener('push', (event) => event.waitUntil(told(event.data?.text() ?? '')));
worker.addEventListener('notificationclick', (event) => {
	const { notification, action } = event;
	notification.close();
	event.waitUntil(
		isAct(action) ? press({ act: action, about: notification.tag, at: Date.now() }) : open(notification.data as string),
	);
});

/** What is shown after what came before is. */
let turn: Promise<unknown> = Promise.resolve();
/** What this worker has counted: its own list of what is shown lags behind. */
const counted = new Set<string>();

/** Shows what came, one after another. */
function told(text: string): Promise<void> {
	const shown = turn.then(() => show(text));
	turn = shown.catch(() => undefined); // whoever waits for this one hears of it
	return shown;
}

/** Browsers want every push to show something. */
async function show(text: string): Promise<void> {
	const push = readPush(text);
	const pages = await worker.clients.matchAll({ type: 'window' });
	const shown = await worker.registration.getNotifications({ tag: push?.id ?? '' });
	// A page that is open counts what is in the inbox.
	const isNew = shown.length === 0 && !(push && counted.has(push.id));
	if (pages.length === 0 && isNew) await countUp(worker.navigator, caches);
	if (push) counted.add(push.id);
	await worker.registration.showNotification(push?.title ?? 'Mana', {
		body: push?.text ?? '',
		tag: push?.id ?? '',
		...(push && push.acts.length > 0 && { actions: push.acts.map(({ act, label }) => ({ action: act, title: label })) }),
		icon: '/icon-192.png',
		badge: '/icon-192.png',
		data: pageOf(push?.link ?? null, worker.location.origin),
	});
}

/**
 * A button of a notification: the page does it, since it has the data, also offline, and says so with a way back. It is kept where pages find it, so
 * that it is done even if no page is open yet, and by one page only.
 */
async function press(pressed: Pressed): Promise<void> {
	const cache = await caches.open(pressedName);
	await cache.put(pressedPath(pressed), Response.json(pressed));
	const windows = await worker.clients.matchAll({ type: 'window' });
	const [seen] = windows.toSorted((a, b) => Number(b.focused) - Number(a.focused));
	if (!seen) return void (await worker.clients.openWindow('/notifications'));
	// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a client is of this origin, and takes none to name
	seen.postMessage({ kind: 'pressed' });
	// Not every browser lets a window come to the front now; it is done all the same.
	await seen.focus().catch(() => undefined);
}

/** Goes to a page in a window that is open, or in a new one. */
async function open(page: string): Promise<void> {
	const windows = await worker.clients.matchAll({ type: 'window' });
	const [seen] = windows.toSorted((a, b) => Number(b.focused) - Number(a.focused));
	// A window that another worker still serves cannot be led anywhere.
	const led = await seen?.navigate(page).catch(() => null);
	await (led ? led.focus() : worker.clients.openWindow(page));
}

/** Something was shared with Mana: it waits here, whatever is in the way, until a page takes it. Nothing is added without a person saying so there. */
async function handedOver(request: Request): Promise<Response> {
	await leaveHanded(await request.formData(), Date.now());
	return Response.redirect(request.url, 303);
}

async function install(): Promise<void> {
	const answer = await fetch(listPath, { cache: 'no-store' });
	const list = (await answer.clone().json()) as OfflineFiles;
	// A newer build is being put in place this very moment: the next look for updates finds its worker.
	if (list.version !== version) throw new Error(`The files are of build ${list.version}, this worker is of ${version}.`);
	const cache = await caches.open(cacheName);
	await cache.put(listPath, answer);
	const apps = (await kept()).flatMap((app) => list.apps[app] ?? []);
	await cache.addAll([...new Set([...list.shell, ...apps])].map(fresh));
}

async function activate(): Promise<void> {
	// The build before this one stays: a tab that still runs it may fetch the rest of its files.
	const builds = (await caches.keys()).filter((name) => name.startsWith(prefix) && name !== cacheName);
	await Promise.all(builds.slice(0, -1).map((name) => caches.delete(name)));
	await worker.clients.claim();
}

async function keep(app: string): Promise<void> {
	const cache = await caches.open(cacheName);
	const list = (await (await cache.match(listPath))?.json()) as OfflineFiles | undefined;
	const files = list?.apps[app];
	if (!files) return;
	const apps = new Set([...(await kept()), app]);
	await (await caches.open(keptName)).put('/kept', Response.json([...apps]));
	const missing = [];
	for (const path of files) if (!(await cache.match(path))) missing.push(path);
	await cache.addAll(missing.map(fresh));
}

async function kept(): Promise<string[]> {
	const answer = await caches.match('/kept', { cacheName: keptName });
	return answer ? ((await answer.json()) as string[]) : [];
}

/** Every address is the same page, of the build that this worker belongs to. */
async function page(request: Request): Promise<Response> {
	return (await caches.match('/index.html', { cacheName })) ?? fetch(request);
}

async function file(request: Request): Promise<Response> {
	return (await caches.match(request, { cacheName })) ?? (await caches.match(request)) ?? fetch(request);
}

/** Files with a hash in their name may come from the browser's cache, the others must be this build's. */
function fresh(path: string): Request {
	return new Request(path, { cache: path.includes('/immutable/') ? 'default' : 'no-cache' });
}

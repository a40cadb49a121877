import { webEnvironment } from '../environment.ts';
import { SignedOut, type Token } from '../link.ts';
import { memoryNotes } from '../memory-notes.ts';
import type { Platform } from '../platform.ts';
import type { Channel, Locks, TabMessage } from '../tabs.ts';
import { deleteIndexedDb, openIndexedDb } from './indexeddb.ts';

/** Doors of the services on the page's own origin; the others are in `network.ts`. */
const TOKEN = '/api/mana-auth/token';
const SPACES = '/api/mana-sync/spaces';

/** The browser's clock, disk, tabs and network. Only this file and its neighbours know global names. */
export function browserPlatform(): Platform {
	const env = webEnvironment();
	return {
		env,
		locks: navigator.locks ? webLocks(navigator.locks) : freeForAll,
		network: async () => (await import('./network.ts')).browserNetwork(env, SPACES),
		token: fetchToken,
		spacesUrl: SPACES,
		notes: safeNotes(),
		openDisk: (name) => openIndexedDb(name),
		deleteDisk: deleteIndexedDb,
		channel: broadcast,
		persist: () => void navigator.storage?.persist?.().catch(report),
		async storage() {
			const { usage = 0, quota = Infinity } = (await navigator.storage?.estimate?.()) ?? {};
			return { usedBytes: usage, quotaBytes: quota };
		},
		onWake,
		onLeave,
		report,
	};
}

/** A line among tabs over BroadcastChannel. */
export function broadcast(name: string): Channel {
	const channel = new BroadcastChannel(name);
	let heard: (message: TabMessage) => void = () => undefined;
	channel.addEventListener('message', ({ data }) => heard(data as TabMessage));
	return {
		post: (message) => channel.postMessage(message), // oxlint-disable-line unicorn/require-post-message-target-origin -- that is for windows
		listen: (listener) => {
			heard = listener;
		},
		close: () => channel.close(),
	};
}

function webLocks(locks: LockManager): Locks {
	return {
		hold(name, signal, work) {
			locks.request(name, { signal }, work).catch((error: unknown) => {
				if (!signal.aborted) report(error);
			});
		},
	};
}

/** Without the lock manager (plain HTTP) every tab leads: wasteful, but numbers and merges make it harmless. */
const freeForAll: Locks = {
	hold: (_name, _signal, work) => void work().catch(report),
};

async function fetchToken(): Promise<Token> {
	const response = await fetch(TOKEN, { method: 'POST', cache: 'no-store' });
	if (response.status === 401) throw new SignedOut();
	if (!response.ok) throw new Error(`No token: ${response.status}.`);
	const { token, expiresAt } = (await response.json()) as { token: string; expiresAt: number | string };
	return { token, expiresAt: new Date(expiresAt).getTime() };
}

/** Local storage, or what ends with the page where it is forbidden. */
function safeNotes(): Platform['notes'] {
	try {
		localStorage.getItem('');
		return {
			getItem: (name) => localStorage.getItem(name),
			setItem: (name, value) => localStorage.setItem(name, value),
			removeItem: (name) => localStorage.removeItem(name),
			names: () => Object.keys(localStorage),
		};
	} catch (error) {
		report(error);
		return memoryNotes();
	}
}

function onWake(wake: () => void): () => void {
	const visible = () => {
		if (document.visibilityState === 'visible') wake();
	};
	addEventListener('online', wake);
	addEventListener('pageshow', wake);
	document.addEventListener('visibilitychange', visible);
	return () => {
		removeEventListener('online', wake);
		removeEventListener('pageshow', wake);
		document.removeEventListener('visibilitychange', visible);
	};
}

function onLeave(leave: () => void): () => void {
	const hidden = () => {
		if (document.visibilityState === 'hidden') leave();
	};
	addEventListener('pagehide', leave);
	document.addEventListener('visibilitychange', hidden); // the last that a phone tells
	return () => {
		removeEventListener('pagehide', leave);
		document.removeEventListener('visibilitychange', hidden);
	};
}

function report(error: unknown): void {
	console.error('Mana:', error);
}

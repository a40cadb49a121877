import type { Page } from '@playwright/test';

/** Where a name (of a space, of an account) or one of the words stands in everything that the browser stores for this Mana. */
export function traces(page: Page, name: string, ...words: string[]): Promise<string[]> {
	return page.evaluate<string[]>(`(${findTraces})(${JSON.stringify(name)}, ${JSON.stringify(words)})`);
}

/** How many rows of an area (`files`, `outbox`) lie on the disk of a device. */
export function countStored(page: Page, area: string): Promise<number> {
	return page.evaluate<number>(`(${countRows})(${JSON.stringify(area)})`);
}

/** Runs in the page. */
const countRows = `async (area) => {
	const done = (request) => new Promise((resolve, reject) => {
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error);
	});
	let count = 0;
	for (const { name } of await indexedDB.databases()) {
		const db = await done(indexedDB.open(name));
		if (db.objectStoreNames.contains(area)) count += await done(db.transaction(area).objectStore(area).count());
		db.close();
	}
	return count;
}`;

/** Runs in the page. */
const findTraces = `async (name, words) => {
	const done = (request) => new Promise((resolve, reject) => {
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error);
	});
	const textOf = (value) => value instanceof Uint8Array
		? new TextDecoder().decode(value)
		: value !== null && typeof value === 'object' ? Object.values(value).map(textOf).join(' ') : String(value);
	const found = [];
	for (const { name: database } of await indexedDB.databases()) {
		const db = await done(indexedDB.open(database));
		for (const area of db.objectStoreNames) {
			const store = db.transaction(area).objectStore(area);
			const [keys, values] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
			for (const [i, key] of keys.entries())
				if (String(key).startsWith(name) || words.some((word) => textOf(values[i]).includes(word))) found.push(database + ' ' + area + ' ' + key);
		}
		db.close();
	}
	const mentions = (text) => text.includes(name) || words.some((word) => text.includes(word));
	for (const storage of [localStorage, sessionStorage])
		for (const [key, value] of Object.entries(storage)) if (mentions(key + ' ' + value)) found.push('storage ' + key);
	for (const cached of await caches.keys()) {
		const cache = await caches.open(cached);
		for (const request of await cache.keys())
			if (mentions(request.url + ' ' + await (await cache.match(request)).text())) found.push('cache ' + request.url);
	}
	return found;
}`;

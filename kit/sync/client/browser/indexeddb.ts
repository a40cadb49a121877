import { AREAS, StorageFailed, StorageFull, type Area, type Disk, type DiskTransaction } from '../disk.ts';
import { answered, over } from './requests.ts';

/** Version of the areas, not of what stands in them. */
const VERSION = 3;

/**
 * A disk in the browser's IndexedDB. One database per account.
 *
 * @param patienceMs how long to wait for a tab that keeps the database in an older version
 * @throws `StorageFailed` when there is no IndexedDB, or it does not open
 */
export async function openIndexedDb(name: string, patienceMs = 5_000): Promise<Disk> {
	let lost = false;
	let timer: ReturnType<typeof setTimeout> | undefined;
	try {
		const request = indexedDB.open(name, VERSION);
		request.addEventListener('upgradeneeded', () => {
			for (const area of AREAS) if (!request.result.objectStoreNames.contains(area)) request.result.createObjectStore(area);
		});
		const opening = answered(request).then((db) => {
			// Another tab deletes the database or brings a newer version: make way. Later requests fail, and the client goes on in memory.
			db.addEventListener('versionchange', () => {
				lost = true;
				db.close();
			});
			db.addEventListener('close', () => (lost = true));
			return db;
		});
		const tooLong = new Promise<never>((_resolve, reject) => {
			timer = setTimeout(() => reject(new Error('Another tab keeps the database.')), patienceMs);
		});
		tooLong.catch(() =>
			opening.then(
				(db) => db.close(),
				() => undefined,
			),
		); // opened after all, but nobody waits any more
		return new IndexedDbDisk(name, await Promise.race([opening, tooLong]), () => lost);
	} catch (error) {
		throw new StorageFailed(`The database ${name} does not open.`, { cause: error });
	} finally {
		clearTimeout(timer);
	}
}

/** Deletes the database of an account. Tabs that have it open make way. */
export async function deleteIndexedDb(name: string): Promise<void> {
	await answered(indexedDB.deleteDatabase(name));
}

class IndexedDbDisk implements Disk {
	readonly durable = true;
	readonly #name: string;
	readonly #db: IDBDatabase;
	readonly #lost: () => boolean;

	constructor(name: string, db: IDBDatabase, lost: () => boolean) {
		this.#name = name;
		this.#db = db;
		this.#lost = lost;
	}

	async run<T>(
		mode: 'read' | 'write' | 'write-strict',
		areas: readonly Area[],
		work: (tx: DiskTransaction) => Promise<T>,
	): Promise<T> {
		if (this.#lost()) throw new StorageFailed(`The database ${this.#name} was closed.`);
		let tx: IDBTransaction;
		try {
			tx = this.#db.transaction([...areas], mode === 'read' ? 'readonly' : 'readwrite', {
				durability: mode === 'write-strict' ? 'strict' : 'default',
			});
		} catch (error) {
			throw new StorageFailed(`The database ${this.#name} was closed.`, { cause: error });
		}
		const done = over(tx).then(
			() => null,
			(error: unknown) => failureOf(error),
		);
		try {
			const result = await work(requestsOf(tx));
			const failure = await done;
			if (failure) throw failure;
			return result;
		} catch (error) {
			abort(tx);
			const failure = await done;
			throw isOurs(error) ? error : (failure ?? error);
		}
	}

	close(): void {
		this.#db.close();
	}

	destroy(): Promise<void> {
		this.#db.close();
		return deleteIndexedDb(this.#name);
	}
}

function requestsOf(tx: IDBTransaction): DiskTransaction {
	return {
		get: (area, key) => answered<unknown>(tx.objectStore(area).get([...key])),
		async list(area, space, from = -Infinity, to = Infinity) {
			const range = IDBKeyRange.bound([space, from], [space, to]);
			const store = tx.objectStore(area);
			const [keys, values] = await Promise.all([answered(store.getAllKeys(range)), answered<unknown[]>(store.getAll(range))]);
			return keys.map((key, i) => ({ at: (key as [string, number])[1], value: values[i] }));
		},
		// A request that fails ends its transaction, and that is where it is handled.
		put: (area, key, value) => void tx.objectStore(area).put(value, [...key]),
		remove: (area, space, from = -Infinity, to = Infinity) =>
			void tx.objectStore(area).delete(IDBKeyRange.bound([space, from], [space, to])),
	};
}

function failureOf(cause: unknown): StorageFailed {
	const isFull = cause instanceof DOMException && cause.name === 'QuotaExceededError';
	return isFull
		? new StorageFull('This browser has no room left for Mana.', { cause })
		: new StorageFailed('The browser could not store this.', { cause });
}

function abort(tx: IDBTransaction): void {
	try {
		tx.abort();
	} catch (error) {
		if (!(error instanceof DOMException)) throw error; // it is over already
	}
}

/** Errors that the work itself threw, as opposed to the database. */
function isOurs(error: unknown): boolean {
	return !(error instanceof DOMException);
}

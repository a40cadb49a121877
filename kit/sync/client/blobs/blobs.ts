import { BackOff } from '../back-off.ts';
import type { Environment } from '../environment.ts';
import { SignedOut } from '../link.ts';
import type { Locks } from '../tabs.ts';
import type { FileStore } from './file-store.ts';
import { FetchedParts, manifestOf, Refused, type Transfer, TryAgain } from './transfer.ts';

/** Bytes of files that this device keeps of what the server has too, beside what is pinned. */
export const CACHE_BYTES = 512 * 1024 * 1024;

/** How a file that was added here is getting on. */
export type Sending =
	| { readonly phase: 'waiting' } // for the network, a sign-in, or its turn
	| { readonly phase: 'sending'; readonly sentBytes: number }
	| { readonly phase: 'refused'; readonly code: string; readonly detail: string }; // goes on with `retry`

export interface BlobsParts {
	readonly env: Environment;
	readonly store: FileStore;
	readonly locks: Locks;
	/** Of this account and space: one tab at a time sends. */
	readonly name: string;
	/** `null`: no account, or it is not known yet where to send to; asked again at the next attempt. */
	readonly transfer: () => Promise<Transfer | null>;
	/** Calls back when it is worth trying at once. Returns the way to stop. */
	readonly onWake: (wake: () => void) => () => void;
	readonly report: (error: unknown) => void;
	readonly cacheBytes?: number;
}

/** The files of one space on this device: added also offline, sent when there is a network, fetched when somebody looks (sync.md §6.11). */
export class Blobs {
	readonly #parts: BlobsParts;
	readonly #backOff: BackOff;
	readonly #sending = new Map<string, Sending>();
	readonly #fetching = new Map<string, Promise<Blob>>();
	readonly #listeners = new Set<() => void>();
	readonly #closed = new AbortController();
	readonly #stopWaking: () => void;
	#stopWaiting: () => void = () => undefined;
	#running: Promise<void> | null = null;
	#again = false;

	constructor(parts: BlobsParts) {
		this.#parts = parts;
		this.#backOff = new BackOff(() => parts.env.random());
		this.#stopWaking = parts.onWake(() => this.wake());
		this.wake();
	}

	/**
	 * Keeps a file on this device and sends it as soon as that works. Once this resolves it survives closing the tab.
	 *
	 * @returns its hash, for a reference to it
	 * @throws `StorageFailed` when this device has no room
	 */
	async add(content: Blob): Promise<{ readonly hash: string; readonly size: number }> {
		const { env, store } = this.#parts;
		const manifest = await manifestOf(content);
		const file = { ...manifest, size: content.size, content, sent: false, pinned: false, usedAt: env.now() };
		await store.put(file).catch(async (error: unknown) => {
			if ((await store.evict(0)) === 0) throw error;
			await store.put(file);
		});
		if ((await store.get(manifest.hash))?.sent === false) this.#show(manifest.hash, { phase: 'waiting' });
		this.wake();
		return { hash: manifest.hash, size: content.size };
	}

	/**
	 * The bytes of a file: from this device or, if it is not here, from the server; kept for the next time.
	 *
	 * @throws `Arriving`, `Refused`, `SignedOut`; anything else: no connection
	 */
	async get(hash: string, size: number): Promise<Blob> {
		const { store, env } = this.#parts;
		const file = await store.get(hash);
		if (file) {
			await store.change(hash, { usedAt: env.now() });
			return file.content;
		}
		const fetching = this.#fetching.get(hash) ?? this.#fetch(hash, size).finally(() => this.#fetching.delete(hash));
		this.#fetching.set(hash, fetching);
		return fetching;
	}

	/** Keeps a file here, also when room is short, or lets it go again. */
	async pin(hash: string, size: number): Promise<void> {
		await this.get(hash, size);
		await this.#parts.store.change(hash, { pinned: true });
	}

	async unpin(hash: string): Promise<void> {
		await this.#parts.store.change(hash, { pinned: false });
		await this.#evict();
	}

	/** How sending is going; `null` for what is not waiting to be sent from here. */
	sending(hash: string): Sending | null {
		return this.#sending.get(hash) ?? null;
	}

	/** Tells when an answer of `sending` changed. Returns the way to stop. */
	subscribe(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Tries what was refused once more. */
	retry(hash: string): void {
		if (this.#sending.get(hash)?.phase !== 'refused') return;
		this.#show(hash, { phase: 'waiting' });
		this.wake();
	}

	/** Sends what is to be sent, now. */
	wake(): void {
		if (this.#closed.signal.aborted) return;
		this.#stopWaiting();
		this.#again = true;
		this.#running ??= this.#run().finally(() => (this.#running = null));
	}

	/** Settles when nothing is being sent any more, for now. */
	async idle(): Promise<void> {
		while (this.#running) await this.#running;
	}

	async close(): Promise<void> {
		this.#closed.abort();
		this.#stopWaking();
		this.#stopWaiting();
		await this.idle();
		this.#parts.store.close();
	}

	async #run(): Promise<void> {
		const { locks, name, report } = this.#parts;
		while (this.#again && !this.#closed.signal.aborted) {
			this.#again = false;
			await new Promise<void>((resolve) => {
				this.#closed.signal.addEventListener('abort', () => resolve(), { once: true });
				locks.hold(`${name}/files`, this.#closed.signal, () =>
					this.#sendAll()
						.catch((error: unknown) => {
							if (this.#closed.signal.aborted) return;
							if (!isPassing(error)) report(error);
							this.#wait();
						})
						.finally(resolve),
				);
			});
		}
	}

	async #sendAll(): Promise<void> {
		const { store, transfer } = this.#parts;
		const unsent = await store.unsent();
		const waiting = new Set(unsent.map(({ hash }) => hash));
		for (const hash of this.#sending.keys()) if (!waiting.has(hash)) this.#show(hash, null); // another tab sent it
		for (const { hash } of unsent) if (!this.#sending.has(hash)) this.#show(hash, { phase: 'waiting' });
		if (unsent.length === 0) return;
		const way = await transfer();
		if (!way) return this.#wait();
		for (const file of unsent) {
			if (this.#closed.signal.aborted) return;
			const { hash, content } = file;
			if (this.#sending.get(hash)?.phase === 'refused') continue;
			try {
				await way.send(content, file, (sentBytes) => this.#show(hash, { phase: 'sending', sentBytes }));
			} catch (error) {
				if (!(error instanceof Refused)) {
					this.#show(hash, { phase: 'waiting' });
					throw error;
				}
				this.#show(hash, { phase: 'refused', code: error.code, detail: error.message });
				continue;
			}
			await store.change(hash, { sent: true });
			this.#backOff.reset();
			this.#show(hash, null);
		}
		await this.#evict();
	}

	async #fetch(hash: string, size: number): Promise<Blob> {
		const { transfer, store, env, report } = this.#parts;
		const way = await transfer();
		if (!way) throw new Error('There is no way to the server.');
		const parts = new FetchedParts();
		let fetched;
		try {
			fetched = await way.fetch(hash, size, parts);
		} catch (error) {
			if (parts.bytes === 0) throw error;
			fetched = await way.fetch(hash, size, parts);
		}
		const { content, chunks } = fetched;
		try {
			await store.put({ hash, size, chunks, content, sent: true, pinned: false, usedAt: env.now() });
			await this.#evict();
		} catch (error) {
			report(error); // this device has no room: it is shown all the same
		}
		return content;
	}

	async #evict(): Promise<void> {
		await this.#parts.store.evict(this.#parts.cacheBytes ?? CACHE_BYTES);
	}

	#wait(): void {
		this.#stopWaiting();
		this.#stopWaiting = this.#parts.env.every(this.#backOff.next(), () => this.wake());
	}

	#show(hash: string, sending: Sending | null): void {
		if (sending) this.#sending.set(hash, sending);
		else this.#sending.delete(hash);
		for (const listener of this.#listeners) listener();
	}
}

/** What goes by itself: no network (`fetch` says so with a TypeError), a server that cannot now, a session that ended. */
function isPassing(error: unknown): boolean {
	return error instanceof TypeError || error instanceof TryAgain || error instanceof SignedOut;
}

import type { Environment } from '../environment.ts';
import { Fenced } from '../store.ts';
import type { Channel, Locks } from '../tabs.ts';
import type { FileStore } from './file-store.ts';
import type { FilePlace, StoredFile } from '../file-rows.ts';
import { type Sending, Sender } from './sender.ts';
import { FetchedParts, manifestOf, Refused, type Transfer } from './transfer.ts';

/** What no record names goes this long after it was last used: until then an undo may bring it back. */
const UNNEEDED_MS = 60 * 60_000;

/** Downloads that broke off of which is kept what came: in memory, as long as the page is open and room is not short. */
const MOST_BROKEN = 4;

/** What a page shows of a file. */
export interface FileState {
	/** Whether its bytes are on this device. */
	readonly here: boolean;
	/** It stays here, also when room is short. */
	readonly pinned: boolean;
	/** How sending it from here is going; `null`: this device has nothing to send of it. */
	readonly sending: Sending | null;
	/** Bytes that came so far of a download that goes on. */
	readonly fetchedBytes: number | null;
}

export interface BlobsParts {
	readonly env: Environment;
	readonly store: FileStore;
	readonly locks: Locks;
	/** To the same files in other tabs. */
	readonly channel: Channel;
	/** Of this account and space: one tab at a time sends. */
	readonly name: string;
	/** `null`: no account, or it is not known yet where to send to; `wake` when it is. */
	readonly transfer: () => Promise<Transfer | null>;
	/** Whether the record at this place still names the file; true also where the record is not on this device. */
	readonly names: (place: FilePlace, hash: string) => boolean;
	/** Bytes of files that may lie here of what the server has too, beside what is pinned. */
	readonly cacheBytes: () => Promise<number>;
	readonly report: (error: unknown) => void;
}

/**
 * The files of one space on this device: added also offline, sent when there is a network, fetched when somebody looks (docs/sync.md,
 * "Files"). `Mana.files` opens them.
 */
export class Blobs {
	readonly #parts: BlobsParts;
	readonly #sender: Sender;
	readonly #known = new Map<string, Pick<StoredFile, 'pinned' | 'size'>>();
	readonly #fetching = new Map<string, { readonly content: Promise<Blob>; bytes: number }>();
	/** What came of downloads that broke off, the last one last: the next time somebody asks they go on from there. */
	readonly #broken = new Map<string, FetchedParts>();
	readonly #listeners = new Set<() => void>();
	readonly #ended: (() => void)[] = [];
	#closed = false;

	/** Opens what lies here, and goes on sending what an earlier visit did not finish. */
	static async open(parts: BlobsParts): Promise<Blobs> {
		const blobs = new Blobs(parts);
		await blobs.#dropUnneeded();
		await blobs.#load();
		blobs.wake();
		return blobs;
	}

	private constructor(parts: BlobsParts) {
		const { channel, store } = parts;
		this.#parts = parts;
		this.#sender = new Sender({
			...parts,
			needed: (file) => this.#isNeeded(file),
			sent: () => void this.#evict().catch(parts.report),
			tell: (hash, sending) => {
				channel.post({ kind: 'file-sending', hash, sending });
				this.#tell();
			},
		});
		channel.listen((message) => {
			if (message.kind === 'file-sending') this.#sender.heard(message.hash, message.sending);
			else if (message.kind === 'files') void this.#load().catch(parts.report);
			this.#tell();
		});
		this.#ended.push(
			() => channel.close(),
			() => store.close(),
		);
	}

	/**
	 * Keeps a file on this device and sends it once the record at `place` names it. When this resolves it survives closing the tab.
	 *
	 * @returns its hash and size, for the reference
	 * @throws `StorageFailed` when this device has no room
	 */
	async add(content: Blob, place: FilePlace): Promise<{ readonly hash: string; readonly size: number }> {
		const { env } = this.#parts;
		const manifest = await manifestOf(content);
		const { size } = content;
		const usedAt = Math.round(env.now());
		const name = content instanceof File ? { name: content.name } : {};
		await this.#keep({ ...manifest, ...name, size, sent: false, pinned: false, usedAt, places: [place] }, content);
		return { hash: manifest.hash, size };
	}

	/**
	 * The bytes of a file that the record at `place` names: from this device or, if they are not here, from the server; kept for the next time.
	 *
	 * @throws `Arriving`, `Refused`, `SignedOut`; anything else: no connection
	 */
	async get({ hash, size }: { readonly hash: string; readonly size: number }, place: FilePlace): Promise<Blob> {
		const { store, env } = this.#parts;
		const content = await store.content(hash);
		if (content) {
			await store.change(hash, { usedAt: Math.round(env.now()) });
			return content;
		}
		const known = this.#fetching.get(hash);
		if (known) return known.content;
		const fetching = { bytes: 0, content: this.#fetch(hash, size, place, (bytes) => this.#fetched(hash, bytes)) };
		this.#fetching.set(hash, fetching);
		this.#tell();
		try {
			return await fetching.content;
		} finally {
			this.#fetching.delete(hash);
			this.#tell();
		}
	}

	/**
	 * Whether a file can be had: it is here, or the server has all of it. False: who added it has yet to send it.
	 *
	 * @throws `Refused`, `SignedOut`; anything else: no connection
	 */
	async has(hash: string): Promise<boolean> {
		return this.#known.has(hash) || (await this.#way()).has(hash);
	}

	/** Keeps a file here, also when room is short. @throws like `get` */
	async pin(file: { readonly hash: string; readonly size: number }, place: FilePlace): Promise<void> {
		await this.get(file, place);
		await this.#parts.store.change(file.hash, { pinned: true });
		await this.#changed();
	}

	async unpin(hash: string): Promise<void> {
		await this.#parts.store.change(hash, { pinned: false });
		await this.#evict();
		await this.#changed();
	}

	/** What is known of a file now; `subscribe` tells when it changed. */
	state(hash: string): FileState {
		const known = this.#known.get(hash);
		return {
			here: known !== undefined,
			pinned: known?.pinned ?? false,
			sending: this.#sender.of(hash),
			fetchedBytes: this.#fetching.get(hash)?.bytes ?? null,
		};
	}

	/** What this device has and the server has not, of what a record names: how many files, and their bytes. */
	get unsent(): { readonly count: number; readonly bytes: number } {
		const hashes = this.#sender.unsent;
		return { count: hashes.length, bytes: hashes.reduce((sum, hash) => sum + (this.#known.get(hash)?.size ?? 0), 0) };
	}

	/** Returns the way to stop. */
	subscribe(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Tries what was refused once more. */
	retry(hash: string): void {
		this.#sender.retry(hash);
	}

	/** Sends what is to be sent, now. */
	wake(): void {
		this.#sender.wake();
	}

	/** Records have changed. */
	heed(): void {
		this.#sender.heed();
	}

	/** Settles when nothing is being sent any more, for now. */
	idle(): Promise<void> {
		return this.#sender.idle();
	}

	/** What is to be done when this closes. */
	onClose(end: () => void): void {
		this.#ended.push(end);
	}

	async close(): Promise<void> {
		if (this.#closed) return;
		this.#closed = true;
		this.#broken.clear();
		const sending = this.#sender.close();
		for (const end of this.#ended.toReversed()) end();
		await sending;
	}

	async #keep(file: StoredFile, content: Blob): Promise<void> {
		const { store } = this.#parts;
		await store.put(file, content).catch(async (error: unknown) => {
			if ((await store.evict(0)) === 0) throw error;
			await store.put(file, content);
		});
		await this.#changed();
	}

	async #fetch(hash: string, size: number, place: FilePlace, progress: (bytes: number) => void): Promise<Blob> {
		const { env, report } = this.#parts;
		const way = await this.#way();
		const parts = this.#broken.get(hash) ?? new FetchedParts();
		this.#broken.delete(hash);
		const { bytes } = parts;
		const again = async (error: unknown) => {
			if (parts.bytes === bytes) throw error; // this time nothing came
			return way.fetch(hash, size, parts, progress);
		};
		const fetched = way.fetch(hash, size, parts, progress).catch(again);
		const { content, chunks } = await fetched.catch((error: unknown) => {
			if (!(error instanceof Refused)) this.#keepBroken(hash, parts);
			throw error;
		});
		if (this.#closed) throw new Error('These files were closed.');
		try {
			await this.#keep(
				{ hash, size, chunks, sent: true, pinned: false, usedAt: Math.round(env.now()), places: [place] },
				content,
			);
			await this.#evict();
		} catch (error) {
			if (error instanceof Fenced) throw error;
			report(error); // this device has no room: it is shown all the same
		}
		return content;
	}

	#keepBroken(hash: string, parts: FetchedParts): void {
		if (parts.bytes > 0) this.#broken.set(hash, parts);
		for (const oldest of this.#broken.keys()) if (this.#broken.size > MOST_BROKEN) this.#broken.delete(oldest);
	}

	async #way(): Promise<Transfer> {
		const way = await this.#parts.transfer();
		if (!way) throw new TypeError('There is no way to the server.');
		return way;
	}

	#fetched(hash: string, bytes: number): void {
		const fetching = this.#fetching.get(hash);
		if (!fetching) return;
		fetching.bytes = bytes;
		this.#tell();
	}

	#isNeeded({ hash, places }: StoredFile): boolean {
		return places.some((place) => this.#parts.names(place, hash));
	}

	/** What was taken out of its records a while ago. */
	async #dropUnneeded(): Promise<void> {
		const { store, env } = this.#parts;
		for (const file of await store.list())
			if (file.usedAt < env.now() - UNNEEDED_MS && !this.#isNeeded(file)) await store.remove(file.hash);
	}

	/** Removes what the server has too, but for pinned files. Answers how many went. */
	async makeRoom(): Promise<number> {
		this.#broken.clear();
		const gone = await this.#parts.store.evict(0);
		if (gone > 0) await this.#changed();
		return gone;
	}

	async #evict(): Promise<void> {
		const { store, cacheBytes } = this.#parts;
		if ((await store.evict(await cacheBytes())) > 0) await this.#changed();
	}

	/** The disk has other files than before. */
	async #changed(): Promise<void> {
		this.#parts.channel.post({ kind: 'files' });
		await this.#load();
		this.wake();
	}

	async #load(): Promise<void> {
		if (this.#closed) return;
		const all = await this.#parts.store.list();
		this.#known.clear();
		for (const file of all) this.#known.set(file.hash, file);
		this.#tell();
	}

	#tell(): void {
		for (const listener of this.#listeners) listener();
	}
}

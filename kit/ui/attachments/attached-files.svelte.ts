import { type Attachment, type AttachmentsDraft, newRecordId, ordering } from '@mana/model';
import type { Mana, Written } from '@mana/sync/client/api';
import type { Blobs, FileState } from '@mana/sync/client/blobs/blobs';
import type { FilePlace } from '@mana/sync/client/file-rows';
import { createSubscriber, SvelteMap, SvelteSet } from 'svelte/reactivity';
import { declaredType } from './file-kind.ts';
import { fileName } from './file-name.ts';

/** A picture up to this size is fetched by itself when its record is looked at. */
const FETCHED_BYTES = 4 * 1024 * 1024;
/** How often one asks for a file that is on its way, in ms: at first, and at most. */
const LOOK_MS = { first: 2_000, most: 30_000 };

/** A file that is being read before it can be attached. */
export interface Reading {
	readonly key: string;
	readonly name: string;
	readonly size: number;
}

/** The record that files belong to, and how it is written. */
export interface Parts {
	readonly mana: Mana;
	readonly place: FilePlace;
	/** The attachments of the record, in order. */
	readonly all: () => readonly Attachment[];
	/** Id of who is here; '' for a guest. */
	readonly by: string;
	/** What a file without a name is called. */
	readonly unnamed: string;
	readonly write: (label: string, draft: AttachmentsDraft, said?: string) => Written;
}

/** The files of one record on the screen: how each of them is getting on, and what can be done with them. Make it while a component is made. */
export class AttachedFiles {
	readonly #parts: Parts;
	readonly #between = ordering(Math.random);
	readonly #random = (bytes: Uint8Array) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>);
	#opening: Promise<Blobs> | null = null;
	#blobs = $state.raw<Blobs | null>(null);
	#track: () => void = () => undefined;
	/** Files that are being read, in the order in which they came. */
	reading = $state.raw<readonly Reading[]>([]);
	/** Hashes of files whose sender has yet to send them. */
	readonly arriving = new SvelteSet<string>();
	/** What went wrong when a file was fetched, by its hash. */
	readonly failed = new SvelteMap<string, unknown>();
	/** Files are read one after another. */
	#turn: Promise<unknown> = Promise.resolve();
	readonly #looking = new Set<string>();
	readonly #timers = new Set<ReturnType<typeof setTimeout>>();
	#gone = false;

	constructor(parts: Parts) {
		this.#parts = parts;
		$effect(() => {
			for (const { file } of parts.all()) if (this.state(file.hash)?.here === false) void this.#look(file, LOOK_MS.first);
		});
		$effect(() => {
			if (parts.all().length > 0) void this.#open().catch((error: unknown) => console.warn('Files cannot be opened:', error));
		});
		$effect(() => () => {
			this.#gone = true;
			for (const timer of this.#timers) clearTimeout(timer);
		});
	}

	/** How a file is getting on; `null` while that is not known yet. */
	state(hash: string): FileState | null {
		const blobs = this.#blobs;
		this.#track();
		return blobs?.state(hash) ?? null;
	}

	/**
	 * Attaches files, one after another, and names each at the end of the list.
	 *
	 * @returns those that could not be read or kept, with why
	 */
	async add(files: readonly File[], label: (name: string) => string): Promise<readonly { name: string; error: unknown }[]> {
		const waiting = files.map((file) => ({
			file,
			key: crypto.randomUUID(),
			name: fileName(file.name, this.#parts.unnamed),
			size: file.size,
		}));
		this.reading = [...this.reading, ...waiting.map(({ key, name, size }) => ({ key, name, size }))];
		const wrong: { name: string; error: unknown }[] = [];
		for (const { file, key, name } of waiting) {
			// What came first stands first, also when a second drop follows on the first.
			this.#turn = this.#turn
				.then(() => this.#attach(file, name, label(name)))
				.catch((error: unknown) => void wrong.push({ name, error }))
				.finally(() => (this.reading = this.reading.filter((one) => one.key !== key)));
		}
		await this.#turn;
		return wrong;
	}

	rename({ id, file }: Attachment, typed: string, label: string): void {
		const name = fileName(typed, file.name);
		if (name !== file.name) this.#parts.write(label, { [id]: { name } });
	}

	/** Moves an attachment by one place, up (−1) or down (1). */
	move(id: string, by: -1 | 1, label: string): void {
		const all = this.#parts.all();
		const at = all.findIndex((one) => one.id === id);
		const rest = all.toSpliced(at, 1);
		const to = at + by;
		if (at < 0 || to < 0 || to > rest.length) return;
		// One that never got a place gets it now, so that every other one keeps its own.
		const draft: Record<string, { position: string }> = {};
		let last: string | null = null;
		const keys = rest.map(({ id, position }) => {
			const kept = position !== null && (last === null || position > last);
			const key: string = kept ? position : this.#between(last, null);
			if (!kept) draft[id] = { position: key };
			return (last = key);
		});
		draft[id] = { position: this.#between(keys[to - 1] ?? null, keys[to] ?? null) };
		this.#parts.write(label, draft);
	}

	remove(id: string, said: string): void {
		this.#parts.write(said, { [id]: null }, said);
	}

	/** The bytes of an attachment, fetched if they are not here. What goes wrong is also told by `failed`. */
	async content({ file }: Attachment): Promise<Blob> {
		this.failed.delete(file.hash);
		try {
			const content = await (await this.#open()).get(file, this.#parts.place);
			this.arriving.delete(file.hash);
			return content;
		} catch (error) {
			if (error instanceof Error && error.name === 'Arriving') this.arriving.add(file.hash);
			this.failed.set(file.hash, error);
			throw error;
		}
	}

	/** Keeps an attachment on this device, or lets it go when room is short. */
	async keep({ file }: Attachment, here: boolean): Promise<void> {
		const blobs = await this.#open();
		if (here) await blobs.pin(file, this.#parts.place);
		else await blobs.unpin(file.hash);
	}

	/** Sends again what was refused. */
	retry(hash: string): void {
		this.#blobs?.retry(hash);
	}

	async #attach(content: File, name: string, label: string): Promise<void> {
		const { place, all, by, write } = this.#parts;
		const blobs = await this.#open();
		const { hash, size } = await blobs.add(content, place);
		const id = newRecordId(Date.now(), this.#random);
		const position = this.#between(all().findLast(({ position }) => position !== null)?.position ?? null, null);
		await write(label, { [id]: { file: { hash, size, type: declaredType(content.type), name }, by, position } }).saved;
		blobs.wake();
	}

	/** Asks whether a file that is not here can be had; again while it cannot. */
	async #look(file: Attachment['file'], waitMs: number): Promise<void> {
		const { hash, size, type } = file;
		if (this.#looking.has(hash) || this.#gone) return;
		this.#looking.add(hash);
		try {
			const blobs = await this.#open();
			if (await blobs.has(hash)) {
				this.arriving.delete(hash);
				if (type.startsWith('image/') && size <= FETCHED_BYTES) await blobs.get(file, this.#parts.place);
				return;
			}
			this.arriving.add(hash);
		} catch (error) {
			console.debug('A file cannot be had right now:', error); // who opens it is told so
		}
		if (this.#gone) return;
		const timer = setTimeout(() => {
			this.#timers.delete(timer);
			this.#looking.delete(hash);
			void this.#look(file, Math.min(LOOK_MS.most, waitMs * 1.5));
		}, waitMs);
		this.#timers.add(timer);
	}

	#open(): Promise<Blobs> {
		if (!this.#opening) {
			const opening = this.#parts.mana.files();
			this.#opening = opening;
			opening.then(
				(blobs) => {
					this.#track = createSubscriber((update) => blobs.subscribe(update));
					this.#blobs = blobs;
				},
				() => (this.#opening = null), // who asked hears why, and may ask again
			);
		}
		return this.#opening;
	}
}

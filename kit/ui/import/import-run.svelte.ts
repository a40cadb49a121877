import type { RecordId } from '@mana/model';
import type { Mana } from '@mana/sync/client/api';

import { settle } from '../data/mana.svelte.ts';
import type { Item, Mapping, Trouble } from './format.ts';
import type { Brought, ImportKind, Policy, Told } from './kind.ts';
import type { Answer, Asked, Looked } from './reader.ts';

/** Bytes of a message at most; what is larger is brought. */
const MESSAGE_BYTES = 100_000;

/** Where an import is. */
export type Stage =
	| {
			readonly at: 'choose';
			/** Why the last file was not taken; what was `refused` says so itself. */
			readonly problem: 'unknown' | 'nothing' | 'broken' | 'refused' | null;
			readonly detail: string;
	  }
	| { readonly at: 'looking' }
	/** The file was a message, and what it asks for is done. */
	| { readonly at: 'told'; readonly told: Told }
	| { readonly at: 'table'; readonly looked: Looked & { readonly table: NonNullable<Looked['table']> } }
	| { readonly at: 'reading'; readonly part: number }
	| { readonly at: 'preview' }
	| {
			readonly at: 'writing';
			readonly done: number;
			/** ms that are left, `null` while nobody knows. */ readonly leftMs: number | null;
	  }
	| { readonly at: 'done'; readonly stopped: boolean; readonly undone: boolean };

/** What an import brought in all. */
export interface Result {
	readonly added: number;
	readonly merged: number;
	readonly skipped: number;
}

/**
 * One import of an app, from the file to what it brought. It goes on while the person looks at other screens, and what was brought last can be
 * taken back until the page is closed.
 */
export class ImportRun<T> {
	stage = $state.raw<Stage>({ at: 'choose', problem: null, detail: '' });
	file = $state.raw<File | null>(null);
	format = $state('');
	mapping = $state.raw<Mapping>([]);
	policy = $state<Policy>('merge');
	/** Where it comes into, of what the kind offers. */
	into = $state('');
	items = $state.raw<readonly Item<T>[]>([]);
	troubles = $state.raw<readonly Trouble[]>([]);
	/** Those of `items` that are here already. */
	known = $state.raw<ReadonlyMap<Item<T>, RecordId>>(new Map());
	result = $state.raw<Result>({ added: 0, merged: 0, skipped: 0 });
	readonly #kind: ImportKind<T>;
	readonly #mana: Mana;
	readonly #clock: () => number;
	#worker: Worker | null = null;
	#brought: Brought[] = [];
	#stop = false;

	/** @param clock ms that only ever grow */
	constructor(kind: ImportKind<T>, mana: Mana, clock: () => number) {
		this.#kind = kind;
		this.#mana = mana;
		this.#clock = clock;
	}

	get kind(): ImportKind<T> {
		return this.#kind;
	}

	/** Where it may come into. */
	get places(): readonly { readonly id: string; readonly name: string }[] {
		return this.#kind.into?.choices(this.#mana, this.file?.name ?? '') ?? [];
	}

	/** Whether something goes on that leaving the page would end. */
	get busy(): boolean {
		return ['looking', 'reading', 'writing'].includes(this.stage.at);
	}

	/** Takes a file and looks what it is. A table waits for its columns to be named, everything else is read at once. */
	async take(file: File): Promise<void> {
		this.#begin();
		this.file = file;
		this.stage = { at: 'looking' };
		if (await this.#heard(file)) return;
		const looked = await this.#ask<Looked>(
			{ ask: 'look', file },
			(answer, done) => answer.answer === 'looked' && done(answer.looked),
		);
		if (!looked) return;
		if (looked.format === null) return this.#refuse('unknown');
		this.format = looked.format;
		const { table } = looked;
		if (!table) return this.read();
		this.mapping = table.mapping;
		this.stage = { at: 'table', looked: { ...looked, table } };
	}

	/** Whether a file was a message, or could not be asked whether it is one; what came of it is said already. */
	async #heard(file: File): Promise<boolean> {
		const { message } = this.#kind;
		if (!message || file.size > MESSAGE_BYTES) return false;
		let problem: 'broken' | 'refused' = 'broken';
		try {
			const text = await file.text();
			problem = 'refused';
			const told = await message(text);
			// Another file may have been chosen meanwhile.
			if (this.file !== file || this.stage.at !== 'looking') return true;
			if (told) this.stage = { at: 'told', told };
			return told !== null;
		} catch (error) {
			if (this.file === file) this.#refuse(problem, wordsOf(error));
			return true;
		}
	}

	/** Says that a file cannot be read that was to be brought. */
	unreadable(error: unknown): void {
		this.#begin();
		this.#refuse('broken', wordsOf(error));
	}

	/** Reads the whole file, so that the person sees what it would bring. */
	async read(): Promise<void> {
		const { file } = this;
		if (!file) return;
		const items: Item<T>[] = [];
		const troubles: Trouble[] = [];
		this.stage = { at: 'reading', part: 0 };
		const asked: Asked = { ask: 'read', file, format: this.format, mapping: $state.snapshot(this.mapping) };
		const whole = await this.#ask<true>(asked, (answer, done) => {
			if (answer.answer === 'done') done(true);
			if (answer.answer !== 'found') return;
			items.push(...answer.items);
			troubles.push(...answer.troubles);
			this.stage = { at: 'reading', part: file.size === 0 ? 1 : answer.bytes / file.size };
		});
		if (!whole) return;
		if (items.length + troubles.length === 0) return this.#refuse('nothing');
		this.items = items;
		this.troubles = troubles;
		const find = this.#kind.finder(this.#mana);
		const known = new Map<Item<T>, RecordId>();
		for (const one of items) {
			const id = find(one.item);
			if (id !== null) known.set(one, id);
		}
		this.known = known;
		this.into = this.places[0]?.id ?? '';
		this.stage = { at: 'preview' };
	}

	/** Writes what was read, in steps, so that the page stays quick and each of them fits on its way. */
	async write(): Promise<void> {
		const { items } = this;
		const label = this.#kind.words.brought(items.length);
		const began = this.#clock();
		this.#stop = false;
		this.stage = { at: 'writing', done: 0, leftMs: null };
		for (let at = 0; at < items.length && !this.#stop;) {
			const size = this.#stepAt(at);
			const step = items.slice(at, at + size).map((one) => ({ ...one, known: this.known.get(one) ?? null }));
			const brought = await this.#kind
				.bring(this.#mana, step, this.policy, label, { into: this.into, fileName: this.file?.name ?? '' })
				.catch((error: unknown) => this.#missed(step, error));
			if (brought) await this.#keep(brought);
			at += size;
			const spent = this.#clock() - began;
			this.stage = { at: 'writing', done: at, leftMs: spent > 1_000 ? (spent / at) * (items.length - at) : null };
			await new Promise<void>((resolve) => setTimeout(resolve));
		}
		this.stage = { at: 'done', stopped: this.#stop, undone: false };
	}

	async #keep(brought: Brought): Promise<void> {
		settle(brought.written);
		this.#brought.push(brought);
		this.result = {
			added: this.result.added + brought.added.length,
			merged: this.result.merged + brought.merged.length,
			skipped: this.result.skipped + brought.skipped,
		};
		// Steps wait for the disk: nobody gains from a queue that only the memory has.
		await brought.written.saved.catch(() => {
			this.#stop = true;
		});
	}

	/** A step that could not be written is told line by line, and the next one is tried; where this device has no room, there is none. */
	#missed(step: readonly Item<T>[], error: unknown): null {
		if (error instanceof Error && error.name === 'StorageFailed') this.#stop = true;
		const text = wordsOf(error);
		this.troubles = [...this.troubles, ...step.map(({ line }) => ({ line, reason: 'unreadable' as const, text }))];
		return null;
	}

	/** How many of the items from one on go in one step. */
	#stepAt(from: number): number {
		let weight = 0;
		let size = 0;
		for (const { item } of this.items.slice(from, from + 200)) {
			weight += this.#kind.weigh(item);
			if (size > 0 && weight > 1) break;
			size++;
		}
		return size;
	}

	/** Stops reading, or writing after the step that goes on. */
	stop(): void {
		this.#stop = true;
		if (this.stage.at === 'writing') return;
		this.#end();
		this.reset();
	}

	/** Takes back everything that the last import brought, the last step first. */
	undo(): void {
		for (const { written, added } of this.#brought.toReversed())
			if (!written.undo() && added.length > 0) this.#kind.remove(this.#mana, added, this.#kind.words.brought(added.length));
		this.#brought = [];
		this.stage = { at: 'done', stopped: false, undone: true };
	}

	/** Back to the choice of a file. */
	reset(): void {
		this.#begin();
		this.stage = { at: 'choose', problem: null, detail: '' };
	}

	#begin(): void {
		this.#end();
		this.file = null;
		this.items = [];
		this.troubles = [];
		this.known = new Map();
		this.result = { added: 0, merged: 0, skipped: 0 };
		this.#brought = [];
	}

	#refuse(problem: 'unknown' | 'nothing' | 'broken' | 'refused', detail = ''): void {
		this.#end();
		this.stage = { at: 'choose', problem, detail };
	}

	#end(): void {
		this.#worker?.terminate();
		this.#worker = null;
	}

	/** @returns `null` when it was stopped or came to nothing; then that is said already */
	#ask<R>(asked: Asked, heard: (answer: Answer<T>, done: (result: R) => void) => unknown): Promise<R | null> {
		this.#end();
		const worker = (this.#worker = this.#kind.start());
		return new Promise((resolve) => {
			const fail = (detail: string) => {
				if (this.#worker === worker) this.#refuse('broken', detail);
				resolve(null);
			};
			worker.addEventListener('error', (event) => fail(event.message));
			worker.addEventListener('message', ({ data }: MessageEvent<Answer<T>>) => {
				if (this.#worker !== worker) return resolve(null);
				if (data.answer === 'failed') return fail(data.message);
				heard(data, (result) => {
					this.#end();
					resolve(result);
				});
			});
			// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin to name
			worker.postMessage(asked);
		});
	}
}

function wordsOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

const runs = new Map<string, { readonly mana: Mana; readonly run: unknown }>();

/** The import of an app that goes on, or a new one. One goes on for each app and store. */
export function importRun<T>(app: string, kind: ImportKind<T>, mana: Mana): ImportRun<T> {
	const held = runs.get(app);
	if (held && held.mana === mana && held.run instanceof ImportRun) return held.run as ImportRun<T>;
	const run = new ImportRun(kind, mana, () => performance.now());
	runs.set(app, { mana, run });
	return run;
}

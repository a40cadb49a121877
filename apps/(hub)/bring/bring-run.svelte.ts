import { bring, type BringPolicy, type BringProgress, type Brought, takeBack } from '@mana/archive/bring';
import { compare, type Comparison, ownFolder } from '@mana/archive/compare';
import { beginImport, dropImport, type KeptImport, lastImport } from '@mana/archive/kept-imports';
import { ArchiveReader, ArchiveUnreadable } from '@mana/archive/reader';
import { SpaceDoor } from '@mana/archive/space-door';
import { models } from '@mana/schema/registry/models';
import { browserPlatform } from '@mana/sync/client/browser/index';
import { TokenKeeper } from '@mana/sync/client/conversation/token-keeper';
import type { Disk } from '@mana/sync/client/disk';
import { databaseName, openDiskOf } from '@mana/sync/client/open';

/** Where bringing an archive in is. */
export type Stage =
	| { readonly at: 'choose'; /** Why it came to nothing. */ readonly problem: unknown }
	| { readonly at: 'reading'; readonly lines: number; /** 0 while nobody knows. */ readonly all: number }
	| { readonly at: 'preview'; readonly looked: Looked }
	| { readonly at: 'bringing'; readonly progress: BringProgress; readonly stopping: boolean }
	| { readonly at: 'done'; readonly brought: Brought; readonly stopped: boolean }
	| { readonly at: 'taking-back' }
	| { readonly at: 'taken-back'; readonly taken: number; readonly stayed: number };

/** An archive that was looked through, and how it stands to what is here. */
export interface Looked {
	readonly archive: ArchiveReader;
	readonly folder: string;
	readonly door: SpaceDoor;
	readonly comparison: Comparison;
}

const SYNC = '/api/mana-sync';
const byName = new Map(models.map((model) => [model.name, model]));
const named = (name: string) => byName.get(name);

/**
 * An archive on its way into a person's own space, from the file to what it brought. It goes on while the person looks at other screens. What
 * it does is written down on this device before it is done, so the whole of it can be taken back, also when it broke off.
 */
export class BringRun {
	stage = $state.raw<Stage>({ at: 'choose', problem: null });
	file = $state.raw<File | null>(null);
	policy = $state<BringPolicy>('fill');
	/** The last import on this device that can be taken back; `undefined`: not known yet. */
	kept = $state.raw<KeptImport | null | undefined>(undefined);
	/** Another tab brings something in. */
	elsewhere = $state(false);
	readonly #platform = browserPlatform();
	readonly #lock: string;
	readonly #disk: Promise<Disk>;
	#ending = new AbortController();

	/** @param person id of the person whose space it is */
	constructor(person: string) {
		const name = databaseName({ person });
		this.#lock = `${name}/import`;
		this.#disk = openDiskOf(this.#platform, name);
	}

	/** Whether something goes on that leaving the page would end. */
	get busy(): boolean {
		return ['reading', 'bringing', 'taking-back'].includes(this.stage.at);
	}

	/** Looks what of earlier imports can be taken back. */
	async recall(): Promise<void> {
		if (this.busy) return;
		const { held = [] } = (await navigator.locks?.query()) ?? {};
		this.elsewhere = held.some(({ name }) => name === this.#lock);
		this.kept = await lastImport(await this.#disk);
	}

	/** Reads a file, and looks what it would bring. */
	async take(file: File): Promise<void> {
		await this.#close();
		this.#ending = new AbortController();
		const { signal } = this.#ending;
		this.file = file;
		this.stage = { at: 'reading', lines: 0, all: 0 };
		let archive: ArchiveReader | null = null;
		try {
			archive = await ArchiveReader.open(file);
			const folder = ownFolder(archive);
			if (folder === null) throw new ArchiveUnreadable('no-archive', 'There is no own space in this archive.');
			const all = Object.values(archive.manifest.spaces.find(({ own }) => own)?.records ?? {}).reduce((sum, n) => sum + n, 0);
			const door = await this.#open(signal);
			const progress = (lines: number) => (this.stage = { at: 'reading', lines, all });
			const comparison = await compare({ archive, folder, door, named, progress, signal });
			this.stage = { at: 'preview', looked: { archive, folder, door, comparison } };
		} catch (problem) {
			await archive?.close();
			if (!signal.aborted) this.#choose(problem);
		}
	}

	/** Brings it. */
	async bring(): Promise<void> {
		const { stage, file, policy } = this;
		if (stage.at !== 'preview' || !file) return;
		const stopping = new AbortController();
		this.#ending = stopping;
		this.stage = { at: 'bringing', progress: { stage: 'records', done: 0, all: 0 }, stopping: false };
		const alone = await this.#alone(async () => {
			try {
				const book = await beginImport(await this.#disk, { file: file.name, begunAt: this.#platform.env.now() });
				const progress = (now: BringProgress) =>
					(this.stage = { at: 'bringing', progress: now, stopping: stopping.signal.aborted });
				const brought = await bring({
					...stage.looked,
					named,
					policy,
					note: book.note,
					progress,
					signal: stopping.signal,
				});
				await book.end();
				this.stage = { at: 'done', brought, stopped: stopping.signal.aborted };
			} catch (problem) {
				this.#choose(problem);
			} finally {
				await stage.looked.archive.close();
			}
		});
		if (!alone) this.stage = stage;
		await this.#recallKept();
	}

	/** Takes back all of the last import. */
	async takeBack(): Promise<void> {
		const { kept } = this;
		if (!kept) return;
		const before = this.stage;
		this.stage = { at: 'taking-back' };
		const alone = await this.#alone(async () => {
			try {
				const door = await this.#open(new AbortController().signal);
				const sums = await takeBack(door, named, kept.journal, this.#platform.env.now());
				await dropImport(await this.#disk, kept);
				this.stage = { at: 'taken-back', ...sums };
			} catch (problem) {
				this.#choose(problem);
			}
		});
		if (!alone) this.stage = before;
		await this.#recallKept();
	}

	/** Lets the last import be: it cannot be taken back any more. */
	async letBe(): Promise<void> {
		if (this.kept) await dropImport(await this.#disk, this.kept);
		await this.#recallKept();
	}

	/** Stops reading; or bringing, after the records or the file that are on their way. */
	stop(): void {
		this.#ending.abort();
		if (this.stage.at === 'bringing') this.stage = { ...this.stage, stopping: true };
		else this.stage = { at: 'choose', problem: null };
	}

	/** Back to the choice of a file. */
	async reset(): Promise<void> {
		await this.#close();
		this.#choose(null);
	}

	async #close(): Promise<void> {
		this.#ending.abort();
		if (this.stage.at === 'preview') await this.stage.looked.archive.close();
	}

	#choose(problem: unknown): void {
		this.stage = { at: 'choose', problem };
	}

	/** Runs it unless another tab is at it; answers whether it ran. */
	async #alone(work: () => Promise<void>): Promise<boolean> {
		// Over plain HTTP there are no locks; what two tabs bring is the same, then.
		if (!navigator.locks) {
			await work();
			return true;
		}
		const ran = await navigator.locks.request(this.#lock, { ifAvailable: true }, async (lock) => {
			if (lock) await work();
			return lock !== null;
		});
		this.elsewhere = !ran;
		return ran;
	}

	async #recallKept(): Promise<void> {
		this.kept = await lastImport(await this.#disk);
	}

	#open(signal: AbortSignal): Promise<SpaceDoor> {
		const { env, token } = this.#platform;
		const keeper = new TokenKeeper(env, token);
		return SpaceDoor.open({
			address: SYNC,
			token: async () => ({ token: keeper.good ?? keeper.keep(await keeper.fetch()), expiresAt: Infinity }),
			models,
			now: () => env.now(),
			random: (bytes) => env.randomBytes(bytes),
			pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
			signal,
		});
	}
}

const runs = new Map<string, BringRun>();

/** The import of a person that goes on, or a new one. */
export function bringRun(person: string): BringRun {
	const held = runs.get(person) ?? new BringRun(person);
	runs.set(person, held);
	return held;
}

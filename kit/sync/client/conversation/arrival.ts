import type { Cell } from '../../cell.ts';
import type { Delta, Move } from '../../frames.ts';
import { type Name, nameKey } from '../../name.ts';
import type { Download, NamedChunk } from './download.ts';
import type { RemotePatch } from '../store.ts';

interface Staged {
	cells: Cell[];
	readonly gone: Map<string, Name>;
	to: number;
	readonly epoch: number;
	/** The history before it is void. */
	readonly replace: boolean;
	readonly renewed: boolean;
}

/** What came of the next checkpoint so far: DELTAs, records that left, the chunks of a snapshot. Nothing of it is shown before it is whole. */
export class Arrival {
	#staged: Staged | null = null;
	#download: Download | null = null;
	/** What the download brought; `null` while there is none or it goes on. */
	#chunks: readonly NamedChunk[] | null = null;
	/** The DELTAs behind a snapshot have reached a checkpoint. */
	#tailed = false;

	/** Something has come. */
	get begun(): boolean {
		return this.#staged !== null;
	}

	get downloading(): boolean {
		return this.#download !== null;
	}

	/** Whether what came takes the place of all that is here. */
	get replaces(): boolean {
		return this.#staged?.replace ?? false;
	}

	/** Cells that came by DELTA. */
	get received(): number {
		return this.#staged?.cells.length ?? 0;
	}

	/** Begins anew, behind nothing. @param isHere something is here, and is void @param renewed it may be void since it was forgotten, not lost */
	replace(epoch: number, isHere: boolean, renewed: boolean): void {
		this.#staged = staging(0, epoch, isHere, renewed);
	}

	/** Begins behind a checkpoint, unless something has come already. */
	behind({ seq, epoch }: { readonly seq: number; readonly epoch: number }): void {
		this.#staged ??= staging(seq, epoch, false, false);
	}

	/** A DELTA. False: it does not follow on what came, so that something is missing. */
	add({ from, to, more, cells }: Delta): boolean {
		const staged = this.#staged!;
		if (from > staged.to) return false;
		for (const cell of cells) {
			staged.cells.push(cell);
			if (staged.gone.size > 0) staged.gone.delete(nameKey(cell)); // it came back, whole
		}
		staged.to = Math.max(staged.to, to);
		this.#tailed = !more;
		return true;
	}

	/** Records left what we keep. What came of them before in this checkpoint is not wanted any more. */
	move({ records }: Move): void {
		const staged = this.#staged!;
		for (const name of records) staged.gone.set(nameKey(name), name);
		staged.cells = staged.cells.filter((cell) => !staged.gone.has(nameKey(cell)));
	}

	/** A snapshot is fetched. @param tailed no DELTA comes behind it */
	fetch(download: Download, seq: number, tailed: boolean): void {
		this.#staged!.to = seq;
		this.dropDownload();
		this.#download = download;
		this.#tailed = tailed;
		download.start();
	}

	isFetching(download: Download): boolean {
		return this.#download === download;
	}

	/** All chunks are here. */
	fetched(chunks: readonly NamedChunk[]): void {
		this.#chunks = chunks;
	}

	/** What came so far must not be shown, but what follows may. */
	forgetCells(): void {
		if (this.#staged) this.#staged.cells.length = 0;
	}

	/** Takes out what came, once it is a checkpoint: the chunks, if there are any, and all DELTAs behind them. */
	take(): RemotePatch | null {
		if (!this.#staged || !this.#tailed || (this.#download && !this.#chunks)) return null;
		const { gone, ...staged } = this.#staged;
		const chunks = this.#chunks;
		this.#staged = this.#download = this.#chunks = null;
		return { ...staged, ...(gone.size > 0 && { gone: [...gone.values()] }), ...(chunks && { chunks }) };
	}

	dropDownload(): void {
		this.#download?.stop();
		this.#download = this.#chunks = null;
	}

	drop(): void {
		this.#staged = null;
		this.dropDownload();
	}
}

function staging(to: number, epoch: number, replace: boolean, renewed: boolean): Staged {
	return { cells: [], gone: new Map(), to, epoch, replace, renewed };
}

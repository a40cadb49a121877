import type { Cell } from '../../cell.ts';
import type { PackedChunk } from '../../snapshot/packed.ts';
import type { Coming } from '../large/coming.ts';
import type { RemotePatch } from '../store.ts';
import type { TabState } from '../tab-state.ts';
import type { NamedChunk } from './download.ts';

/** How what came gets into memory: what is small at once, what is large in slices, and shown in one step when all of it is ready. */
export class Intake {
	readonly #state: TabState;
	#ready: Coming | null = null;
	/** Chunks that may be shown, while others are being got ready for that. */
	#waiting: NamedChunk[] = [];
	#previewing = false;
	/** A whole checkpoint is being got ready: it shows all of them. */
	#finishing = false;

	constructor(state: TabState) {
		this.#state = state;
	}

	/** Gets a checkpoint ready, if it does not replace what is shown. `null`: it may be shown as it is. */
	getReady({ chunks = [], cells }: Pick<RemotePatch, 'chunks' | 'cells'>): Promise<unknown> | null {
		const ready = this.#isBeside(chunks) ? null : this.#expect(this.#unseen(chunks), cells);
		if (!ready) return null;
		this.#finishing = true;
		return ready.finally(() => (this.#finishing = false));
	}

	/** Shows a checkpoint. What was shown before there was one, and is none of it, goes; and so does everything that it is to replace. */
	show({ chunks = [], cells, replace }: Pick<RemotePatch, 'chunks' | 'cells'> & Partial<Pick<RemotePatch, 'replace'>>): void {
		const { replica, download } = this.#state;
		const coming = this.#ready?.cells === cells ? this.#ready : null;
		this.#ready = null;
		if (replace || this.#isBeside(chunks)) {
			replica.replace(
				cells,
				chunks.map(({ chunk }) => chunk),
			);
		} else if (!replica.show(coming)) {
			replica.mergeChunks(this.#unseen(chunks));
			replica.merge(cells);
		}
		download.forget();
	}

	/** Shows a part of a first download, when it is ready. */
	preview(chunks: readonly NamedChunk[]): void {
		this.#waiting.push(...chunks);
		if (this.#previewing || this.#finishing) return;
		const { replica, download, mana, parts } = this.#state;
		const next = this.#waiting.splice(0);
		const unseen = this.#unseen(next);
		const ready = this.#expect(unseen, []);
		const saw = () => {
			download.saw(next);
			mana.refresh();
		};
		if (!ready) {
			replica.mergeChunks(unseen);
			return saw();
		}
		this.#previewing = true;
		const shown = (coming: Coming | null) => {
			if (this.#isFirst && replica.show(coming)) saw(); // else all of it came, or none of it counts any more
		};
		ready.then(shown, parts.report).finally(() => {
			this.#previewing = false;
			if (this.#waiting.length > 0 && this.#isFirst) this.preview([]);
			else this.#waiting = [];
		});
	}

	/** There is no checkpoint yet. */
	get #isFirst(): boolean {
		return this.#state.space.seq === 0;
	}

	/**
	 * Whether something is shown that a checkpoint with these chunks does not hold: of an attempt that was cut off, and perhaps of what has gone
	 * since, or of another history.
	 */
	#isBeside(chunks: readonly NamedChunk[]): boolean {
		const { shown } = this.#state.download;
		if (shown.size === 0) return false;
		const named = new Set(chunks.map(({ hash }) => hash));
		return [...shown].some((hash) => !named.has(hash));
	}

	/** Those chunks that are not shown yet. */
	#unseen(chunks: readonly NamedChunk[]): readonly PackedChunk[] {
		const { shown } = this.#state.download;
		return chunks.filter(({ hash }) => !shown.has(hash)).map(({ chunk }) => chunk);
	}

	/** `null`: it is too small to be worth it. */
	#expect(chunks: readonly PackedChunk[], cells: readonly Cell[]): Promise<Coming | null> | null {
		const { replica, remote } = this.#state;
		const size = chunks.reduce((sum, chunk) => sum + chunk.size, cells.length);
		if (size < remote!.conversation.least) return null;
		return this.#state.large(size).then(async (large) => {
			if (!large) return null;
			const coming = new large.Coming(replica, chunks, cells);
			replica.expect(coming);
			return (this.#ready = await large.pace(coming.make()));
		});
	}
}

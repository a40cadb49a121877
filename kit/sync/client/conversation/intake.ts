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

	/** Gets a checkpoint ready, if it does not replace the history before it. `null`: it may be shown as it is. */
	getReady({ epoch, chunks = [], cells }: Pick<RemotePatch, 'epoch' | 'chunks' | 'cells'>): Promise<unknown> | null {
		const { download } = this.#state;
		const ready = download.isOfAnother(epoch) ? null : this.#expect(download.unseen(epoch, chunks), cells);
		if (!ready) return null;
		this.#finishing = true;
		return ready.finally(() => (this.#finishing = false));
	}

	/** Shows a checkpoint. */
	show({ epoch, chunks = [], cells }: Pick<RemotePatch, 'epoch' | 'chunks' | 'cells'>): void {
		const { replica, download } = this.#state;
		const coming = this.#ready?.cells === cells ? this.#ready : null;
		this.#ready = null;
		if (replica.show(coming)) return download.saw(epoch, chunks);
		download.show(epoch, chunks);
		replica.merge(cells);
	}

	/** Shows a part of a first download, when it is ready. */
	preview(epoch: number, chunks: readonly NamedChunk[]): void {
		this.#waiting.push(...chunks);
		if (this.#previewing || this.#finishing) return;
		const { replica, download, mana, parts } = this.#state;
		const next = this.#waiting.splice(0);
		const ready = download.isOfAnother(epoch) ? null : this.#expect(download.unseen(epoch, next), []);
		if (!ready) {
			download.show(epoch, next);
			return mana.refresh();
		}
		this.#previewing = true;
		const shown = (coming: Coming | null) => {
			if (!replica.show(coming)) return; // all of it came, or none of it counts any more
			download.saw(epoch, next);
			mana.refresh();
		};
		ready.then(shown, parts.report).finally(() => {
			this.#previewing = false;
			if (this.#waiting.length > 0 && this.#state.space.seq === 0) this.preview(epoch, []);
			else this.#waiting = [];
		});
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

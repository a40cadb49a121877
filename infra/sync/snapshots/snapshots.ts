import type { Logger } from '@mana/service';
import type { SpaceId } from '@mana/sync';
import { type Cursor } from '@mana/sync/space/index';
import { type Offer, offerFor } from '@mana/sync/snapshot/index';
import type { ChunkKeeper } from './chunk-keeper.ts';

/** Live bytes of a space after which its snapshot is looked at again. */
const BUILD_AFTER_BYTES = 64 * 1024;
/** Building takes at most this share of the time, so that a flood of writes is not slowed by it. */
const BUILD_SHARE = 0.2;
/** Spaces that are remembered; what is forgotten is only looked at once more. */
const MOST_REMEMBERED = 10_000;

export interface SnapshotsParts {
	readonly keeper: ChunkKeeper;
	/** Brings one snapshot up to date, away from whoever waits for an answer. */
	build(space: SpaceId): Promise<boolean>;
	readonly log: Logger;
}

/** What replicas are offered in place of a long DELTA, and when it is built anew: in the background, one space at a time. */
export class Snapshots {
	readonly #parts: SnapshotsParts;
	/** Live bytes of each space since its snapshot was looked at, and the head at that time. */
	readonly #since = new Map<SpaceId, { bytes: number; seq: number }>();
	readonly #wanted = new Set<SpaceId>();
	#building: Promise<void> | null = null;
	#closed = false;
	#rested: () => void = () => undefined;

	constructor(parts: SnapshotsParts) {
		this.#parts = parts;
	}

	/** What to fetch before the DELTA from there on; `null` when the DELTA alone is the better way. */
	async offer(space: SpaceId, cursor: Cursor): Promise<Offer | null> {
		const manifest = await this.#parts.keeper.manifest(space);
		if (!manifest) return null;
		const { epoch, seq } = manifest;
		const from = epoch === cursor.epoch && cursor.seq <= seq ? cursor.seq : 0;
		if (from === 0) this.#asked(space, seq);
		return offerFor(manifest, from);
	}

	/** A change of so many bytes was published. */
	published(space: SpaceId, bytes: number, seq: number): void {
		const since = this.#remember(space, seq);
		since.bytes += bytes;
		if (since.bytes >= BUILD_AFTER_BYTES) this.#want(space, seq);
	}

	/** Settles when nothing is being built. */
	async idle(): Promise<void> {
		await this.#building;
	}

	close(): Promise<void> {
		this.#closed = true;
		this.#wanted.clear();
		this.#rested();
		return this.idle();
	}

	/** Somebody downloads the whole space: a good moment to look at what changed since the last time. */
	#asked(space: SpaceId, seq: number): void {
		const known = this.#since.get(space);
		if (!known || seq > known.seq || known.bytes > 0) this.#want(space, seq);
	}

	#remember(space: SpaceId, seq: number): { bytes: number; seq: number } {
		let since = this.#since.get(space);
		if (!since) {
			if (this.#since.size >= MOST_REMEMBERED) this.#since.clear();
			this.#since.set(space, (since = { bytes: 0, seq }));
		}
		return since;
	}

	#want(space: SpaceId, seq: number): void {
		Object.assign(this.#remember(space, seq), { bytes: 0, seq });
		if (this.#closed) return;
		this.#wanted.add(space);
		this.#building ??= this.#work();
	}

	async #work(): Promise<void> {
		for (const space of this.#wanted) {
			this.#wanted.delete(space);
			const start = performance.now();
			try {
				await this.#parts.build(space);
			} catch (error) {
				// Nobody waits for it: replicas get the DELTA, and the next change tries again.
				this.#parts.log.error({ err: error }, 'a snapshot could not be built');
			}
			await this.#rest((performance.now() - start) * (1 / BUILD_SHARE - 1));
		}
		this.#building = null;
	}

	#rest(ms: number): Promise<void> {
		if (this.#closed) return Promise.resolve();
		return new Promise((resolve) => {
			const timer = setTimeout(resolve, ms);
			this.#rested = () => {
				clearTimeout(timer);
				resolve();
			};
		});
	}
}

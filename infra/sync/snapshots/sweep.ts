import type { SyncStore } from '../store.ts';
import { CHUNK_GRACE_MS } from './chunk-keeper.ts';

/** Chunks that go in one step: a few megabytes, so that no writer waits long. */
const STEP = 64;

/**
 * Deletes chunks that no snapshot has named for `CHUNK_GRACE_MS`.
 *
 * @param now ms since 1970
 * @returns how many
 */
export async function sweepChunks({ db }: Pick<SyncStore, 'db'>, now: number, signal?: AbortSignal): Promise<number> {
	for (let gone = 0; ;) {
		signal?.throwIfAborted();
		const old = await db
			.selectFrom('chunk')
			.select(['space', 'hash'])
			.where('unnamed_at', '<', now - CHUNK_GRACE_MS)
			.limit(STEP)
			.execute();
		for (const { space, hash } of old)
			await db
				.deleteFrom('chunk')
				.where('space', '=', space)
				.where('hash', '=', hash)
				// It may have been named again meanwhile.
				.where('unnamed_at', '<', now - CHUNK_GRACE_MS)
				.execute();
		gone += old.length;
		if (old.length < STEP) return gone;
	}
}

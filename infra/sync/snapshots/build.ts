import type { SpaceId } from '@mana/sync';
import { buildSegment, nextBuild, type PressedChunk } from '@mana/sync/snapshot/index';
import { type ChunkKeeper, lastOf } from './chunk-keeper.ts';
import { press } from './press.ts';

/** Chunks that are written at once: about a megabyte, so that the committer never waits long for the file. */
const BATCH = 16;

/** Brings the snapshot of a space up to date, if enough has changed. @returns whether there is a newer one */
export async function buildSnapshot(keeper: ChunkKeeper, space: SpaceId, now: () => number): Promise<boolean> {
	const manifest = await keeper.manifest(space);
	if (!manifest) return false;
	const last = lastOf(manifest);
	const plan = nextBuild(manifest, await keeper.countSince(space, last));
	if (!plan) return false;
	let waiting: PressedChunk[] = [];
	const segment = await buildSegment(keeper, press, space, plan, async (chunk) => {
		if (waiting.push(chunk) < BATCH) return;
		await keeper.keep(space, waiting, now());
		waiting = [];
	});
	if (waiting.length > 0) await keeper.keep(space, waiting, now());
	return keeper.replace(space, last, segment, now());
}

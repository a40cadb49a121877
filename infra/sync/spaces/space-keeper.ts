import { createHash } from 'node:crypto';
import { newSpaceId, type SpaceId } from '@mana/sync';
import { type Change, nextEpoch, type SpaceStore } from '@mana/sync/space/index';
import type { SpaceKind } from '@mana/sync/spaces';
import { joinFrames, replacedToBytes } from './bytes.ts';

/** Where spaces are kept. One class for each engine, the same behaviour (tested with the same tests). */
export interface SpaceKeeper extends SpaceStore {
	/** The personal space of a person, made when there is none. Safe against itself in other processes. @param now ms since 1970 */
	personal(person: string, now: number): Promise<SpaceId>;
	/** Makes a shared space with its owner in it. */
	create(space: NewSpace, now: number): Promise<SpaceId>;
	/** Drops some log rows outside the window, oldest first: one small step, so that no writer waits long. Returns how many are gone; 0 at the end. */
	prune(now: number, window: LogWindow): Promise<number>;
}

/** What of a space's log is kept: what is younger than `ageMs`, and of that the last `bytes`. */
export interface LogWindow {
	readonly ageMs: number;
	readonly bytes: number;
}

/** How much of the log is kept for each space (sync.md §6.9). */
export const LOG_WINDOW: LogWindow = { ageMs: 7 * 24 * 3600_000, bytes: 64 * 1024 * 1024 };

/** Log rows that one step of pruning looks at. */
export const PRUNE_STEP = 500;

/** A space whose oldest row of the log is outside of the window: written before, or behind so many bytes. */
export const DUE_SPACE = (before: string, bytes: string) => `select space.number, space.log_position from space
	join log on log.space = space.number and log.to_seq = (select min(first.to_seq) from log as first where first.space = space.number)
	where log.written_at < ${before} or log.position < space.log_position - ${bytes} limit 1`;

/** Cells and bytes of one part of a state query: a part is read in a few milliseconds and fits about one frame. */
export const PART = { cells: 2048, bytes: 256 * 1024 } as const;

/** A space to be made. */
export interface NewSpace {
	readonly kind: SpaceKind;
	readonly name: string;
	/** A person's id. */
	readonly owner: string;
	readonly ownerName: string;
}

/** What a new space starts with. */
export function newSpace(now: number): { id: SpaceId; epoch: number; logHash: Uint8Array } {
	return {
		id: newSpaceId(now, (bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>)),
		epoch: nextEpoch(0, now),
		logHash: new Uint8Array(32),
	};
}

/** The log's row for a change: chained to the one before by SHA-256 over (previous hash, frames). `bytes`: what it takes of the window. */
export function logRow(
	change: Change,
	previousHash: Uint8Array,
): { frames: Uint8Array; replaced: Uint8Array; hash: Uint8Array; bytes: number } {
	const frames = joinFrames(change.frames);
	const replaced = replacedToBytes(change.replaced);
	const hash = createHash('sha256').update(previousHash).update(frames).digest();
	return { frames, replaced, hash: new Uint8Array(hash), bytes: frames.length + replaced.length };
}

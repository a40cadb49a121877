import type { SpaceId } from '../cell.ts';
import type { Access } from '../permission.ts';
import type { Change, Found, Need, StoredCell } from './state.ts';

/** Where spaces are kept. SQLite, PostgreSQL and the simulator's disk implement it; nothing in this folder knows which. */
export interface SpaceStore {
	/**
	 * One durable transaction: takes the write locks of the spaces, reads what is needed (one answer for each need, in order; `further` until there is nothing more), calls
	 * `decide` once, writes its changes and commits. The promise settles when they would survive a power cut; it rejects when it is
	 * not known whether they will.
	 */
	transact(needs: readonly Need[], decide: (found: readonly Found[]) => readonly Change[]): Promise<void>;
	/**
	 * Cells with a seq above `after`, ascending by seq: about `chunk` of them, or fewer when they are large, but at least one if there is
	 * one, and always all cells of the last seq returned. `space` and `cells` are read from one snapshot, and so
	 * is what `person` may see of them. `null`: no such space.
	 */
	readSince(space: SpaceId, after: number, chunk: number, person?: string): Promise<Tail | null>;
}

export interface Tail {
	readonly epoch: number;
	readonly aclEpoch: number;
	/** What the person who reads may see; `null` when there is no such member, or nobody was named. */
	readonly access: Access | null;
	/** Head of the space. */
	readonly seq: number;
	readonly cells: readonly StoredCell[];
}

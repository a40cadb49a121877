import type { RecordId, RouteKey, Window } from '@mana/model';
import type { SpaceId } from '../cell.ts';
import type { Access } from '../permission.ts';
import type { Name } from '../name.ts';
import type { Change, Found, Need, StoredCell, StoredRoute } from './state.ts';

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
	 *
	 * @param look what else is read from that snapshot, for whoever reads a part of a space
	 */
	readSince(space: SpaceId, after: number, chunk: number, person?: string, look?: Look): Promise<Tail | null>;
	/**
	 * All cells of records that stand in a window, in the order of their places there: about `chunk` of them, but at least those of one record if
	 * there is one. What it costs follows what it returns.
	 */
	readWindow(space: SpaceId, window: Window, after: RouteMark | null, chunk: number, person?: string): Promise<WindowPart | null>;
}

/** What is read beside the cells of a part, for a reader that keeps some collections in part. */
export interface Look {
	/** Whether the routes of a record of this collection are asked for. */
	routes(collection: number): boolean;
	/** The records of which everything is read, once the routes of those in the part are known. */
	whole(routes: readonly StoredRoute[]): readonly Name[];
}

/** Where a record stands in a window. */
export interface RouteMark {
	readonly key: RouteKey;
	readonly record: RecordId;
}

/** Records of a window. */
export interface WindowPart extends Tail {
	/** Where to go on; `null`: that was the last one. */
	readonly next: RouteMark | null;
}

export interface Tail {
	readonly epoch: number;
	readonly aclEpoch: number;
	/** What the person who reads may see; `null` when there is no such member, or nobody was named. */
	readonly access: Access | null;
	/** Head of the space. */
	readonly seq: number;
	/** As in `SpaceState`. */
	readonly horizon: number;
	readonly cells: readonly StoredCell[];
	/** What was looked at beside them; empty without a `look`. */
	readonly routes?: readonly StoredRoute[];
	/** All cells of the records that it named. */
	readonly whole?: readonly StoredCell[];
}

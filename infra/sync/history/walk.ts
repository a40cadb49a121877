import { systemFields, type RecordId } from '@mana/model';
import { type Cell, placeKey } from '@mana/sync';
import type { StoredCell } from '@mana/sync/space/index';
import type { Earlier } from '@mana/sync/record-history';

/** One row of the log, read. */
export interface LogEntry {
	/** It tells of the seqs in (`from`, `to`]. */
	readonly from: number;
	readonly to: number;
	/** When it was committed, ms since 1970. */
	readonly at: number;
	readonly cells: readonly Cell[];
	/** What stood at the places of `cells` before. */
	readonly replaced: readonly StoredCell[];
}

/** What one transaction wrote in the record. */
export interface Change {
	readonly at: number;
	readonly stamp: number;
	readonly actor: number;
	readonly cells: readonly { readonly cell: Cell; readonly before: Cell | null }[];
}

export interface Walked {
	/** Newest first. */
	readonly changes: readonly Change[];
	readonly earlier: Earlier;
	readonly before: number | null;
}

export interface WalkOptions {
	/** Where the page before ended; `null` for the newest one. */
	readonly before: number | null;
	/** Changes of a page. */
	readonly limit: number;
}

/** Rows of the log that are read for one answer: further back than the newest so many commits nobody is told. */
const MOST_STEPS = 1000;
/** A page ends behind so many bytes of values. */
const PAGE_BYTES = 1024 * 1024;

/**
 * Walks back through what happened to one record, from its cells as they are now. The highest seq among them names the row of the log that
 * changed it last; what that row replaced leads to the one before. So no index is kept for it, and what the log does not explain any more
 * is where the walk ends.
 *
 * @param now cells of the record that the caller may read
 * @param entryAt the row of the log that tells of a seq; `null` when it is not kept any more
 */
export async function walk(
	now: readonly StoredCell[],
	entryAt: (seq: number) => Promise<LogEntry | null>,
	{ before, limit }: WalkOptions,
): Promise<Walked> {
	const record: RecordId | undefined = now[0]?.record;
	const held = new Map(now.map((cell) => [placeKey(cell), cell]));
	const changes: Change[] = [];
	let bytes = 0;
	for (let steps = 0; held.size > 0; steps++) {
		const seq = [...held.values()].reduce((highest, cell) => Math.max(highest, cell.seq), 0);
		const entry = steps < MOST_STEPS ? await entryAt(seq) : null;
		if (!entry || entry.from >= seq) return { changes, earlier: 'forgotten', before: null };
		if (changes.length >= limit || bytes >= PAGE_BYTES) return { changes, earlier: 'more', before: entry.to };
		const replaced = new Map(entry.replaced.map((cell) => [placeKey(cell), cell]));
		const own = entry.cells.filter((cell) => cell.record === record && held.has(placeKey(cell)));
		// The log must lead to what stands there; where it does not, it is not the log of this state.
		if (own.length === 0 || !own.every((cell) => isSame(cell, held.get(placeKey(cell))!)))
			return { changes, earlier: 'forgotten', before: null };
		if (before === null || entry.to <= before) changes.push(...changesIn(entry, own, replaced));
		for (const cell of own) {
			const key = placeKey(cell);
			const earlier = replaced.get(key);
			bytes += changes.length > 0 ? sizeOf(cell) + (earlier ? sizeOf(earlier) : 0) : 0;
			if (earlier) held.set(key, earlier);
			else held.delete(key);
		}
	}
	return { changes, earlier: 'none', before: null };
}

/** Of a record that is gone only that it went: what it held is nobody's business any more. */
export function withoutPurged(cells: readonly StoredCell[]): readonly StoredCell[] {
	const purged = cells.find(({ field, value }) => field === systemFields.purged.number && value === true);
	return purged ? [purged] : cells;
}

/** The transactions of a row, newest first: they stand there in the order of their seqs. */
function changesIn({ at }: LogEntry, own: readonly Cell[], replaced: ReadonlyMap<string, StoredCell>): Change[] {
	const groups = Map.groupBy(own, ({ stamp, actor }) => `${stamp} ${actor}`);
	return [...groups.values()].toReversed().map((cells) => ({
		at,
		stamp: cells[0]!.stamp,
		actor: cells[0]!.actor,
		cells: cells.map((cell) => ({ cell, before: replaced.get(placeKey(cell)) ?? null })),
	}));
}

function isSame(a: Cell, b: Cell): boolean {
	return a.stamp === b.stamp && a.actor === b.actor;
}

function sizeOf({ key, value }: Cell): number {
	return 64 + key.length + (typeof value === 'string' || value instanceof Uint8Array ? value.length : 0);
}

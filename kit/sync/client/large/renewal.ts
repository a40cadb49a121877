import { counter, foldedTotal, lawOf } from '@mana/model';
import type { Cell, Op } from '../../cell.ts';
import { placeKey } from '../../merge.ts';
import { isTombstone, recordKey } from '../../tombstone.ts';
import type { Replica } from '../replica.ts';
import type { Ahead } from '../store.ts';

const FORGOTTEN = {
	code: 'gone',
	detail: 'This was removed for good while you were away. Send what you wrote again to keep it as something new, or drop it.',
} as const;

/**
 * What becomes of the outbox when the state was taken anew from a server that had forgotten things: what is about a record that is no more waits for
 * the person, and so does a step of a counter that may stand in its sum already. `null` when it stays as it is.
 *
 * @param replica as it was before
 * @param cells the state as the server has it
 * @param undecidedFrom the number from which on the server has decided nothing of this device
 */
export function renewalOf(replica: Replica, cells: readonly Cell[], undecidedFrom: number): NonNullable<Ahead['refuse']> | null {
	const lost = recordsLost(replica, cells);
	const counts = new CountsForgotten(replica, cells);
	if (lost.size === 0 && counts.size === 0) return null;
	return {
		which: ({ n, ops }) => ops.some((op) => lost.has(recordKey(op)) || (n !== null && n < undecidedFrom && counts.mayHold(op))),
		rest: (op) => counts.rest(op),
		reason: FORGOTTEN,
	};
}

/** The records that this device had, or knew to be gone, and the server has not. */
function recordsLost(replica: Replica, cells: readonly Cell[]): ReadonlySet<string> {
	const known = new Set<string>();
	// An old chunk may still hold what a tombstone behind it clears.
	for (const cell of cells) {
		if (isTombstone(cell)) known.delete(recordKey(cell));
		else known.add(recordKey(cell));
	}
	const lost = new Set<string>();
	for (const name of replica.names())
		if (!known.has(recordKey(name)) && (replica.knows(name) || replica.isGone(name))) lost.add(recordKey(name));
	return lost;
}

/**
 * The parts of counters that something unsent counts on and of which the server has nothing any more. They are new, or were folded and forgotten:
 * then an unsent total holds what stands in the sum by now.
 */
class CountsForgotten {
	readonly #parts = new Map<string, Known>();

	constructor(replica: Replica, cells: readonly Cell[]) {
		const there = new Map(cells.filter(({ field }) => lawOf(field) === counter).map((cell) => [placeKey(cell), cell]));
		// What a copy of this profile wrote anew stands there as what it counts beyond.
		const anew = new Set<string>();
		for (const { ops, stamp } of replica.pending)
			for (const op of ops) {
				if (lawOf(op.field) !== counter) continue;
				const value = replica.confirmed(op)?.value;
				const folded = foldedTotal(value);
				const total = folded ?? (typeof value === 'number' ? value : 0);
				const cell = there.get(placeKey(op));
				if (cell && cell.stamp === stamp && total > 0 && cell.value === Number(op.value) - total) anew.add(placeKey(op));
				this.#parts.set(placeKey(op), { total, folded: folded !== null, isHeld: false });
			}
		for (const [key, { value }] of there) {
			const folded = foldedTotal(value);
			if (anew.has(key) || !this.#parts.delete(key) || folded === null) continue;
			// Up to there it stands in the sum. By the time that it is sent the server may have forgotten that too.
			this.#parts.set(key, { total: folded, folded: true, isHeld: true });
		}
	}

	get size(): number {
		return this.#parts.size;
	}

	/** Whether what an op counts may have been counted, should the server have decided on it. */
	mayHold(op: Op): boolean {
		return this.#parts.get(placeKey(op))?.isHeld === false && this.rest(op) !== null;
	}

	/** What an op counts beyond what this device knew to be counted; `null` when that is nothing. Whatever is about something else is left as it is. */
	rest(op: Op): Op | null {
		const known = this.#parts.get(placeKey(op));
		if (!known || typeof op.value !== 'number' || known.total === 0) return op;
		if (op.value > known.total) return known.isHeld ? op : { ...op, value: op.value - known.total };
		return known.folded ? null : op;
	}
}

/** What a part held, and whether that stood in the sum. */
interface Known {
	readonly total: number;
	readonly folded: boolean;
	/** The server still knows, so that what is sent counts beyond. */
	readonly isHeld: boolean;
}

import { counter, foldedTotal, lawOf, type Value } from '@mana/model';
import type { Cell, Op } from '../../cell.ts';
import { placeKey } from '../../merge.ts';
import { isTombstone, recordKey } from '../../tombstone.ts';
import { besides, type Grounded, heldOf, totalOf, wasKnown } from '../ground.ts';
import type { Replica } from '../replica.ts';
import type { Ahead, SpaceRow } from '../store.ts';

const FORGOTTEN = {
	code: 'gone',
	detail: 'This was removed for good while you were away. Send what you wrote again to keep it as something new, or drop it.',
} as const;

/** The state of a space, or of the part of it that is kept here, as the server has it. */
export interface WholeState extends Pick<SpaceRow, 'epoch' | 'seq'> {
	readonly cells: readonly Cell[];
}

/**
 * What becomes of the outbox when the state was taken anew from a server that had forgotten things: what is about a record that is no more waits for
 * the person, and so does a step of a counter that may stand in its sum already. `null` when it stays as it is.
 *
 * @param replica as it was before
 * @param undecidedFrom the number from which on the server has decided nothing of this device
 */
export function renewalOf(replica: Replica, state: WholeState, undecidedFrom: number): NonNullable<Ahead['refuse']> | null {
	const there = recordsIn(state.cells);
	const lost = recordsLost(replica, there);
	const counts = new CountsForgotten(replica, state.cells);
	if (lost.size === 0 && counts.size === 0) return null;
	return {
		which: ({ n, ops }) => ops.some((op) => lost.has(recordKey(op)) || (n !== null && n < undecidedFrom && counts.mayHold(op))),
		anew(transaction) {
			const ops = transaction.ops.flatMap((op) => counts.rest(op) ?? []);
			if (transaction.ops.every((op, i) => op === ops[i])) return transaction;
			const { epoch, seq } = state;
			const held = ops.map((op) => heldOf(op, there.has(recordKey(op)), counts.valueAt(op)));
			return { ...transaction, ops, ground: { epoch, seq, held } };
		},
		reason: FORGOTTEN,
	};
}

/** What the server has anything of. */
function recordsIn(cells: readonly Cell[]): ReadonlySet<string> {
	const there = new Set<string>();
	// An old chunk may still hold what a tombstone behind it clears.
	for (const cell of cells) {
		if (isTombstone(cell)) there.delete(recordKey(cell));
		else there.add(recordKey(cell));
	}
	return there;
}

/** The records that this device had when something unsent was written, or has, or knew to be gone, and the server has not. */
function recordsLost(replica: Replica, there: ReadonlySet<string>): ReadonlySet<string> {
	const lost = new Set<string>();
	for (const name of replica.names())
		if (!there.has(recordKey(name)) && (replica.knows(name) || replica.isGone(name))) lost.add(recordKey(name));
	for (const pending of replica.pending)
		for (const [i, op] of pending.ops.entries())
			if (!pending.refused && wasKnown(pending, i) && !there.has(recordKey(op))) lost.add(recordKey(op));
	return lost;
}

/**
 * The parts of counters that something unsent counts on and of which the server has nothing any more. They are new, or were folded and forgotten:
 * then an unsent total holds what stands in the sum by now. And those that were folded and of which the server knows that: it may forget it before the
 * total is sent.
 */
class CountsForgotten {
	readonly #parts = new Map<string, Known>();
	/** By `placeKey`. */
	readonly #there: ReadonlyMap<string, Cell>;

	constructor(replica: Replica, cells: readonly Cell[]) {
		this.#there = new Map(cells.filter(({ field }) => lawOf(field) === counter).map((cell) => [placeKey(cell), cell]));
		for (const pending of replica.pending)
			for (const [i, op] of pending.ops.entries())
				if (lawOf(op.field) === counter) this.#note(op, pending.stamp, knownOf(replica, op, pending, i));
	}

	/** What a copy of this profile wrote anew stands there as what it counts beyond, and is known by its stamp. */
	#note(op: Op, stamp: number, value: Value): void {
		const [key, total] = [placeKey(op), totalOf(value)];
		const beside = this.#there.get(placeKey(besides(op)));
		if (beside?.stamp === stamp) return void this.#parts.set(key, { total: Infinity, folded: true, isHeld: false });
		const cell = this.#there.get(key);
		const folded = foldedTotal(cell?.value);
		// What it had counted stands in the sum: also a total that says no more than that has nothing to add.
		if (!cell) this.#parts.set(key, { total, folded: true, isHeld: false });
		else if (folded !== null) this.#parts.set(key, { total: folded, folded: true, isHeld: true });
	}

	get size(): number {
		return this.#parts.size;
	}

	/** What the server has of a part of a counter. */
	valueAt(op: Op): Value {
		return this.#there.get(placeKey(op))?.value ?? 0;
	}

	/** Whether what an op counts may have been counted, should the server have decided on it. */
	mayHold(op: Op): boolean {
		return this.#parts.get(placeKey(op))?.isHeld === false && this.rest(op) !== null;
	}

	/** What an op counts beyond what is known to be counted; `null` when that is nothing. Whatever is about something else is left as it is. */
	rest(op: Op): Op | null {
		const known = this.#parts.get(placeKey(op));
		if (!known || typeof op.value !== 'number' || known.total === 0) return op;
		if (op.value > known.total) return { ...besides(op), value: op.value - known.total };
		return known.folded ? null : op;
	}
}

/** What the server had told of the part that an op counts on: by now, or when it was written. */
function knownOf(replica: Replica, op: Op, { ground }: Grounded, i: number): Value {
	return replica.confirmed(op)?.value ?? ground?.held[i] ?? 0;
}

/** What a part held, and whether that stood in the sum. */
interface Known {
	readonly total: number;
	readonly folded: boolean;
	/** The server still knows up to where it stands in the sum. */
	readonly isHeld: boolean;
}

import { counter, foldedTotal, lawOf, type Value } from '@mana/model';
import type { Op } from '../cell.ts';
import { nameKey } from '../name.ts';
import type { Replica } from './replica.ts';
import type { SpaceRow, StoredTransaction } from './store.ts';

/**
 * What a transaction rests on, as its tab knew it when it was written. Whoever sends it may have let go of that since: another tab that is
 * further, or this device after its disk was damaged.
 */
export interface Ground extends Pick<SpaceRow, 'epoch' | 'seq'> {
	/**
	 * For each op what the server had told of where it writes: the value of a part of a counter (0: nothing yet); `true` where anything else of a
	 * record was known, `null` where nothing of it was.
	 */
	readonly held: readonly Value[];
}

/** @param space where the tab stands that wrote these */
export function groundOf(replica: Replica, { epoch, seq }: Pick<Ground, 'epoch' | 'seq'>, ops: readonly Op[]): Ground {
	return { epoch, seq, held: ops.map((op) => heldOf(op, replica.knows(op), replica.confirmed(op)?.value)) };
}

/** What is held where an op writes. */
export function heldOf({ field }: Op, known: boolean, value: Value = 0): Value {
	if (!known) return null;
	return lawOf(field) === counter ? value : true;
}

/** Something unsent, and what it rests on; nothing is told of what an older build wrote. */
export interface Grounded {
	readonly ops: readonly Op[];
	readonly ground?: Ground | undefined;
	/** The server has decided that it does not take it, and says so again however much it has forgotten. */
	readonly refused?: StoredTransaction['refused'];
}

/** Whether the server had told of the record that the op at `i` is about when it was written. */
export function wasKnown({ ground }: Grounded, i: number): boolean {
	return (ground?.held[i] ?? null) !== null;
}

/** Where a tab stands, and which records it holds as they once were, since they left the part that it keeps. */
type Knowing = Pick<SpaceRow, 'epoch' | 'leaving'>;

/**
 * The cursor that a conversation must have begun from, or a lower one, in which this is sent; `Infinity` where any will do. What it is about, or counts
 * on, is not here any more as it was: the server has heard of that since, and may have forgotten it too.
 */
export function neededFrom(replica: Replica, { epoch, leaving }: Knowing, written: Grounded): number {
	const { ops, ground, refused } = written;
	if (refused) return Infinity;
	const isOfNow = ground?.epoch === epoch;
	const isBehind = (op: Op) => leaving.some((name) => name.behind && nameKey(name) === nameKey(op));
	const isLost = (op: Op, i: number) => isOfNow && wasKnown(written, i) && (isBehind(op) || lacks(replica, op, ground.held[i]!));
	const moved = ops.some((op, i) => replica.isGone(op) || replica.isFolded(op) || isLost(op, i));
	// From 0 the server would tell nothing of what it has forgotten.
	return moved ? (isOfNow && ground.seq) || 1 : Infinity;
}

function lacks(replica: Replica, op: Op, held: Value): boolean {
	return !replica.knows(op) || (totalOf(held) > 0 && replica.confirmed(op) === undefined);
}

/** What a part of a counter has counted up to, folded or not. */
export function totalOf(value: Value): number {
	return foldedTotal(value) ?? (typeof value === 'number' ? value : 0);
}

/**
 * The part that takes what comes on top of one that was folded. The same one on every copy of a profile, so that they count it once; and never the
 * folded one itself, for a replica may still hold that it was folded, which is greater than any number.
 */
export function besides(op: Op): Op {
	return { ...op, key: `${op.key}!` };
}

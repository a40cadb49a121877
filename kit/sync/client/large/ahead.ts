import { command, counter, foldedTotal, lawOf, mergeRegisters, type Register, requestAgain, type Value } from '@mana/model';
import type { Cell, Op } from '../../cell.ts';
import { timeOf } from '../../clock.ts';
import { boundOf } from '../../codec/index.ts';
import { limits } from '../../limits.ts';
import { placeKey } from '../../merge.ts';
import { isSystem } from '../../space/system.ts';
import { isTombstone, recordKey } from '../../tombstone.ts';
import type { FreshTransaction } from '../store.ts';

/**
 * What this device holds and a server that was restored from a backup has not: every confirmed cell that wins over the server's, as
 * transactions under the stamps that it was written with. Sent again, it decides as it did before: it never beats a newer edit, and
 * several devices that bring the same cell back agree.
 */
export function aheadOf(held: Iterable<Cell>, server: readonly Cell[]): FreshTransaction[] {
	const known = new Map(server.map((cell) => [placeKey(cell), cell]));
	const gone = new Set(server.filter(isTombstone).map(recordKey));
	const byStamp = new Map<number, Op[]>();
	for (const cell of held) {
		const theirs = known.get(placeKey(cell));
		if (isSystem(cell.collection) || isSumOfFolded(cell) || gone.has(recordKey(cell))) continue;
		const { collection, record, field, key, stamp } = cell;
		const value = asWritten(field, cell.value);
		if (!theirs && value !== cell.value && lawOf(field) === counter) continue; // the backup may have forgotten that it was folded
		if (theirs && !wins({ ...cell, value }, theirs)) continue;
		const op = { collection, record, field, key, value };
		const ops = byStamp.get(stamp);
		if (ops) ops.push(op);
		else byStamp.set(stamp, [op]);
	}
	return [...byStamp]
		.sort(([a], [b]) => a - b)
		.flatMap(([stamp, ops]) =>
			parts(stamp, ops).map((part) => ({ stamp, ops: part, preconditions: [], label: '', at: timeOf(stamp) })),
		);
}

/** What a device writes to bring about a value: of what the server decided, the request; of a part that was folded, its total. */
export function asWritten(field: number, value: Value): Value {
	if (lawOf(field) === counter) return foldedTotal(value) ?? value;
	return lawOf(field) === command ? requestAgain(value) : value;
}

/** The server makes it of the parts; those are what a device may bring back. */
function isSumOfFolded({ field, key }: Cell): boolean {
	return lawOf(field) === counter && key.length < 2;
}

function wins(held: Cell, theirs: Cell): boolean {
	if (held.value === theirs.value && lawOf(held.field) === counter) return false;
	// Actors are given anew after a restore, so that the same write may come with another one.
	if (held.stamp === theirs.stamp && held.value === theirs.value) return false;
	return mergeRegisters(held.field, theirs, held) === (held as Register);
}

/** Ops of one stamp, cut where two devices' writes together would not fit a transaction. */
function parts(stamp: number, ops: readonly Op[]): Op[][] {
	const all: Op[][] = [];
	let bytes = 0;
	for (const op of ops) {
		const size = boundOf({ n: 1, stamp, ops: [op] });
		const last = all.at(-1);
		bytes += size;
		if (last && bytes <= limits.transactionBytes && last.length < limits.pushOps) last.push(op);
		else {
			all.push([op]);
			bytes = size;
		}
	}
	return all;
}

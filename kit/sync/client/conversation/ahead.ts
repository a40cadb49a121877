import { command, lawOf, mergeRegisters, type Register, requestAgain, type Value } from '@mana/model';
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
		if (isSystem(cell.collection) || gone.has(recordKey(cell)) || (theirs && !wins(cell, theirs))) continue;
		const { collection, record, field, key, value, stamp } = cell;
		const op = { collection, record, field, key, value: asWritten(field, value) };
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

/** What a device writes to bring about a value: of what the server decided, the request. */
export function asWritten(field: number, value: Value): Value {
	return lawOf(field) === command ? requestAgain(value) : value;
}

function wins(held: Cell, theirs: Cell): boolean {
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

import { appOf, lawOf, type Register } from '@mana/model';
import type { Cell, Op } from '../cell.ts';
import { timeOf } from '../clock.ts';
import { boundOf } from '../codec/index.ts';
import { limits } from '../limits.ts';
import { placeKey } from '../merge.ts';
import { SPACES_APP } from '../permission.ts';
import type { FreshTransaction } from './store.ts';

/**
 * What this device holds and a server that was restored from a backup has not: every confirmed cell that wins over the server's, as
 * transactions under the stamps that it was written with. Sent again, it decides as it did before: it never beats a newer edit, and
 * several devices that bring the same cell back agree.
 */
export function aheadOf(held: Iterable<Cell>, server: readonly Cell[]): FreshTransaction[] {
	const known = new Map(server.map((cell) => [placeKey(cell), cell]));
	const byStamp = new Map<number, Op[]>();
	for (const cell of held) {
		const theirs = known.get(placeKey(cell));
		if (theirs && !wins(cell, theirs)) continue;
		const { collection, record, field, key, value, stamp } = cell;
		if (appOf(collection) === SPACES_APP) continue; // the server's own; its tables say what is true
		const ops = byStamp.get(stamp);
		if (ops) ops.push({ collection, record, field, key, value });
		else byStamp.set(stamp, [{ collection, record, field, key, value }]);
	}
	return [...byStamp]
		.sort(([a], [b]) => a - b)
		.flatMap(([stamp, ops]) => parts(stamp, ops).map((part) => ({ stamp, ops: part, label: '', at: timeOf(stamp) })));
}

function wins(held: Cell, theirs: Cell): boolean {
	// Actors are given anew after a restore, so that the same write may come with another one.
	if (held.stamp === theirs.stamp && held.value === theirs.value) return false;
	const law = lawOf(held.field);
	return law ? law.merge(theirs, held) === (held as Register) : held.stamp > theirs.stamp;
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

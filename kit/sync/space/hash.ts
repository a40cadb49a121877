import type { Transaction } from '../cell.ts';
import { finish, mixNumber, mixText, mixValue, newLanes } from '../lanes.ts';

/** 52 bits that tell whether two transactions with the same `n` are the same. Not against attackers: a device only cheats itself. */
export function hashTransaction(transaction: Transaction): number {
	const lanes = newLanes();
	mixNumber(lanes, transaction.n);
	mixNumber(lanes, transaction.stamp);
	for (const { record, seq, own } of transaction.preconditions ?? []) {
		mixText(lanes, record);
		mixNumber(lanes, seq);
		mixNumber(lanes, own ? 1 : 0);
	}
	for (const op of transaction.ops) {
		mixNumber(lanes, op.collection);
		mixText(lanes, op.record);
		mixNumber(lanes, op.field);
		mixText(lanes, op.key);
		mixValue(lanes, op.value);
		if (op.seen !== undefined) mixNumber(lanes, op.seen);
	}
	return (finish(lanes.high) & 0xfffff) * 0x100000000 + finish(lanes.low);
}

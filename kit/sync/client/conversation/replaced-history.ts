import type { Cell, Op } from '../../cell.ts';
import { newDeviceId } from '../../ids.ts';
import { isTombstone, recordKey } from '../../tombstone.ts';
import { aheadOf } from './ahead.ts';
import type { Environment } from '../environment.ts';
import type { Replica } from '../replica.ts';
import type { Ahead } from '../store.ts';

const FORGOTTEN = {
	code: 'gone',
	detail: 'This was removed for good while you were away. Send what you wrote again to keep it as something new, or drop it.',
} as const;

/** The server went back to a backup: what it lost and this device has, to be sent again by a new device (`ahead.ts`). */
export function afterRestore(replica: Replica, cells: readonly Cell[], random: Environment['randomBytes']): Ahead | null {
	// A pending transaction is known by its stamp, so no two may have the same.
	const taken = new Set([...replica.pending].map(({ stamp }) => stamp));
	const transactions = aheadOf(replica.allCells(), cells).map((transaction) => {
		let { stamp } = transaction;
		while (taken.has(stamp)) stamp++;
		taken.add(stamp);
		return { ...transaction, stamp };
	});
	return transactions.length > 0 ? { device: newDeviceId(random), transactions } : null;
}

/**
 * The space was away from us for so long that the server has forgotten what it removed. What this device wrote about such a record would bring back a
 * piece of it: it waits for the person instead, and the rest is sent by a new device, for the old one's numbers have no gaps.
 */
export function afterRenewal(replica: Replica, cells: readonly Cell[], random: Environment['randomBytes']): Ahead | null {
	const known = new Set<string>();
	// An old chunk may still hold what a tombstone behind it clears.
	for (const cell of cells) {
		if (isTombstone(cell)) known.delete(recordKey(cell));
		else known.add(recordKey(cell));
	}
	const lost = new Set<string>();
	for (const name of replica.names())
		if (!known.has(recordKey(name)) && (replica.knows(name) || replica.isGone(name))) lost.add(recordKey(name));
	if (lost.size === 0) return null;
	const which = ({ ops }: { readonly ops: readonly Op[] }) => ops.some((op) => lost.has(recordKey(op)));
	return { device: newDeviceId(random), transactions: [], refuse: { which, reason: FORGOTTEN } };
}

import type { Cell } from '../../cell.ts';
import { newDeviceId } from '../../ids.ts';
import { aheadOf } from './ahead.ts';
import type { Environment } from '../environment.ts';
import type { Replica } from '../replica.ts';
import type { Ahead } from '../store.ts';
import { renumber } from './renumber.ts';
import { renewalOf, type WholeState } from './renewal.ts';

/** Becoming another device, and nothing else. */
export function asAnother(random: Environment['randomBytes']): Ahead {
	return { device: newDeviceId(random), transactions: [], renumber };
}

/**
 * The server went back to a backup: what it lost and this device has, to be sent again by a new device (`ahead.ts`).
 *
 * @param taken the stamps by which what is unsent is known (`Outbox.stamps`)
 */
export function afterRestore(
	replica: Replica,
	cells: readonly Cell[],
	random: Environment['randomBytes'],
	taken: Set<number>,
): Ahead | null {
	// A pending transaction is known by its stamp, so no two may have the same.
	const transactions = aheadOf(replica.allCells(), cells).map((transaction) => {
		let { stamp } = transaction;
		while (taken.has(stamp)) stamp++;
		taken.add(stamp);
		return { ...transaction, stamp };
	});
	return transactions.length > 0 ? { ...asAnother(random), transactions } : null;
}

/**
 * The space was away from us for so long that the server has forgotten what it removed. What this device wrote about such a record would bring back a
 * piece of it: it waits for the person instead, and the rest is sent by a new device, for the old one's numbers have no gaps.
 *
 * @param undecidedFrom as in `renewalOf`
 */
export function afterRenewal(
	replica: Replica,
	state: WholeState,
	random: Environment['randomBytes'],
	undecidedFrom: number,
): Ahead | null {
	const refuse = renewalOf(replica, state, undecidedFrom);
	return refuse && { ...asAnother(random), refuse };
}

import type { DiskTransaction } from '../disk.ts';
import { type OutboxRow, rowOf, storedOf } from '../outbox-row.ts';
import type { Rows } from '../space-rows.ts';
import type { Ahead, StoredTransaction } from '../store.ts';

/**
 * Numbers the outbox of a space from 1 again, as the device that it is from now on, with what else is to be sent in it. Answers what stands of the device and
 * the space after that.
 *
 * @param name local name of the space
 */
export async function renumber(
	tx: DiskTransaction,
	name: string,
	{ device, space }: Rows,
	{ device: id, transactions: more, refuse, epoch }: Ahead,
): Promise<Rows> {
	const stored = (await tx.list('outbox', name)).map(({ at, value }) => storedOf(at, value as OutboxRow));
	const rows = refuse ? stored.map((row) => renewed(row, refuse)) : stored;
	// Nothing to add and nothing that was written otherwise: the numbers may stay, and the device with them.
	if (refuse && more.length === 0 && rows.every((row, i) => row === stored[i])) return { device, space };
	tx.remove('outbox', name);
	let nextN = 1;
	let nextRefused = -1; // refused ones are told apart from the new numbers by their sign
	const unsent = [
		...more.map((transaction) => ({ ...transaction, n: 0, refused: null })),
		...rows.filter(({ refused }) => !refused),
	];
	for (const transaction of unsent.sort((a, b) => a.stamp - b.stamp)) {
		const n = nextN++;
		tx.put('outbox', [name, n], rowOf({ ...transaction, n }));
	}
	for (const transaction of rows.filter(({ refused }) => refused)) {
		const n = nextRefused--;
		tx.put('outbox', [name, n], rowOf({ ...transaction, n }));
	}
	const clock = more.reduce((highest, { stamp }) => Math.max(highest, stamp), device.clock);
	return {
		device: { ...device, device: id, clock },
		space: { ...space, epoch: epoch ?? space.epoch, actor: 0, nextN, doneN: 0 },
	};
}

/** What becomes of a transaction when the server had forgotten things: the same object when nothing does. */
function renewed(row: StoredTransaction, { which, reason, anew }: NonNullable<Ahead['refuse']>): StoredTransaction {
	const refused = !row.refused && which(row) ? reason : row.refused;
	const left = anew(row);
	return refused === row.refused ? left : { ...left, refused };
}

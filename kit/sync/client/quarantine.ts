import type { SpaceId } from '../cell.ts';
import type { Disk, DiskTransaction } from './disk.ts';
import { type OutboxRow, rowOf, storedOf } from './outbox-row.ts';
import type { FreshTransaction, Origin, StoredTransaction } from './store.ts';

/** Local name under which it lies: no space is called so. */
export const QUARANTINE = 'quarantine';

/** Something that was written in a space and never accepted there, before the space was taken from this device. */
export interface Quarantined {
	/** Its place in the quarantine. */
	readonly id: number;
	readonly space: SpaceId | null;
	/** What the space was called, as far as this device knew. */
	readonly name: string;
	/** When it was put here, ms since 1970. */
	readonly at: number;
	readonly transaction: StoredTransaction;
}

/** As it stands on the disk. */
export interface QuarantineRow extends Omit<Quarantined, 'id' | 'transaction'> {
	readonly n: number;
	readonly row: OutboxRow;
}

/** Everything in an account's quarantine, oldest first. */
export async function quarantined(disk: Disk): Promise<readonly Quarantined[]> {
	const rows = await disk.run('read', ['outbox'], (tx) => tx.list('outbox', QUARANTINE));
	return rows.map(({ at: id, value }) => {
		const { n, row, ...where } = value as QuarantineRow;
		return { ...where, id, transaction: storedOf(n, row) };
	});
}

/** Transactions without a number, as rows of the quarantine. */
export function quarantineRows(transactions: readonly FreshTransaction[]): Pick<QuarantineRow, 'n' | 'row'>[] {
	return transactions.map((transaction, i) => ({ n: i + 1, row: rowOf({ ...transaction, n: i + 1, refused: null }) }));
}

/** Puts what was never accepted in a space into the quarantine, within somebody's transaction. */
export async function putQuarantined(
	tx: DiskTransaction,
	from: Origin,
	rows: readonly Pick<QuarantineRow, 'n' | 'row'>[],
): Promise<void> {
	let next = ((await tx.list('outbox', QUARANTINE)).at(-1)?.at ?? 0) + 1;
	for (const row of rows) tx.put('outbox', [QUARANTINE, next++], { ...from, ...row } satisfies QuarantineRow);
}

/** Drops what a person has dealt with, up to and including `id`. */
export async function dropQuarantined(disk: Disk, id: number): Promise<void> {
	await disk.run('write', ['outbox'], async (tx) => tx.remove('outbox', QUARANTINE, -Infinity, id));
}

/** What lies in quarantine, as JSON text for a file: spaces, names, times and every value (bytes as base64). */
export function exportQuarantine(kept: readonly Quarantined[]): string {
	return jsonOf({ format: 'mana-quarantine', version: 1, kept });
}

/** JSON text of something that holds values. */
export function jsonOf(content: object): string {
	return JSON.stringify(
		content,
		(_key, value: unknown) => (value instanceof Uint8Array ? { base64: btoa(String.fromCharCode(...value)) } : value),
		'\t',
	);
}

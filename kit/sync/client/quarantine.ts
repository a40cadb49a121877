import type { SpaceId } from '../cell.ts';
import type { Area, DiskTransaction } from './disk.ts';
import { fileRows } from './file-rows.ts';
import { type OutboxRow, rowOf } from './outbox-row.ts';
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

/** Puts what was written and never accepted in a space into the quarantine, within somebody's transaction. */
export async function putQuarantined(
	tx: DiskTransaction,
	from: Origin,
	transactions: readonly FreshTransaction[],
): Promise<void> {
	let next = await nextIn(tx, 'outbox');
	for (const [i, transaction] of transactions.entries())
		tx.put('outbox', [QUARANTINE, next++], {
			...from,
			n: i + 1,
			row: rowOf({ ...transaction, n: i + 1, refused: null }),
		} satisfies QuarantineRow);
}

/** Puts all that was never accepted of a space there: what was written, and the files that were added. @param name local name of the space */
export async function putUnsent(tx: DiskTransaction, from: Origin, name: string): Promise<void> {
	let next = await nextIn(tx, 'outbox');
	for (const { at: n, value } of await tx.list('outbox', name))
		tx.put('outbox', [QUARANTINE, next++], { ...from, n, row: value as OutboxRow } satisfies QuarantineRow);
	next = await nextIn(tx, 'files');
	for (const { at, file } of await fileRows(tx, name))
		if (!file.sent) {
			tx.put('files', [QUARANTINE, next], { ...from, file });
			tx.put('bytes', [QUARANTINE, next++], await tx.get('bytes', [name, at]));
		}
}

async function nextIn(tx: DiskTransaction, area: Area): Promise<number> {
	return ((await tx.list(area, QUARANTINE)).at(-1)?.at ?? 0) + 1;
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

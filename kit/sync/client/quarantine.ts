import type { SpaceId } from '../cell.ts';
import type { Disk } from './disk.ts';
import { type OutboxRow, storedOf } from './outbox-row.ts';
import type { StoredTransaction } from './store.ts';

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

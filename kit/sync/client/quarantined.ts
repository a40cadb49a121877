import type { Disk } from './disk.ts';
import { dropFile, type StoredFile } from './file-rows.ts';
import { storedOf } from './outbox-row.ts';
import { type Quarantined, QUARANTINE, type QuarantineRow } from './quarantine.ts';

/** A file that was added in a space and never sent to its end there. */
export interface QuarantinedFile extends Omit<Quarantined, 'transaction'> {
	readonly file: StoredFile;
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

/** The files in an account's quarantine, oldest first. */
export async function quarantinedFiles(disk: Disk): Promise<readonly QuarantinedFile[]> {
	const rows = await disk.run('read', ['files'], (tx) => tx.list('files', QUARANTINE));
	return rows.map(({ at: id, value }) => ({ ...(value as Omit<QuarantinedFile, 'id'>), id }));
}

/** The bytes of one; `null` when it was dropped meanwhile. */
export async function quarantinedContent(disk: Disk, id: number): Promise<Blob | null> {
	const content = await disk.run('read', ['bytes'], (tx) => tx.get('bytes', [QUARANTINE, id]));
	return (content as Blob | undefined) ?? null;
}

/** Drops a file that a person has dealt with. */
export async function dropQuarantinedFile(disk: Disk, id: number): Promise<void> {
	await disk.run('write', ['files', 'bytes'], async (tx) => dropFile(tx, QUARANTINE, id));
}

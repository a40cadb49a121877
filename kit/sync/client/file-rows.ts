import type { RecordId } from '@mana/model';
import type { Name } from '../name.ts';
import type { DiskTransaction } from './disk.ts';

/** A record that names a file. */
export interface FilePlace {
	/** Number of its collection. */
	readonly collection: number;
	readonly record: RecordId;
}

/** What this device knows of a file that it keeps: a row of `files`, with the bytes under the same number in `bytes`. */
export interface StoredFile {
	/** See `manifestHash`. */
	readonly hash: string;
	readonly size: number;
	/** Hashes of its chunks, in order. */
	readonly chunks: readonly string[];
	/** False while the server does not have it: then nothing here may remove it to make room. */
	readonly sent: boolean;
	/** The person wants it here, also offline. */
	readonly pinned: boolean;
	/** When it was last asked for (ms since 1970). */
	readonly usedAt: number;
	/** The records that it was added to or opened from. */
	readonly places: readonly FilePlace[];
	/** What it was called where it was added from here. */
	readonly name?: string;
}

/** A file with its number on the disk. */
export interface FileRow {
	readonly at: number;
	readonly file: StoredFile;
}

/** All files of a space, in the order in which they came. */
export async function fileRows(tx: DiskTransaction, space: string): Promise<FileRow[]> {
	return (await tx.list('files', space)).map(({ at, value }) => ({ at, file: value as StoredFile }));
}

/** Removes one, with its bytes. */
export function dropFile(tx: DiskTransaction, space: string, at: number): void {
	tx.remove('files', space, at, at);
	tx.remove('bytes', space, at, at);
}

/** Removes what was not asked for the longest until the rest fits; never what is unsent or pinned. Answers how many went. */
export async function dropLoose(tx: DiskTransaction, space: string, budgetBytes: number): Promise<number> {
	const all = await fileRows(tx, space);
	const loose = all.filter(({ file }) => file.sent && !file.pinned).sort((a, b) => a.file.usedAt - b.file.usedAt);
	let bytes = loose.reduce((sum, { file }) => sum + file.size, 0);
	let gone = 0;
	for (const { at, file } of loose) {
		if (bytes <= budgetBytes) break;
		dropFile(tx, space, at);
		bytes -= file.size;
		gone++;
	}
	return gone;
}

/** Records that name a file which this device has yet to send. */
export async function placesOfUnsent(tx: DiskTransaction, space: string): Promise<readonly Name[]> {
	return (await fileRows(tx, space)).flatMap(({ file }) => (file.sent ? [] : file.places));
}

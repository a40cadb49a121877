import type { Disk } from '@mana/sync/client/disk';
import type { Journal } from './bring.ts';

/** Local name under which they lie among what the account keeps on this device: no space is called so. They go with it. */
const IMPORTS = 'imports';

/** What is told of an import. */
export interface ImportAbout {
	/** Name of the file. */
	readonly file: string;
	/** ms since 1970 */
	readonly begunAt: number;
}

/** An import that was made on this device, and can be taken back. */
export interface KeptImport extends ImportAbout {
	readonly id: number;
	/** False: it broke off, or goes on. */
	readonly ended: boolean;
	readonly journal: Journal;
}

/** What an import that goes on writes down. */
export interface ImportBook {
	/** Keeps a part of its journal, before what that tells is done. @throws StorageFailed */
	readonly note: (part: Journal) => Promise<void>;
	/** It is over. @throws StorageFailed */
	readonly end: () => Promise<void>;
}

/** As it stands on the disk: an import begins with what is told of it, and goes on with parts of its journal. */
type ImportRow = { readonly begins: ImportAbout } | { readonly part: Journal } | { readonly ends: true };

/** Begins to keep an import. One goes on at a time. @throws StorageFailed */
export async function beginImport(disk: Disk, about: ImportAbout): Promise<ImportBook> {
	let next = await disk.run('write-strict', ['meta'], async (tx) => {
		const at = ((await tx.list('meta', IMPORTS)).at(-1)?.at ?? 0) + 1;
		tx.put('meta', [IMPORTS, at], { begins: about } satisfies ImportRow);
		return at + 1;
	});
	const add = async (row: ImportRow) => {
		const at = next++;
		await disk.run('write-strict', ['meta'], async (tx) => tx.put('meta', [IMPORTS, at], row));
	};
	return { note: (part) => add({ part }), end: () => add({ ends: true }) };
}

/** The last import that was neither taken back nor let be. @throws StorageFailed */
export async function lastImport(disk: Disk): Promise<KeptImport | null> {
	const rows = (await disk.run('read', ['meta'], (tx) => tx.list('meta', IMPORTS))) as readonly {
		readonly at: number;
		readonly value: ImportRow;
	}[];
	const from = rows.findLastIndex(({ value }) => 'begins' in value);
	const first = rows[from];
	if (!first || !('begins' in first.value)) return null;
	const more = rows.slice(from + 1).map(({ value }) => value);
	const parts = more.flatMap((row) => ('part' in row ? [row.part] : []));
	return {
		...first.value.begins,
		id: first.at,
		ended: more.some((row) => 'ends' in row),
		journal: { fresh: parts.flatMap(({ fresh }) => fresh), changed: parts.flatMap(({ changed }) => changed) },
	};
}

/** Forgets an import: it cannot be taken back any more. @throws StorageFailed */
export async function dropImport(disk: Disk, { id }: Pick<KeptImport, 'id'>): Promise<void> {
	await disk.run('write', ['meta'], async (tx) => tx.remove('meta', IMPORTS, id));
}
